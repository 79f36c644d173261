// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner show: a recorded run, or a cell of it, on a terminal. */
#include <stdio.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/shown.h"
#include "harness/command/window.h"
#include "harness/report/terminal_cell.h"
#include "harness/report/terminal_grid.h"
#include "harness/report/terminal_summary.h"

#define CONSOLE_MOST (64UL << 20) /* bytes: all of it */

static const char summary[] =
	"Shows a run that was recorded: for each kernel a grid of its verdicts, and what a run prints at its end. With "
	"CELL\n"
	"it shows that cell in full: what its verdict means, what estimators said, its memory to scale, why it died, "
	"where\n"
	"the evidence is. RUN is a run's directory (results/latest), its results.json or journal.jsonl, or a data set; "
	"CELL\n"
	"an id, or enough of one to tell it from all others.\n"
	"\n"
	"Examples:\n"
	"  kho-runner show\n"
	"  kho-runner show two-even/16M,128M,32M\n"
	"  kho-runner show datasets/6.19-x86_64 --estimator=replay\n"
	"  kho-runner show results/20261126T011206Z 6.19-x86_64/two-even/control:ample\n"
	"\n"
	"Exit status: 0 shown; 2 bad usage or bad input.";

static void show_run(const struct kho_run *run, enum kho_estimator estimator)
{
	bool colour = isatty(STDOUT_FILENO);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *rest = kho_terminal_summary(run, colour);

	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);

		g_string_append_printf(text, "%s, verdicts of %s\n", kernel->name, kho_estimator_text(estimator));
		kho_terminal_grid(text, run, kernel->name, estimator, kho_window_columns(), colour);
		g_string_append_c(text, '\n');
	}
	fputs(text->str, stdout);
	fputs(rest, stdout);
}

static void show_cell(const struct kho_run *run, const struct kho_result *result, enum kho_estimator estimator)
{
	g_autoptr(KhoEvidence) evidence = kho_evidence_load(run->directory, result, CONSOLE_MOST);
	g_autofree char *text =
		kho_terminal_cell(run, result, estimator, evidence, kho_window_columns(), isatty(STDOUT_FILENO));

	fputs(text, stdout);
}

/* The first argument is a run if there is such a file; a cell is what is left. */
static bool show(char **names, enum kho_estimator estimator, GError **error)
{
	bool named = *names && g_file_test(*names, G_FILE_TEST_EXISTS);
	g_autoptr(KhoShown) shown = kho_shown_load(named ? *names : NULL, error);
	const struct kho_result *result;

	if (!shown)
		return false;
	names += named;
	if (!*names) {
		show_run(shown->run, estimator);
		return true;
	}
	result = kho_shown_find(shown, *names, error);
	if (result)
		show_cell(shown->run, result, estimator);
	return result != NULL;
}

enum kho_exit kho_command_show(int argc, char **argv)
{
	g_autofree char *name = NULL;
	const GOptionEntry entries[] = {
		{ "estimator", 'e', 0, G_OPTION_ARG_STRING, &name, "whose verdicts to show (sparsemem)", "NAME" },
		{ 0 },
	};
	enum kho_estimator estimator = KHO_ESTIMATOR_SPARSEMEM;
	g_autoptr(GError) error = NULL;
	g_autofree char *quoted = NULL;

	if (!kho_options_take(entries, NULL, "[RUN] [CELL]", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	quoted = kho_error_quote(name ?: "");
	if (argc > 3 || (argc == 3 && !g_file_test(argv[1], G_FILE_TEST_EXISTS)))
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "show takes one run and one cell; try show --help");
	else if (name && !kho_estimator_from_text(name, &estimator))
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "--estimator: %s is none", quoted);
	if (error || !show(argv + 1, estimator, &error))
		return kho_command_fail(error);
	return KHO_EXIT_OK;
}
