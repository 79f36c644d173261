// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner cell: runs one cell. */
#include "harness/command/command.h"
#include "harness/command/one_cell.h"

static const char summary[] = "Runs one cell. ID is KERNEL/TOPOLOGY/KHO_SCRATCH[+PAYLOAD], as a matrix run prints it.\n"
			      "\n"
			      "Examples:\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,128M,32M\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,16M,16M --controls=yes\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,16M,16M+console\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,16M,16M --successor-append=memblock=debug\n"
			      "  KERNEL_DIR=~/linux/build kho-runner cell dir-x86_64/two-even/16M,16M,16M";

static enum kho_exit run(const struct kho_one_cell *one)
{
	return kho_campaign_run(&one->config);
}

enum kho_exit kho_command_cell(int argc, char **argv)
{
	return kho_one_cell_command(argc, argv, summary, run);
}
