// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner gdb: a debugger in the successor of a cell, where it begins or where it died. */
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#include "guest/protocol.h"
#include "harness/command/command.h"
#include "harness/command/debugger.h"
#include "harness/command/one_cell.h"
#include "harness/command/prepare.h"
#include "harness/command/recorded.h"
#include "harness/handover/handover.h"
#include "harness/machine/rundir.h"
#include "harness/report/text.h"

static const char summary[] =
	"Boots a cell's machine, lets it hand over, and attaches gdb with the successor's symbols: where the "
	"successor's\n"
	"kernel begins (x86_64_start_kernel), or where the harness calls it dead; there the machine stands still. CELL "
	"is an\n"
	"id, or the directory of a cell that failed, which runs from its own files. The successor gets nokaslr, so "
	"that\n"
	"symbols are where vmlinux has them. When gdb ends, so does the machine. What stands behind -- goes to gdb.\n"
	"\n"
	"Examples:\n"
	"  kho-runner gdb 6.19-x86_64/two-even/16M,16M,16M\n"
	"  kho-runner gdb 6.19-x86_64/two-even/16M,128M,32M --at=entry\n"
	"  kho-runner gdb 6.19-x86_64/two-even/16M,16M,16M --at=page_fault_oops\n"
	"  kho-runner gdb results/latest/cells/6.19-x86_64/two-even/16M,16M,16M -- -batch -ex bt\n"
	"\n"
	"Exit status: 0 gdb ran; 1 the cell never came to that point; 2 bad usage or bad input; 3 gdb, the harness or "
	"the\n"
	"host failed.";

#define NO_KASLR "nokaslr"

/* Where the machine is handed to gdb. */
enum point { POINT_ENTRY, POINT_FUNCTION, POINT_DEATH };

/* Runs once a boot, so that the first kernel, which is past it, cannot be caught by it. */
static const char *const entries[] = { "x86_64_start_kernel", "start_kernel" };

struct session {
	enum point point;
	const char *function; /* of POINT_FUNCTION */
	const char *gdb;
	const char *const *more; /* arguments for gdb */
	GMainLoop *loop;
	guint signals[3]; /* their sources, taken before there is a machine, until the point */
	bool over, interrupted;
	bool entering; /* the first kernel said its last word, and that it hands over */
	struct kho_outcome outcome;
};

/* --- to the point --- */

static void over(struct kho_handover *handover, const struct kho_report *report, struct kho_outcome outcome, void *data)
{
	struct session *session = data;

	session->over = true;
	session->entering = report->first.end && g_strcmp0(report->load, KHO_OK) == 0;
	session->outcome = outcome;
	g_main_loop_quit(session->loop);
}

static gboolean interrupted(gpointer data)
{
	struct session *session = data;

	session->interrupted = true;
	g_main_loop_quit(session->loop);
	return G_SOURCE_CONTINUE;
}

static void take_signals(struct session *session)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	session->loop = g_main_loop_new(NULL, FALSE);
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
		session->signals[i] = g_unix_signal_add(numbers[i], interrupted, session);
}

static void drop_signals(struct session *session)
{
	g_clear_pointer(&session->loop, g_main_loop_unref);
	for (gsize i = 0; i < G_N_ELEMENTS(session->signals); i++)
		g_clear_handle_id(&session->signals[i], g_source_remove);
}

/* Is the machine there, and where it was asked for? */
static bool is_reached(const struct session *session)
{
	switch (session->point) {
	case POINT_ENTRY:
	case POINT_FUNCTION:
		return session->entering;
	case POINT_DEATH:
		return kho_outcome_failed(session->outcome.name) ||
		       session->outcome.name == KHO_OUTCOME_FIRST_BOOT_FAILED;
	}
	return false;
}

/* --- at the point --- */

