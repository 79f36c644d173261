// SPDX-License-Identifier: GPL-2.0-only
/* kho-topology-gen: writes topology files. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "harness/model/error.h"
#include "harness/model/generate.h"

static const char summary[] = "Writes topology files. The same arguments give the same bytes on every machine.\n"
			      "\n"
			      "  grid    all combinations of --nodes, --sizes and --cpus\n"
			      "  random  --count machines of up to --max-nodes nodes and --max-memory;\n"
			      "          some nodes have no memory, some no CPUs";

static const char examples[] =
	"Examples:\n"
	"  kho-topology-gen --strategy=grid --nodes=2 --sizes=4G\n"
	"  kho-topology-gen --strategy=grid --nodes=1,2,4 --sizes=1G,4G --uneven --output=topologies\n"
	"  kho-topology-gen --strategy=random --seed=42 --count=20 --output=topologies\n"
	"\n"
	"Exit status: 0 written; 2 bad usage, nothing was written; 3 writing failed.";

struct arguments {
	struct kho_generate_options *generate;
	char *output;
	gboolean force;
};

static gboolean take_option(const char *name, const char *value, gpointer data, GError **error)
{
	struct arguments *arguments = data;

	return kho_generate_options_set(arguments->generate, name + strlen("--"), value, error);
}

#define GENERATE_OPTION(name, flags, text, value)                               \
	{                                                                       \
		name, 0, flags, G_OPTION_ARG_CALLBACK, take_option, text, value \
	}

static void add_options(GOptionContext *context, struct arguments *arguments)
{
	const GOptionEntry entries[] = {
		GENERATE_OPTION("strategy", 0, "grid or random", "NAME"),
		GENERATE_OPTION("nodes", 0, "grid: numbers of nodes (1,2,4)", "N,..."),
		GENERATE_OPTION("sizes", 0, "grid: memory of a node (1G,4G)", "SIZE,..."),
		GENERATE_OPTION("cpus", 0, "grid: a CPU on each node, or on the first only (each)", "each,first"),
		GENERATE_OPTION("uneven", G_OPTION_FLAG_NO_ARG,
				"grid: also machines whose first node is small and last is large", NULL),
		GENERATE_OPTION("seed", 0, "random: a number that all else follows from (1)", "N"),
		GENERATE_OPTION("count", 0, "random: how many (1)", "N"),
		GENERATE_OPTION("max-nodes", 0, "random: of a machine (8)", "N"),
		GENERATE_OPTION("max-memory", 0, "random: of a machine (16G)", "SIZE"),
		{ "output", 0, 0, G_OPTION_ARG_FILENAME, &arguments->output,
		  "where NAME.yaml is written; a single one may go to standard output", "DIR" },
		{ "force", 0, 0, G_OPTION_ARG_NONE, &arguments->force, "overwrite files", NULL },
		G_OPTION_ENTRY_NULL,
	};
	GOptionGroup *group = g_option_group_new("main", "", "", arguments, NULL);

	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, examples);
}

static bool parse_arguments(struct arguments *arguments, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	add_options(context, arguments);
	if (!g_option_context_parse(context, &argc, &argv, error)) {
		/* Whatever GLib finds wrong with an option is bad usage, too. */
		(*error)->domain = KHO_ERROR;
		(*error)->code = KHO_ERROR_INPUT;
		return false;
	}
	if (argc > 1) {
		g_autofree char *quoted = kho_error_quote(argv[1]);

		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s is not an option", quoted);
		return false;
	}
	return kho_generate_options_check(arguments->generate, error);
}

static char *output_path(const char *directory, const struct kho_topology *topology)
{
	g_autofree char *file = g_strconcat(topology->name, ".yaml", NULL);

	return g_build_filename(directory, file, NULL);
}

/* Before the first file is written, so that a refusal leaves nothing half done. */
static bool check_output(const struct arguments *arguments, const GPtrArray *topologies, GError **error)
{
	if (g_file_test(arguments->output, G_FILE_TEST_EXISTS) && !g_file_test(arguments->output, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: is not a directory", arguments->output);
		return false;
	}
	for (guint i = 0; !arguments->force && i < topologies->len; i++) {
		g_autofree char *path = output_path(arguments->output, g_ptr_array_index(topologies, i));

		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: exists; --force overwrites", path);
		return false;
	}
	return true;
}

static bool fail_host(GError **error, const char *path, const char *reason)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, reason);
	return false;
}

static bool write_files(const struct arguments *arguments, const GPtrArray *topologies, GError **error)
{
	if (!check_output(arguments, topologies, error))
		return false;
	if (g_mkdir_with_parents(arguments->output, 0777))
		return fail_host(error, arguments->output, g_strerror(errno));
	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);
		g_autofree char *path = output_path(arguments->output, topology);
		g_autofree char *text = kho_generate_text(arguments->generate, topology);
		g_autoptr(GError) cause = NULL;

		if (!g_file_set_contents(path, text, -1, &cause)) {
			g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s", cause->message);
			return false;
		}
		printf("%s\n", path);
	}
	return true;
}

static bool print_one(const struct arguments *arguments, const GPtrArray *topologies, GError **error)
{
	g_autofree char *text = NULL;

	if (topologies->len > 1) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "these are %u topologies: --output=DIR is needed",
			    topologies->len);
		return false;
	}
	text = kho_generate_text(arguments->generate, g_ptr_array_index(topologies, 0));
	fputs(text, stdout);
	return true;
}

static bool generate(const struct arguments *arguments, GError **error)
{
	g_autoptr(GPtrArray) topologies = kho_generate(arguments->generate, error);
	bool written;

	if (!topologies)
		return false;
	if (arguments->output)
		written = write_files(arguments, topologies, error);
	else
		written = print_one(arguments, topologies, error);
	if (written && (fflush(stdout) || ferror(stdout)))
		return fail_host(error, "standard output", g_strerror(errno));
	return written;
}

int main(int argc, char **argv)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	struct arguments arguments = { .generate = options };
	g_autoptr(GError) error = NULL;
	enum kho_exit status = KHO_EXIT_OK;

	setlocale(LC_ALL, "");
	if (!parse_arguments(&arguments, argc, argv, &error) || !generate(&arguments, &error)) {
		fprintf(stderr, "kho-topology-gen: %s\n", error->message);
		status = kho_error_exit(error);
	}
	g_free(arguments.output);
	return status;
}
