// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner: predicts, boots and proves kexec handovers. Only picks the subcommand. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"

static const char usage[] =
	"Usage: kho-runner COMMAND [OPTION...]\n"
	"\n"
	"Boots NUMA machines in QEMU, hands over from kernel to kernel by a real kexec, and holds what was seen\n"
	"against what the estimator predicted.\n"
	"\n"
	"Commands:\n"
	"  matrix [FILE]   run all cells of a matrix (matrices/default.yaml)\n"
	"  merge DIR...    join the shards of a matrix\n"
	"  cell ID         run one cell\n"
	"  shell ID        a busybox shell in the first kernel of a cell\n"
	"  reproduce CELL  run a cell that failed again, as it was recorded\n"
	"  gdb CELL        a debugger in the successor of a cell, at its entry or where it died\n"
	"  show [RUN] [CELL]  a recorded run as a grid, or one of its cells in full\n"
	"  diff RUN RUN    what changed from one recorded run to another\n"
	"  export [RUN]    a recorded run as CSV, KTAP or JUnit\n"
	"  list WHAT       names of matrices, topologies, kernels or cells\n"
	"  judge [WHAT]    judge recorded cells again, without booting (results/latest)\n"
	"  predict TOPOLOGY[/SPEC]  what becomes of a handover, on paper, without booting\n"
	"  advise TOPOLOGY  which kho_scratch= a machine needs, on paper; --live: this one\n"
	"  record RUN...   make a data set of what runs recorded\n"
	"  boundary AXIS   the smallest scratch with which a machine really survives\n"
	"  edges [RUN]     a matrix of cells around where each estimator draws the line\n"
	"  shrink ID       the simplest machine on which an estimator is still wrong\n"
	"  series          what each series of Linux can do\n"
	"  bisect-step CELL...  a commit of a kernel tree, for git bisect run\n"
	"\n"
	"Examples:\n"
	"  kho-runner matrix matrices/smoke.yaml\n"
	"  kho-runner cell 6.19-x86_64/two-even/16M,128M,32M\n"
	"  kho-runner matrix --help\n"
	"\n"
	"Exit status: 0 everything as expected; 1 a cell differs from what was expected; 2 bad usage or bad\n"
	"input, nothing was run; 3 the harness or the host failed.\n";

static const struct {
	const char *name;
	enum kho_exit (*run)(int argc, char **argv);
} commands[] = {
	/* clang-format off */
	{ "matrix", kho_command_matrix },
	{ "merge", kho_command_merge },
	{ "cell", kho_command_cell },
	{ "shell", kho_command_shell },
	{ "reproduce", kho_command_reproduce },
	{ "gdb", kho_command_gdb },
	{ "show", kho_command_show },
	{ "diff", kho_command_diff },
	{ "export", kho_command_export },
	{ "list", kho_command_list },
	{ "judge", kho_command_judge },
	{ "predict", kho_command_predict },
	{ "advise", kho_command_advise },
	{ "record", kho_command_record },
	{ "boundary", kho_command_boundary },
	{ "edges", kho_command_edges },
	{ "shrink", kho_command_shrink },
	{ "series", kho_command_series },
	{ "bisect-step", kho_command_bisect_step },
	/* clang-format on */
};

enum kho_exit kho_command_fail(const GError *error)
{
	fprintf(stderr, "kho-runner: %s\n", error->message);
	return kho_error_exit(error);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	if (argc >= 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)) {
		fputs(usage, stdout);
		return KHO_EXIT_OK;
	}
	for (gsize i = 0; argc >= 2 && i < G_N_ELEMENTS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc >= 2)
		fprintf(stderr, "kho-runner: '%s' is not a command; kho-runner --help lists them\n", argv[1]);
	else
		fputs(usage, stderr);
	return KHO_EXIT_INPUT;
}