static const char *find_entry(const struct kho_kernel *successor)
{
	for (gsize i = 0; i < G_N_ELEMENTS(entries) && successor->symbols; i++)
		if (kho_vmlinux_symbol(successor->symbols, entries[i], &(guint64){ 0 }, NULL))
			return entries[i];
	return NULL;
}

static enum kho_exit debug(const struct session *session, const struct kho_pair *pair, const char *socket)
{
	/* A first kernel that died is looked at with its own symbols. */
	bool first = session->point == POINT_DEATH && session->outcome.stage < KHO_STAGE_HANDOVER;
	const struct kho_debugger_config config = {
		.vmlinux = first ? pair->kernel->vmlinux : pair->successor->vmlinux,
		.socket = socket,
		.stop_at = session->point == POINT_DEATH ? NULL : find_entry(pair->successor),
		.and_then_at = session->function,
		.more = session->more,
	};
	g_auto(GStrv) argv = kho_debugger_args(session->gdb, &config);
	g_autoptr(GError) error = NULL;

	if (session->point != POINT_DEATH && !config.stop_at) {
		error = g_error_new(
			KHO_ERROR, KHO_ERROR_HOST,
			"%s: no symbol of where a kernel begins: only --at=death does without a readable vmlinux",
			pair->successor->name);
		return kho_command_fail(error);
	}
	return kho_debugger_run((const char *const *)argv, &error) ? KHO_EXIT_OK : kho_command_fail(error);
}

static enum kho_exit after_waiting(const struct session *session, const struct kho_pair *pair, const char *id,
				   const char *directory, const char *socket)
{
	g_autofree char *reason = kho_text_clean(session->outcome.reason);
	const char *name = kho_outcome_text(session->outcome.name);

	if (session->interrupted)
		return KHO_EXIT_HOST;
	if (!is_reached(session)) {
		fprintf(stderr, "kho-runner: %s: never came to that point: %s: %s\n", id, name, reason);
		return session->outcome.name == KHO_OUTCOME_LOST ? KHO_EXIT_HOST : KHO_EXIT_DIFFERS;
	}
	if (session->point == POINT_DEATH)
		fprintf(stderr, "kho-runner: %s: %s: %s\n", id, name, reason);
	fprintf(stderr, "kho-runner: the machine stands still; until it ends, its console is in %s/console.log\n",
		directory);
	return debug(session, pair, socket);
}

static bool check_function(const struct session *session, const struct kho_kernel *successor, GError **error)
{
	g_autofree char *quoted = session->function ? kho_error_quote(session->function) : NULL;

	if (!session->function || !successor->symbols ||
	    kho_vmlinux_symbol(successor->symbols, session->function, &(guint64){ 0 }, NULL))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--at: %s is neither entry nor death nor a function of %s",
		    quoted, successor->name);
	return false;
}

static enum kho_exit boot(struct session *session, const struct kho_preparation *preparation,
			  const struct kho_campaign_config *config)
{
	const struct kho_cell *cell = g_ptr_array_index(config->cells, 0);
	const struct kho_pair *pair = kho_preparation_pair(preparation, cell);
	const char *words = config->successor_extra && *config->successor_extra ? config->successor_extra : NULL;
	g_autofree char *successor_extra = g_strjoin(" ", NO_KASLR, words, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRundir) rundir = kho_rundir_new(NULL, &error);
	g_autofree char *socket = rundir ? g_build_filename(kho_rundir_path(rundir), "gdb.sock", NULL) : NULL;
	const struct kho_handover_config machine = {
		.cell = cell,
		.kernel_image = pair->kernel->image,
		.initramfs = pair->initramfs,
		.directory = rundir ? kho_rundir_path(rundir) : NULL,
		.vmlinux = pair->successor->symbols,
		.first_extra = config->first_extra,
		.successor_extra = successor_extra,
		.no_folios = pair->no_folios,
		.kvm = kho_preparation_kvm(preparation, cell),
		.run = config->run,
		.gdb_socket = socket,
		.keep = true,
		.until_entry = session->point != POINT_DEATH,
	};
	struct kho_handover *handover = NULL;
	enum kho_exit status;

	take_signals(session);
	if (rundir && check_function(session, pair->successor, &error))
		handover = kho_handover_start(&machine, over, session, &error);
	if (handover)
		g_main_loop_run(session->loop);
	drop_signals(session);
	if (!handover)
		return kho_command_fail(error);
	status = after_waiting(session, pair, cell->id, machine.directory, socket);
	kho_handover_free(handover);
	kho_outcome_clear(&session->outcome);
	return status;
}

