// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner bisect-step: a commit of a kernel tree, for git bisect run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/one_cell.h"
#include "harness/judge/bisecting.h"
#include "harness/machine/kernel.h"
#include "harness/report/text.h"

static const char summary[] =
	"Builds the kernel tree that it is started in (or KERNEL_TREE=, --tree=) and runs cells on it, for git bisect "
	"run.\n"
	"CELL is TOPOLOGY/KHO_SCRATCH[+PAYLOAD]. A commit is good if each cell survives, or does what --good says; it "
	"is\n"
	"bad if one does not. It cannot be told where the tree does not build, a machine or its control fails, or\n"
	"no handover happens (unless --good or --bad names that outcome).\n"
	"\n"
	"Exit status, as git bisect takes it: 0 good; 1 bad; 125 cannot tell; 130 bad usage and 131 the host failed, "
	"for\n"
	"git would take 2 and 3 for bad, and stops at these.\n"
	"\n"
	"Examples:\n"
	"  git bisect start v7.3 v7.2 && git bisect run kho-runner bisect-step two-even/16M,16M,16M   # what broke "
	"it?\n"
	"  git bisect run kho-runner bisect-step --good=panicked --bad=survived two-even/16M,16M,16M  # what mended "
	"it?\n"
	"  git bisect run kho-runner bisect-step --bad=kho-disabled memoryless/200%\n"
	"  git bisect run kho-runner bisect-step --good=TN --good=TP two-even/16M,128M,32M 'one/2M,2M,64M'";

enum { GOOD = 0, BAD = 1, CANNOT_TELL = 125, USAGE = 128 + KHO_EXIT_INPUT, HOST = 128 + KHO_EXIT_HOST };

struct step {
	struct kho_options options;
	char *tree;
	char **good, **bad;
	GPtrArray *ones; /* of struct kho_one_cell * */
	GPtrArray *cells;
	enum kho_bisect_answer answer;
	bool told; /* the cells have run */
};

static int fail(const GError *error)
{
	return kho_command_fail(error) == KHO_EXIT_INPUT ? USAGE : HOST;
}

/* --- what is asked for --- */

static bool check_words(char **words, const char *option, GError **error)
{
	for (char **word = words; word && *word; word++) {
		g_autofree char *quoted = kho_error_quote(*word);

		if (kho_bisect_word_valid(*word))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s=%s: is neither an outcome (survived, panicked, ...) nor a verdict (TP, FP, FN, TN)",
			    option, quoted);
		return false;
	}
	return true;
}

static bool is_tree(const char *directory)
{
	g_autofree char *kconfig = g_build_filename(directory, "Kconfig", NULL);
	g_autofree char *makefile = g_build_filename(directory, "Makefile", NULL);

	return g_file_test(kconfig, G_FILE_TEST_IS_REGULAR) && g_file_test(makefile, G_FILE_TEST_IS_REGULAR);
}

/* A KERNEL_TREE that was set for something else would be built at each commit, and all be alike. */
static bool check_here(const char *named, const char *here, GError **error)
{
	g_autofree char *real = realpath(named, NULL);

	if (!is_tree(here) || g_strcmp0(real, here) == 0)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "KERNEL_TREE=%s: is not the tree that this is started in: unset it, or name the tree with --tree",
		    named);
	return false;
}

/* kho-kernel takes the tree from the environment. */
static bool find_tree(struct step *step, GError **error)
{
	const char *named = g_getenv("KERNEL_TREE"), *finished = g_getenv("KERNEL_DIR");
	g_autofree char *here = g_get_current_dir();
	const char *tree = step->tree ?: (named && *named ? named : here);

	if (!step->tree && !(named && *named) && finished && *finished)
		return true;
	if (tree == named && !check_here(named, here, error))
		return false;
	if (is_tree(tree))
		return g_setenv("KERNEL_TREE", tree, TRUE);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s: is not a kernel tree (no Kconfig, no Makefile): start it in one, or name one with --tree",
		    tree);
	return false;
}

static bool add_cell(struct step *step, const char *text, GError **error)
{
	const char *slash = strchr(text, '/');
	bool bare = slash && !strchr(slash + 1, '/');
	g_autofree char *id = bare ? g_strdup_printf("%s/%s", kho_kernel_override(), text) : g_strdup(text);
	struct kho_one_cell *one = kho_one_cell_find(&step->options, id, error);

	if (!one)
		return false;
	g_ptr_array_add(step->ones, one);
	g_ptr_array_add(step->cells, g_ptr_array_index(one->cells, 0));
	return true;
}

