// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner cell: runs one cell, or the same one several times. */
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/machine/kernel.h"

static const char summary[] = "Runs one cell. ID is KERNEL/TOPOLOGY/KHO_SCRATCH, as a matrix run prints it.\n"
			      "\n"
			      "Examples:\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,128M,32M\n"
			      "  kho-runner cell 6.19-x86_64/two-even/16M,16M,16M --successor-append=memblock=debug\n"
			      "  KERNEL_DIR=~/linux/build kho-runner cell dir-x86_64/two-even/16M,16M,16M";

static bool split(const char *id, char ***words, GError **error)
{
	*words = g_strsplit(id, "/", -1);
	if (g_strv_length(*words) == 3 && *(*words)[0] && *(*words)[1] && *(*words)[2])
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "'%s' is not KERNEL/TOPOLOGY/KHO_SCRATCH", id);
	return false;
}

static enum kho_exit run(const struct kho_options *options, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	g_auto(GStrv) words = NULL;
	g_autoptr(KhoTopology) topology = NULL;
	g_autoptr(KhoScratchSpec) scratch = NULL;
	g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	struct kho_campaign_config config = { .paths = paths, .name = "cell", .cells = cells };
	const char *kernel;

	if (!paths || !split(id, &words, &error))
		return kho_command_fail(error);
	topology = kho_topology_find(paths->data, words[1], &error);
	scratch = topology ? kho_scratch_spec_parse(words[2], &error) : NULL;
	if (!scratch)
		return kho_command_fail(error);
	kernel = options->kernel ?: (kho_kernel_override() ?: words[0]);
	g_ptr_array_add(cells, kho_cell_new(kernel, kernel, topology, scratch, "default"));
	kho_options_apply(options, &config);
	return kho_campaign_run(&config);
}

enum kho_exit kho_command_cell(int argc, char **argv)
{
	struct kho_options options;
	enum kho_exit status;

	if (!kho_options_parse(&options, "ID", summary, &argc, &argv, &status))
		return status;
	if (argc != 2) {
		g_autoptr(GError) error =
			g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "one cell's id is needed; try --help");

		status = kho_command_fail(error);
	} else {
		status = run(&options, argv[1]);
	}
	kho_options_clear(&options);
	return status;
}