static enum kho_exit run(struct session *session, const struct kho_campaign_config *config)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *gdb = kho_debugger_find(&error);
	struct kho_preparation *preparation = gdb ? kho_prepare(config, &error) : NULL;
	enum kho_exit status;

	if (!preparation)
		return kho_command_fail(error);
	session->gdb = gdb;
	status = kho_preparation_check_child(preparation, &error) ? boot(session, preparation, config)
								  : kho_command_fail(error);
	kho_preparation_free(preparation);
	return status;
}

/* --- what was asked for --- */

static enum kho_exit run_id(struct session *session, const struct kho_options *options, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoOneCell) one = kho_one_cell_find(options, id, &error);

	return one ? run(session, &one->config) : kho_command_fail(error);
}

static enum kho_exit run_recorded(struct session *session, const struct kho_options *options, const char *directory)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	g_autoptr(KhoRecorded) recorded = paths ? kho_recorded_find(options->results, directory, &error) : NULL;
	struct kho_campaign_config config = { .paths = paths, .name = "gdb", .recorded = recorded };

	if (!recorded)
		return kho_command_fail(error);
	if (options->kernel || options->first_extra || options->successor_extra) {
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT,
				    "%s: runs as it was recorded: --kernel and --...-append are for an id", directory);
		return kho_command_fail(error);
	}
	config.cells = recorded->cells;
	config.accel = recorded->manifest->accel;
	config.first_extra = recorded->manifest->first_append;
	config.successor_extra = recorded->manifest->successor_append;
	config.run = recorded->manifest->run;
	return run(session, &config);
}

static void find_point(const char *at, struct session *session)
{
	if (!at || g_str_equal(at, "death")) {
		session->point = POINT_DEATH;
	} else if (g_str_equal(at, "entry")) {
		session->point = POINT_ENTRY;
	} else {
		session->point = POINT_FUNCTION;
		session->function = at;
	}
}

static enum kho_exit check_and_run(struct session *session, const struct kho_options *options, const char *at, int argc,
				   char **argv)
{
	g_autoptr(GError) error = NULL;

	find_point(at, session);
	if (argc != 2) {
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "one cell's id or directory is needed; try --help");
		return kho_command_fail(error);
	}
	if (g_file_test(argv[1], G_FILE_TEST_IS_DIR))
		return run_recorded(session, options, argv[1]);
	return run_id(session, options, argv[1]);
}

enum kho_exit kho_command_gdb(int argc, char **argv)
{
	g_autofree char *at = NULL;
	const GOptionEntry more[] = {
		{ "at", 0, 0, G_OPTION_ARG_STRING, &at,
		  "entry (of the successor's kernel), one of its functions, or death (default)", "POINT" },
		{ 0 },
	};
	struct session session = { 0 };
	struct kho_options options;
	enum kho_exit status;

	/* Behind "--" nothing is ours. */
	for (int i = 1; i < argc && !session.more; i++) {
		if (g_str_equal(argv[i], "--")) {
			session.more = (const char *const *)argv + i + 1;
			argc = i;
		}
	}
	if (!kho_options_parse(&options, more, "CELL [-- GDB-ARGUMENT...]", summary, &argc, &argv, &status))
		return status;
	status = check_and_run(&session, &options, at, argc, argv);
	kho_options_clear(&options);
	return status;
}
