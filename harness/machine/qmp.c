// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/qmp.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/machine/qmp_message.h"
#include "harness/model/error.h"

struct command {
	int64_t id;
	char *name;
	kho_qmp_reply reply;
	void *data;
};

struct kho_qmp {
	/* The owner's reference, and one for each callback into this file that is under way. */
	unsigned int references;
	bool freed; /* by the owner; only the memory is still there */
	bool greeted;
	bool ready;
	bool closed_told;
	int fd;		 /* -1 after the end of the conversation */
	GError *failure; /* why it ended */
	GMainContext *context;
	GSource *input_source;
	GSource *output_source;
	GSource *failure_source;
	GString *input;	 /* the beginning of a line */
	GString *output; /* what the socket has not taken yet */
	GString *held;	 /* commands that wait for the capabilities */
	GQueue commands; /* of struct command *, without an answer, oldest first */
	int64_t last_id;
	struct kho_qmp_handlers handlers;
	void *data;
};

static void free_command(struct command *command)
{
	g_free(command->name);
	g_free(command);
}

static void forget_source(GSource **source)
{
	if (*source)
		g_source_destroy(*source);
	g_clear_pointer(source, g_source_unref);
}

static void hang_up(struct kho_qmp *qmp)
{
	forget_source(&qmp->input_source);
	forget_source(&qmp->output_source);
	if (qmp->fd >= 0)
		close(qmp->fd);
	qmp->fd = -1;
}

static void unref(struct kho_qmp *qmp)
{
	if (--qmp->references)
		return;
	g_queue_clear_full(&qmp->commands, (GDestroyNotify)free_command);
	g_string_free(qmp->input, TRUE);
	g_string_free(qmp->output, TRUE);
	g_string_free(qmp->held, TRUE);
	g_clear_error(&qmp->failure);
	g_main_context_unref(qmp->context);
	g_free(qmp);
}

void kho_qmp_free(struct kho_qmp *qmp)
{
	if (!qmp)
		return;
	hang_up(qmp);
	forget_source(&qmp->failure_source);
	qmp->freed = true;
	unref(qmp);
}

/* Tells everyone who waits that the conversation is over. Callbacks may free the client or give commands. */
static gboolean on_failure(void *data)
{
	struct kho_qmp *qmp = data;
	struct command *command;

	qmp->references++;
	forget_source(&qmp->failure_source);
	while (!qmp->freed && (command = g_queue_pop_head(&qmp->commands))) {
		g_autoptr(GError) error = g_error_new(KHO_ERROR, KHO_ERROR_HOST, "%s (before it answered %s)",
						      qmp->failure->message, command->name);

		if (command->reply)
			command->reply(qmp, NULL, error, command->data);
		free_command(command);
	}
	if (!qmp->freed && !qmp->closed_told) {
		qmp->closed_told = true;
		if (qmp->handlers.closed)
			qmp->handlers.closed(qmp, qmp->failure, qmp->data);
	}
	unref(qmp);
	return G_SOURCE_REMOVE;
}

/* From an idle source, so that no callback ever comes from inside a call of the owner's. */
static void tell_failure(struct kho_qmp *qmp)
{
	if (qmp->failure_source)
		return;
	qmp->failure_source = g_idle_source_new();
	g_source_set_priority(qmp->failure_source, G_PRIORITY_DEFAULT);
	g_source_set_callback(qmp->failure_source, on_failure, qmp, NULL);
	g_source_attach(qmp->failure_source, qmp->context);
}

/* Takes @error. The first failure stands. */
static void fail_with(struct kho_qmp *qmp, GError *error)
{
	hang_up(qmp);
	if (qmp->failure) {
		g_error_free(error);
		return;
	}
	qmp->failure = error;
	tell_failure(qmp);
}

static G_GNUC_PRINTF(2, 3) void fail(struct kho_qmp *qmp, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail_with(qmp, g_error_new_valist(KHO_ERROR, KHO_ERROR_HOST, format, list));
	va_end(list);
}

