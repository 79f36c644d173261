// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner diff: what changed from one recorded run to another. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/shown.h"
#include "harness/judge/run.h"
#include "harness/report/run_diff.h"

static const char summary[] =
	"Says what changed from one recorded run to another, cell by cell: outcomes (!), and verdicts and answers of\n"
	"estimators (~); which cells only one of them has (- before, + after); and why a cell ends otherwise. RUN is "
	"what\n"
	"kho-runner show takes. Behind it, ':KERNEL' picks a kernel (or pair): then cells are the same that differ in "
	"their\n"
	"kernel only, and both runs may be one.\n"
	"\n"
	"Examples:\n"
	"  kho-runner diff results/20261126T011206Z results/latest\n"
	"  kho-runner diff results/latest:6.19-x86_64 results/latest:7.3-x86_64\n"
	"\n"
	"Exit status: 0 the same; 1 something changed; 2 bad usage or bad input.";

/* A run, and of it a kernel or all. */
struct side {
	struct kho_shown *shown;
	char *kernel; /* NULL: all */
};

static bool load(struct side *side, const char *what, GError **error)
{
	const char *colon = strrchr(what, ':');
	g_autofree char *path = g_strdup(what);

	/* Files may have a colon in their names. */
	if (colon && !g_file_test(what, G_FILE_TEST_EXISTS)) {
		path[colon - what] = '\0';
		side->kernel = g_strdup(colon + 1);
	}
	side->shown = kho_shown_load(path, error);
	if (!side->shown || !side->kernel)
		return side->shown != NULL;
	if (kho_run_kernel_of(side->shown->run, side->kernel))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: the run has no kernel '%s'", path, side->kernel);
	return false;
}

static void clear(struct side *side)
{
	g_clear_pointer(&side->shown, kho_shown_free);
	g_free(side->kernel);
}

static bool check(const struct side *before, const struct side *after, GError **error)
{
	if (!before->kernel == !after->kernel)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "a kernel is picked of one run only: pick one of each");
	return false;
}

static enum kho_exit compare(const struct side *before, const struct side *after, bool reasons)
{
	g_autoptr(KhoRunDiff) diff =
		kho_run_diff_new(before->shown->run, before->kernel, after->shown->run, after->kernel);
	g_autofree char *text = kho_run_diff_text(diff, reasons, isatty(STDOUT_FILENO));

	fputs(text, stdout);
	if (!diff->compared && !before->kernel)
		puts("No cell is in both: to compare two kernels, pick them, RUN:KERNEL.");
	return kho_run_diff_differs(diff) || (reasons && diff->reasons) ? KHO_EXIT_DIFFERS : KHO_EXIT_OK;
}

enum kho_exit kho_command_diff(int argc, char **argv)
{
	gboolean reasons = FALSE;
	const GOptionEntry entries[] = {
		{ "reasons", 0, 0, G_OPTION_ARG_NONE, &reasons,
		  "a cell that ends alike for another reason differs, too", NULL },
		{ 0 },
	};
	struct side before = { 0 }, after = { 0 };
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (!kho_options_take(entries, NULL, "RUN[:KERNEL] RUN[:KERNEL]", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	if (argc != 3)
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "diff takes two runs; try diff --help");
	if (!error && load(&before, argv[1], &error) && load(&after, argv[2], &error) && check(&before, &after, &error))
		status = compare(&before, &after, reasons);
	else
		status = kho_command_fail(error);
	clear(&before);
	clear(&after);
	return status;
}
