// SPDX-License-Identifier: GPL-2.0-only
/* What each series of Linux can do, for a person. */
#include <stdio.h>

#include "harness/command/command.h"
#include "harness/model/series.h"

static const char usage[] =
	"Usage: kho-runner series\n"
	"\n"
	"Prints what each series of Linux can do, as far as handovers go: where KHO lies in the tree, the\n"
	"format that it hands over in (a successor takes no other), which nodes have scratch of their own,\n"
	"and whether it must be finalized, has the Live Update Orchestrator, may be built with deferred\n"
	"struct pages, wants the memory map in one piece (sparse_buffer_init()), cuts scratch to blocks of\n"
	"the largest order, and extends scratch. A series stands for those that follow, up to the next.\n";

static const char *yes(bool answer)
{
	return answer ? "yes" : "-";
}

enum kho_exit kho_command_series(int argc, char **argv)
{
	const struct kho_series *all;
	gsize count;

	if (argc == 2 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))) {
		fputs(usage, stdout);
		return KHO_EXIT_OK;
	}
	if (argc > 1) {
		fprintf(stderr, "kho-runner: series: '%s': takes no argument; try --help\n", argv[1]);
		return KHO_EXIT_INPUT;
	}
	all = kho_series_all(&count);
	printf("series  place              format  scratch on   finalize  LUO  deferred  buffer  blocks  extends\n");
	for (gsize i = 0; i < count; i++)
		printf("%u.%-4u  %-17s  %-6s  %-11s  %-8s  %-3s  %-8s  %-6s  %-6s  %s\n", all[i].major, all[i].minor,
		       all[i].place, all[i].format, all[i].scratch_nodes, yes(all[i].finalized),
		       yes(all[i].orchestrator), yes(all[i].deferred), yes(all[i].buffered), yes(all[i].by_blocks),
		       yes(all[i].extended));
	return KHO_EXIT_OK;
}