static GSource *watch(struct kho_qmp *qmp, GIOCondition condition, GUnixFDSourceFunc callback)
{
	GSource *source = g_unix_fd_source_new(qmp->fd, condition);

	g_source_set_callback(source, G_SOURCE_FUNC(callback), qmp, NULL);
	g_source_attach(source, qmp->context);
	return source;
}

/* False: the socket takes no more for now, or the conversation is over. */
static bool send_some(struct kho_qmp *qmp)
{
	ssize_t n = send(qmp->fd, qmp->output->str, qmp->output->len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n >= 0) {
		g_string_erase(qmp->output, 0, n);
		return true;
	}
	if (errno == EINTR)
		return true;
	/* A peer that is gone may have left an answer, and the reading side finds out anyway. */
	if (errno == EPIPE || errno == ECONNRESET)
		g_string_truncate(qmp->output, 0);
	else if (errno != EAGAIN)
		fail(qmp, "QMP: cannot write: %s", g_strerror(errno));
	return false;
}

static gboolean on_writable(int fd, GIOCondition condition, void *data);

static void flush(struct kho_qmp *qmp)
{
	while (qmp->fd >= 0 && qmp->output->len && send_some(qmp))
		;
	if (qmp->fd < 0 || !qmp->output->len)
		forget_source(&qmp->output_source);
	else if (!qmp->output_source)
		qmp->output_source = watch(qmp, G_IO_OUT, on_writable);
}

static gboolean on_writable(int fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, void *data)
{
	struct kho_qmp *qmp = data;

	flush(qmp);
	return G_SOURCE_CONTINUE; /* flush() destroys the source when it is done */
}

static void send_line(struct kho_qmp *qmp, const char *line)
{
	g_string_append(qmp->output, line);
	flush(qmp);
}

/* The command that a message answers, taken out of the queue; NULL when it answers none of ours. */
static struct command *take_command(struct kho_qmp *qmp, JsonObject *message)
{
	int64_t id;

	if (!kho_qmp_message_id(message, &id))
		return NULL;
	for (GList *link = qmp->commands.head; link; link = link->next) {
		struct command *command = link->data;

		if (command->id == id) {
			g_queue_delete_link(&qmp->commands, link);
			return command;
		}
	}
	return NULL;
}

static void handle_answer(struct kho_qmp *qmp, JsonObject *message)
{
	JsonNode *result = json_object_get_member(message, "return");
	struct command *command = take_command(qmp, message);
	g_autoptr(GError) error = NULL;

	if (!command)
		return;
	if (!result) {
		JsonObject *refusal = kho_qmp_message_object(message, "error");
		const char *reason = refusal ? kho_qmp_message_string(refusal, "desc") : NULL;

		g_set_error(&error, KHO_ERROR, KHO_ERROR_HOST, "QMP: %s: %s", command->name,
			    reason ? reason : "refused without a reason");
	}
	if (command->reply)
		command->reply(qmp, result, error, command->data);
	free_command(command);
}

static void handle_event(struct kho_qmp *qmp, JsonObject *message)
{
	const char *name = kho_qmp_message_string(message, "event");

	if (name && qmp->handlers.event)
		qmp->handlers.event(qmp, name, kho_qmp_message_object(message, "data"), qmp->data);
}

static void on_negotiated(struct kho_qmp *qmp, JsonNode *result G_GNUC_UNUSED, const GError *error,
			  void *data G_GNUC_UNUSED)
{
	if (error) {
		fail_with(qmp, g_error_copy(error));
		return;
	}
	qmp->ready = true;
	g_string_append(qmp->output, qmp->held->str);
	g_string_truncate(qmp->held, 0);
	flush(qmp);
	if (qmp->fd >= 0 && qmp->handlers.ready)
		qmp->handlers.ready(qmp, qmp->data);
}

/* Returns the line to send. */
static char *new_command(struct kho_qmp *qmp, const char *name, JsonObject *arguments, kho_qmp_reply reply, void *data)
{
	struct command *command = g_new0(struct command, 1);

	command->id = ++qmp->last_id;
	command->name = g_strdup(name);
	command->reply = reply;
	command->data = data;
	g_queue_push_tail(&qmp->commands, command);
	return kho_qmp_message_command(command->id, name, arguments);
}

