// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner matrix: runs all cells of a matrix file. */
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/machine/kernel.h"

static const char summary[] =
	"Runs all cells of a matrix side by side: boots, predicts, hands over, and holds the outcomes against the\n"
	"predictions and against expected/. FILE is a matrix file, or the name of one in matrices/ (default).\n"
	"Before them, each machine that they use runs without KHO, and with ample scratch: where one of these controls "
	"does\n"
	"not survive, its cells tell nothing of an estimator and are excluded.\n"
	"\n"
	"Examples:\n"
	"  kho-runner matrix\n"
	"  kho-runner matrix smoke --jobs=4\n"
	"  kho-runner matrix full --shard=1/4    # of four machines, the first\n"
	"  KERNEL_DIR=~/linux/build kho-runner matrix matrices/smoke.yaml\n"
	"  kho-runner matrix --update-expected && git diff expected/";

static char *find_file(const struct kho_paths *paths, const char *name)
{
	g_autofree char *file = g_strconcat(name, ".yaml", NULL);

	if (g_str_has_suffix(name, ".yaml") || strchr(name, '/'))
		return g_strdup(name);
	return g_build_filename(paths->data, "matrices", file, NULL);
}

static enum kho_exit run(const struct kho_options *options, struct kho_shard *shard, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	g_autofree char *file = paths ? find_file(paths, name) : NULL;
	g_autofree char *topologies = paths ? g_build_filename(paths->data, "topologies", NULL) : NULL;
	g_autoptr(KhoMatrix) matrix =
		paths ? kho_matrix_load(file, topologies, options->kernel ?: kho_kernel_override(), &error) : NULL;
	struct kho_campaign_config config = { .paths = paths, .controls = true };
	g_autoptr(GPtrArray) cells = NULL;

	if (!matrix)
		return kho_command_fail(error);
	kho_options_apply(options, &config);
	config.name = matrix->name;
	config.cells = matrix->cells;
	if (shard->count) {
		cells = kho_shard_cells(shard, matrix->cells);
		config.cells = cells;
		config.shard = shard;
		printf("shard %u/%u: %u of %u cells\n", shard->index, shard->count, cells->len, matrix->cells->len);
	}
	return kho_campaign_run(&config);
}

/* What is wrong with the arguments, or NULL. */
static GError *check(int argc, char **argv, const char *part, struct kho_shard *shard)
{
	GError *error = NULL;

	if (argc > 2)
		return g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "'%s': one matrix at a time; try --help", argv[2]);
	if (part)
		kho_shard_parse(part, shard, &error);
	return error;
}

enum kho_exit kho_command_matrix(int argc, char **argv)
{
	struct kho_options options;
	struct kho_shard shard = { 0 };
	g_autofree char *part = NULL;
	const GOptionEntry more[] = {
		{ "shard", 0, 0, G_OPTION_ARG_STRING, &part,
		  "only part I of N, alike in cost (kho-runner merge joins them)", "I/N" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (!kho_options_parse(&options, more, "[FILE]", summary, &argc, &argv, &status))
		return status;
	error = check(argc, argv, part, &shard);
	status = error ? kho_command_fail(error) : run(&options, &shard, argc == 2 ? argv[1] : "default");
	kho_shard_clear(&shard);
	kho_options_clear(&options);
	return status;
}