static bool read_cells(struct step *step, int argc, char **argv, GError **error)
{
	if (argc < 2) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "at least one cell is needed; try bisect-step --help");
		return false;
	}
	for (int i = 1; i < argc; i++)
		if (!add_cell(step, argv[i], error))
			return false;
	return true;
}

/* --- the cells --- */

static const char *const answers[] = {
	[KHO_BISECT_GOOD] = "good",
	[KHO_BISECT_BAD] = "bad",
	[KHO_BISECT_UNTOLD] = "cannot tell",
};

static void look(const struct kho_run *run, void *data)
{
	struct step *step = data;
	const char *const good[] = { kho_outcome_text(KHO_OUTCOME_SURVIVED), NULL };
	const struct kho_bisect_words words = {
		.good = step->good ? (const char *const *)step->good : good,
		.bad = (const char *const *)step->bad,
	};

	step->told = run->results->len == step->cells->len;
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *why = NULL;
		enum kho_bisect_answer answer = kho_bisect_cell(result, &words, &why);
		g_autofree char *clean = kho_text_clean(why);

		step->answer = MAX(step->answer, answer);
		printf("bisect-step: %s: %s: %s\n", answers[answer], result->cell->id, clean);
	}
	fflush(stdout);
}

/* A released kernel that does not build is the host's fault; a commit that does not tells nothing. */
static bool builds(const struct step *step, GError **error)
{
	const struct kho_one_cell *one = g_ptr_array_index(step->ones, 0);
	const struct kho_cell *cell = g_ptr_array_index(step->cells, 0);
	g_autoptr(KhoKernel) kernel = kho_kernel_build(one->paths, cell->kernel, error);

	return kernel != NULL;
}

static int run(struct step *step)
{
	const struct kho_one_cell *one = g_ptr_array_index(step->ones, 0);
	struct kho_campaign_config config = {
		.paths = one->paths,
		.name = "bisect-step",
		.cells = step->cells,
		.controls = true,
		.unexpected = true,
		.quiet = true,
		.ended = look,
		.data = step,
	};
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (!builds(step, &error)) {
		kho_command_fail(error);
		if (kho_error_exit(error) != KHO_EXIT_INPUT)
			return HOST;
		printf("bisect-step: cannot tell: the kernel does not build\n");
		return CANNOT_TELL;
	}
	kho_options_apply(&step->options, &config);
	status = kho_campaign_run(&config);
	if (!step->told)
		return status == KHO_EXIT_INPUT ? USAGE : HOST;
	if (step->answer == KHO_BISECT_UNTOLD)
		return CANNOT_TELL;
	return step->answer == KHO_BISECT_GOOD ? GOOD : BAD;
}

static void clear(struct step *step)
{
	g_ptr_array_unref(step->cells);
	g_ptr_array_unref(step->ones);
	kho_options_clear(&step->options);
	g_free(step->tree);
	g_strfreev(step->good);
	g_strfreev(step->bad);
}

enum kho_exit kho_command_bisect_step(int argc, char **argv)
{
	struct step step = { .ones = g_ptr_array_new_with_free_func((GDestroyNotify)kho_one_cell_free),
			     .cells = g_ptr_array_new() };
	const GOptionEntry more[] = {
		{ "tree", 0, 0, G_OPTION_ARG_FILENAME, &step.tree, "the kernel tree (the current directory)", "DIR" },
		{ "good", 0, 0, G_OPTION_ARG_STRING_ARRAY, &step.good, "outcome or verdict of a good commit (survived)",
		  "WORD" },
		{ "bad", 0, 0, G_OPTION_ARG_STRING_ARRAY, &step.bad, "of a bad one (all that count and are not good)",
		  "WORD" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	enum kho_exit parsed;
	int status;

	if (!kho_options_parse(&step.options, more, "CELL...", summary, &argc, &argv, &parsed)) {
		clear(&step);
		return (enum kho_exit)USAGE;
	}
	if (check_words(step.good, "--good", &error) && check_words(step.bad, "--bad", &error) &&
	    find_tree(&step, &error) && read_cells(&step, argc, argv, &error))
		status = run(&step);
	else
		status = fail(error);
	clear(&step);
	return (enum kho_exit)status;
}