static void handle_greeting(struct kho_qmp *qmp, JsonObject *message)
{
	g_autofree char *line = NULL;

	if (!kho_qmp_message_object(message, "QMP")) {
		fail(qmp, "QMP: the peer does not greet as QEMU does");
		return;
	}
	qmp->greeted = true;
	line = new_command(qmp, "qmp_capabilities", NULL, on_negotiated, NULL);
	send_line(qmp, line);
}

static void handle_message(struct kho_qmp *qmp, JsonObject *message)
{
	if (!qmp->greeted)
		handle_greeting(qmp, message);
	else if (json_object_has_member(message, "event"))
		handle_event(qmp, message);
	else if (json_object_has_member(message, "return") || json_object_has_member(message, "error"))
		handle_answer(qmp, message);
	else
		fail(qmp, "QMP: a message is neither an answer nor an event");
}

static void handle_line(struct kho_qmp *qmp, const char *line, gsize length)
{
	g_autoptr(JsonNode) root = NULL;
	GError *error = NULL;

	if (strspn(line, " \t\r") == length)
		return;
	root = kho_qmp_message_parse(line, length, &error);
	if (root)
		handle_message(qmp, json_node_get_object(root));
	else
		fail_with(qmp, error);
}

/* Handles whole lines; a handler may end the conversation or free the client. */
static void handle_input(struct kho_qmp *qmp)
{
	char *end;

	while (qmp->fd >= 0 && (end = memchr(qmp->input->str, '\n', qmp->input->len))) {
		gsize length = end - qmp->input->str;
		g_autofree char *line = g_malloc(length + 1);

		memcpy(line, qmp->input->str, length);
		line[length] = '\0';
		g_string_erase(qmp->input, 0, length + 1);
		if (length > KHO_QMP_LINE_MAX)
			fail(qmp, "QMP: a message is longer than %d bytes", KHO_QMP_LINE_MAX);
		else
			handle_line(qmp, line, length);
	}
	if (qmp->fd >= 0 && qmp->input->len > KHO_QMP_LINE_MAX)
		fail(qmp, "QMP: a message is longer than %d bytes", KHO_QMP_LINE_MAX);
}

static gboolean on_readable(int fd, GIOCondition condition G_GNUC_UNUSED, void *data)
{
	struct kho_qmp *qmp = data;
	char buffer[16 * 1024];
	ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	qmp->references++;
	if (n > 0) {
		g_string_append_len(qmp->input, buffer, n);
		handle_input(qmp);
	} else if (n == 0 || errno == ECONNRESET) {
		fail(qmp, "QMP: QEMU hung up");
	} else {
		fail(qmp, "QMP: cannot read: %s", g_strerror(errno));
	}
	unref(qmp);
	return G_SOURCE_CONTINUE; /* hang_up() destroys the source */
}

struct kho_qmp *kho_qmp_new(int fd, const struct kho_qmp_handlers *handlers, void *data)
{
	struct kho_qmp *qmp = g_new0(struct kho_qmp, 1);

	qmp->references = 1;
	qmp->fd = fd;
	qmp->context = g_main_context_ref_thread_default();
	qmp->input = g_string_new(NULL);
	qmp->output = g_string_new(NULL);
	qmp->held = g_string_new(NULL);
	g_queue_init(&qmp->commands);
	qmp->handlers = *handlers;
	qmp->data = data;
	qmp->input_source = watch(qmp, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable);
	return qmp;
}

void kho_qmp_execute(struct kho_qmp *qmp, const char *command, JsonObject *arguments, kho_qmp_reply reply, void *data)
{
	g_autofree char *line = new_command(qmp, command, arguments, reply, data);

	if (qmp->fd < 0)
		tell_failure(qmp);
	else if (qmp->ready)
		send_line(qmp, line);
	else
		g_string_append(qmp->held, line);
}
