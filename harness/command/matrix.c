// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner matrix: runs all cells of a matrix file. */
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
	"  KERNEL_DIR=~/linux/build kho-runner matrix matrices/smoke.yaml\n"
	"  kho-runner matrix --update-expected && git diff expected/";

static char *find_file(const struct kho_paths *paths, const char *name)
{
	g_autofree char *file = g_strconcat(name, ".yaml", NULL);

	if (g_str_has_suffix(name, ".yaml") || strchr(name, '/'))
		return g_strdup(name);
	return g_build_filename(paths->data, "matrices", file, NULL);
}

static enum kho_exit run(const struct kho_options *options, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	g_autofree char *file = paths ? find_file(paths, name) : NULL;
	g_autofree char *topologies = paths ? g_build_filename(paths->data, "topologies", NULL) : NULL;
	g_autoptr(KhoMatrix) matrix =
		paths ? kho_matrix_load(file, topologies, options->kernel ?: kho_kernel_override(), &error) : NULL;
	struct kho_campaign_config config = { .paths = paths, .controls = true };

	if (!matrix)
		return kho_command_fail(error);
	kho_options_apply(options, &config);
	config.name = matrix->name;
	config.cells = matrix->cells;
	return kho_campaign_run(&config);
}

enum kho_exit kho_command_matrix(int argc, char **argv)
{
	struct kho_options options;
	enum kho_exit status;

	if (!kho_options_parse(&options, NULL, "[FILE]", summary, &argc, &argv, &status))
		return status;
	if (argc > 2) {
		g_autoptr(GError) error =
			g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "'%s': one matrix at a time; try --help", argv[2]);

		status = kho_command_fail(error);
	} else {
		status = run(&options, argc == 2 ? argv[1] : "default");
	}
	kho_options_clear(&options);
	return status;
}
