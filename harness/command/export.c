// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner export: a recorded run in other formats. */
#include <stdio.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/shown.h"
#include "harness/report/csv.h"
#include "harness/report/junit.h"
#include "harness/report/ktap.h"

static const char summary[] =
	"Writes a recorded run to standard output in another format. RUN is what kho-runner show takes.\n"
	"\n"
	"Examples:\n"
	"  kho-runner export --csv > cells.csv\n"
	"  kho-runner export --ktap results/20261126T011206Z\n"
	"\n"
	"Exit status: 0 written; 2 bad usage or bad input; 3 it could not be written.";

static enum kho_exit write_out(char *text)
{
	g_autofree char *owned = text;

	if (fputs(owned, stdout) >= 0 && fflush(stdout) == 0)
		return KHO_EXIT_OK;
	perror("kho-runner: cannot write to standard output");
	return KHO_EXIT_HOST;
}

enum kho_exit kho_command_export(int argc, char **argv)
{
	gboolean csv = FALSE, ktap = FALSE, junit = FALSE;
	const GOptionEntry entries[] = {
		{ "csv", 0, 0, G_OPTION_ARG_NONE, &csv, "a table, a line per control and cell (RFC 4180)", NULL },
		{ "ktap", 0, 0, G_OPTION_ARG_NONE, &ktap, "the kernel's format for test results", NULL },
		{ "junit", 0, 0, G_OPTION_ARG_NONE, &junit, "junit.xml anew", NULL },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoShown) shown = NULL;

	if (!kho_options_take(entries, NULL, "[RUN]", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	if (argc > 2 || csv + ktap + junit != 1)
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT,
				    "export takes one run and one of --csv, --ktap, --junit; try export --help");
	else
		shown = kho_shown_load(argv[1], &error);
	if (!shown)
		return kho_command_fail(error);
	return write_out(csv ? kho_csv(shown->run) : ktap ? kho_ktap(shown->run) : kho_junit(shown->run));
}
