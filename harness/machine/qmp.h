/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An asynchronous QMP client. Callbacks come from the main context that was the thread's default
 * when the client was made, never from inside kho_qmp_new(), kho_qmp_execute() or kho_qmp_free().
 * Every callback may free the client.
 *
 * What comes from QEMU is not trusted: lines longer than KHO_QMP_LINE_MAX, nesting deeper than
 * KHO_QMP_DEPTH_MAX, and whatever is not a JSON object end the conversation with an error.
 */
#ifndef KHO_MACHINE_QMP_H
#define KHO_MACHINE_QMP_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define KHO_QMP_LINE_MAX (1024 * 1024) /* bytes, without the end of line */

struct kho_qmp;

struct kho_qmp_handlers {
	/* Capabilities are negotiated. May be NULL: commands given earlier wait by themselves. */
	void (*ready)(struct kho_qmp *qmp, void *data);
	/* @arguments is the event's "data", or NULL; valid during the call. May be NULL. */
	void (*event)(struct kho_qmp *qmp, const char *name, JsonObject *arguments, void *data);
	/*
	 * Once, when the conversation is over: the peer hung up (also when that was asked for with
	 * "quit"), or broke the protocol. Commands without an answer have got this error before. May be NULL.
	 */
	void (*closed)(struct kho_qmp *qmp, const GError *error, void *data);
};

/*
 * Exactly one of @result and @error is set. @result is what "return" holds: mostly an object, but
 * a string for human-monitor-command. Both are valid during the call.
 */
typedef void (*kho_qmp_reply)(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data);

/* @fd is a connected stream socket and is taken. */
struct kho_qmp *kho_qmp_new(int fd, const struct kho_qmp_handlers *handlers, void *data);

/*
 * Sends a command, at once or as soon as the capabilities are negotiated; answers may come in
 * any order. @arguments is taken and may be NULL, as may @reply. Errors are KHO_ERROR_HOST and name
 * the command. After the end of the conversation @reply gets the error too, from the main loop.
 */
void kho_qmp_execute(struct kho_qmp *qmp, const char *command, JsonObject *arguments, kho_qmp_reply reply, void *data);

/* Hangs up. Commands without an answer are dropped silently. NULL is fine. */
void kho_qmp_free(struct kho_qmp *qmp);
typedef struct kho_qmp KhoQmp;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoQmp, kho_qmp_free)

#endif
