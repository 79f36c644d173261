/* SPDX-License-Identifier: GPL-2.0-only */
/* gdb on this terminal, attached to a stopped machine. */
#ifndef KHO_COMMAND_DEBUGGER_H
#define KHO_COMMAND_DEBUGGER_H

#include <glib.h>
#include <stdbool.h>

/* Everything is borrowed. */
struct kho_debugger_config {
	const char *vmlinux;	 /* symbols, or NULL */
	const char *socket;	 /* QEMU's gdbstub */
	const char *stop_at;	 /* a function: the machine runs on to its first instruction; NULL: it stays stopped */
	const char *and_then_at; /* and from there on to this one, or NULL */
	const char *const *more; /* arguments for gdb, behind ours, or NULL */
};

/* Path of gdb, to be freed. Errors are KHO_ERROR_HOST and say what to install. */
char *kho_debugger_find(GError **error);

/* argv for gdb, to be freed with g_strfreev(). Pure. */
char **kho_debugger_args(const char *gdb, const struct kho_debugger_config *config);

/*
 * Runs gdb to its end, and the main loop meanwhile, so that the machine's channels are read. Ctrl-C is gdb's alone;
 * SIGTERM and SIGHUP end it, and then the error says so. gdb dies with this process. False: it did not start, or ended
 * with another status than 0 (KHO_ERROR_HOST).
 */
bool kho_debugger_run(const char *const *argv, GError **error);

#endif
