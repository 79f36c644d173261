// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/debugger.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/model/error.h"

#define PATIENCE_SECONDS 2 /* from SIGTERM to SIGKILL */

char *kho_debugger_find(GError **error)
{
	char *gdb = g_find_program_in_path("gdb");

	if (!gdb)
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST,
			    "gdb is not there: install the package gdb (ci/deps does)");
	return gdb;
}

static G_GNUC_PRINTF(2, 3) void add_command(GPtrArray *argv, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	g_ptr_array_add(argv, g_strdup("-ex"));
	g_ptr_array_add(argv, g_strdup_vprintf(format, list));
	va_end(list);
}

/* In hardware: the code is not in memory yet, and a breakpoint written there now would be written over. */
static void run_to(GPtrArray *argv, const char *function)
{
	add_command(argv, "thbreak *%s", function);
	add_command(argv, "continue");
}

char **kho_debugger_args(const char *gdb, const struct kho_debugger_config *config)
{
	GPtrArray *argv = g_ptr_array_new();

	g_ptr_array_add(argv, g_strdup(gdb));
	g_ptr_array_add(argv, g_strdup("-q"));
	if (config->vmlinux)
		g_ptr_array_add(argv, g_strdup(config->vmlinux));
	/* The machine is ours and ends with gdb: there is nothing to ask about. */
	add_command(argv, "set confirm off");
	add_command(argv, "target remote %s", config->socket);
	if (config->stop_at)
		run_to(argv, config->stop_at);
	if (config->stop_at && config->and_then_at)
		run_to(argv, config->and_then_at);
	for (guint i = 0; config->more && config->more[i]; i++)
		g_ptr_array_add(argv, g_strdup(config->more[i]));
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, FALSE);
}

/* --- the process --- */

struct debugger {
	GMainLoop *loop;
	GPid pid;
	int status;
	int interrupted; /* signal, or 0 */
	guint timeout;
};

/* Between fork and exec: only async-signal-safe calls. SIGTERM, so that gdb leaves the terminal as it found it. */
static void prepare_child(void *data)
{
	pid_t parent = *(pid_t *)data;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(126);
}

static gboolean kill_it(gpointer data)
{
	struct debugger *debugger = data;

	debugger->timeout = 0;
	kill(debugger->pid, SIGKILL);
	return G_SOURCE_REMOVE;
}

static gboolean end_it(struct debugger *debugger, int number)
{
	debugger->interrupted = number;
	kill(debugger->pid, SIGTERM);
	if (!debugger->timeout)
		debugger->timeout = g_timeout_add_seconds(PATIENCE_SECONDS, kill_it, debugger);
	return G_SOURCE_CONTINUE;
}

static gboolean on_sigterm(gpointer data)
{
	return end_it(data, SIGTERM);
}

static gboolean on_sighup(gpointer data)
{
	return end_it(data, SIGHUP);
}

/* gdb stops the machine on Ctrl-C, which the terminal sends to both of us. */
static gboolean on_sigint(gpointer data)
{
	return G_SOURCE_CONTINUE;
}

static void on_end(GPid pid, gint status, gpointer data)
{
	struct debugger *debugger = data;

	debugger->status = status;
	g_main_loop_quit(debugger->loop);
}

static void wait_for(struct debugger *debugger)
{
	guint sources[] = {
		g_unix_signal_add(SIGINT, on_sigint, debugger),
		g_unix_signal_add(SIGTERM, on_sigterm, debugger),
		g_unix_signal_add(SIGHUP, on_sighup, debugger),
	};

	g_child_watch_add(debugger->pid, on_end, debugger);
	g_main_loop_run(debugger->loop);
	g_clear_handle_id(&debugger->timeout, g_source_remove);
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
		g_source_remove(sources[i]);
}

bool kho_debugger_run(const char *const *argv, GError **error)
{
	struct debugger debugger = { 0 };
	g_autoptr(GError) cause = NULL;
	pid_t parent = getpid();

	if (!g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN,
			   prepare_child, &parent, &debugger.pid, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot start %s: %s", argv[0], cause->message);
		return false;
	}
	debugger.loop = g_main_loop_new(NULL, FALSE);
	wait_for(&debugger);
	g_main_loop_unref(debugger.loop);
	if (debugger.interrupted)
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "ended by a signal: %s",
			    g_strsignal(debugger.interrupted));
	else if (!g_spawn_check_wait_status(debugger.status, &cause))
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "gdb: %s", cause->message);
	else
		return true;
	return false;
}
