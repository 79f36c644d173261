// SPDX-License-Identifier: GPL-2.0-only
/* kho-topology-gen: writes topology files, and draws them. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "harness/command/draw.h"
#include "harness/command/machine_format.h"
#include "harness/command/paper_machine.h"
#include "harness/model/error.h"
#include "harness/model/generate.h"

static const char summary[] =
	"Writes topology files. The same arguments give the same bytes on every machine.\n"
	"With --draw it draws the physical memory of machines instead; with --format it describes those that it makes, "
	"or that\n"
	"are named, for use without the harness: as libvirt's XML, or as arguments of QEMU, without a kernel.\n"
	"\n"
	"  grid      all combinations of --nodes, --sizes and --cpus\n"
	"  pairwise  few machines that differ in ten ways, any two of which meet\n"
	"  random    --count machines of up to --max-nodes nodes and --max-memory; some nodes have\n"
	"            no memory, some no CPUs; with --placed memory lies anywhere\n"
	"  edge      borders at and near the ends of sections, PMDs and the hole for devices, and memory\n"
	"            maps as large as usual areas of scratch (for scratch at a machine's edges: kho-runner edges)\n"
	"  real      shapes of real servers, with 1/--scale of their memory";

static const char examples[] =
	"Examples:\n"
	"  kho-topology-gen --strategy=grid --nodes=2 --sizes=4G\n"
	"  kho-topology-gen --strategy=grid --nodes=1,2,4 --sizes=1G,4G --uneven --output=topologies\n"
	"  kho-topology-gen --strategy=random --seed=42 --count=20 --output=topologies\n"
	"  kho-topology-gen --strategy=random --placed --seed=42 --count=20 --output=/tmp/machines\n"
	"  kho-topology-gen --strategy=real --scale=128 --output=/tmp/machines\n"
	"  kho-topology-gen --format=libvirt-xml two-even >two-even.xml && virsh create two-even.xml\n"
	"  qemu-system-x86_64 $(kho-topology-gen --format=qemu-args two-even) -kernel bzImage -append console=ttyS0\n"
	"  kho-topology-gen --draw topologies/interleaved.yaml\n"
	"  kho-topology-gen --draw /tmp/machines/*.yaml\n"
	"  kho-topology-gen --draw two-even --kho-scratch=16M,128M,32M\n"
	"\n"
	"Exit status: 0 written or drawn; 2 bad usage, nothing was written; 3 writing failed.";

struct arguments {
	struct kho_generate_options *generate;
	char *output;
	char **draw, **more; /* what to draw: with --draw before it, and without */
	char *kho_scratch;
	char *format_name, *arch_name;
	enum kho_machine_format format;
	const struct kho_arch *arch;
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
		GENERATE_OPTION("strategy", 0, "grid, pairwise, random, edge or real", "NAME"),
		GENERATE_OPTION("nodes", 0, "grid: numbers of nodes (1,2,4)", "N,..."),
		GENERATE_OPTION("sizes", 0, "grid: memory of a node (1G,4G)", "SIZE,..."),
		GENERATE_OPTION("cpus", 0, "grid: a CPU on each node, or on the first only (each)", "each,first"),
		GENERATE_OPTION("uneven", G_OPTION_FLAG_NO_ARG,
				"grid: also machines whose first node is small and last is large", NULL),
		GENERATE_OPTION("seed", 0, "random: a number that all else follows from (1)", "N"),
		GENERATE_OPTION("count", 0, "random: how many (1)", "N"),
		GENERATE_OPTION("max-nodes", 0, "random: of a machine (8)", "N"),
		GENERATE_OPTION("max-memory", 0, "random: of a machine (16G)", "SIZE"),
		GENERATE_OPTION("placed", G_OPTION_FLAG_NO_ARG,
				"random: nodes take turns, with holes, borders anywhere, windows and reserved memory",
				NULL),
		GENERATE_OPTION("scale", 0, "real: which part of the memory there is (64)", "N"),
		{ "output", 0, 0, G_OPTION_ARG_FILENAME, &arguments->output,
		  "where NAME.yaml is written; a single one may go to standard output", "DIR" },
		{ "draw", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->draw,
		  "draw a machine: a topology file, or a name in topologies/; or several", "FILE..." },
		{ "format", 0, 0, G_OPTION_ARG_STRING, &arguments->format_name,
		  "yaml (of what is made), libvirt-xml or qemu-args (also of machines that are named)", "NAME" },
		{ "arch", 0, 0, G_OPTION_ARG_STRING, &arguments->arch_name, "format: x86_64 or arm64 (x86_64)",
		  "NAME" },
		{ "kho-scratch", 0, 0, G_OPTION_ARG_STRING, &arguments->kho_scratch,
		  "draw: also where scratch would lie, on paper, and what of it is usable", "SPEC" },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->more, NULL, NULL },
		{ "force", 0, 0, G_OPTION_ARG_NONE, &arguments->force, "overwrite files", NULL },
		G_OPTION_ENTRY_NULL,
	};
	GOptionGroup *group = g_option_group_new("main", "", "", arguments, NULL);

	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, examples);
}

/* Nothing that is about making topologies. */
static bool check_draw(const struct arguments *arguments, GError **error)
{
	bool makes = arguments->generate->strategy || arguments->output || arguments->force || arguments->format_name;

	for (enum kho_strategy i = KHO_STRATEGY_NONE; i < KHO_NR_STRATEGIES; i++)
		makes = makes || arguments->generate->given[i];
	if (makes)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "--draw makes no topologies: only --kho-scratch goes with it");
	return !makes;
}

static bool parse_format(struct arguments *arguments, GError **error)
{
	const char *arch = arguments->arch_name ?: kho_arch_x86_64.name;

	if (arguments->format_name && !kho_machine_format_parse(arguments->format_name, &arguments->format, error))
		return false;
	arguments->arch = g_str_equal(arch, kho_arch_arm64.name) ? &kho_arch_arm64 : &kho_arch_x86_64;
	if (g_str_equal(arch, arguments->arch->name))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--arch=%s: is neither x86_64 nor arm64", arch);
	return false;
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
	if (arguments->draw)
		return check_draw(arguments, error);
	if (!parse_format(arguments, error))
		return false;
	if (arguments->format != KHO_FORMAT_YAML && arguments->more && !arguments->generate->strategy)
		return true;
	if (arguments->more) {
		g_autofree char *quoted = kho_error_quote(arguments->more[0]);

		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s is not an option", quoted);
		return false;
	}
	if (arguments->kho_scratch) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--kho-scratch goes with --draw");
		return false;
	}
	return kho_generate_options_check(arguments->generate, error);
}

static char *output_path(const struct arguments *arguments, const struct kho_topology *topology)
{
	g_autofree char *file = g_strconcat(topology->name, kho_machine_format_suffix(arguments->format), NULL);

	return g_build_filename(arguments->output, file, NULL);
}

/* Before the first file is written, so that a refusal leaves nothing half done. */
static bool check_output(const struct arguments *arguments, const GPtrArray *topologies, GError **error)
{
	if (g_file_test(arguments->output, G_FILE_TEST_EXISTS) && !g_file_test(arguments->output, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: is not a directory", arguments->output);
		return false;
	}
	for (guint i = 0; !arguments->force && i < topologies->len; i++) {
		g_autofree char *path = output_path(arguments, g_ptr_array_index(topologies, i));

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

static char *text_of(const struct arguments *arguments, const struct kho_topology *topology, GError **error)
{
	return arguments->format == KHO_FORMAT_YAML ? kho_generate_text(arguments->generate, topology)
						    : kho_machine_format_text(arguments->format, arguments->arch,
									      topology, arguments->output, error);
}

static bool write_files(const struct arguments *arguments, const GPtrArray *topologies, GError **error)
{
	if (!check_output(arguments, topologies, error))
		return false;
	if (g_mkdir_with_parents(arguments->output, 0777))
		return fail_host(error, arguments->output, g_strerror(errno));
	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);
		g_autofree char *path = output_path(arguments, topology);
		g_autofree char *text = text_of(arguments, topology, error);
		g_autoptr(GError) cause = NULL;

		if (!text)
			return false;
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
	text = text_of(arguments, g_ptr_array_index(topologies, 0), error);
	if (text)
		fputs(text, stdout);
	return text;
}

/* Machines that there are: from files, or from topologies/. */
static GPtrArray *load_all(char **names, GError **error)
{
	g_autoptr(GPtrArray) topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);
	g_autoptr(KhoPaths) paths = kho_paths_find(error);

	for (; paths && *names; names++) {
		struct kho_topology *topology = kho_paper_topology(paths, *names, error);

		if (!topology)
			return NULL;
		g_ptr_array_add(topologies, topology);
	}
	return paths ? g_steal_pointer(&topologies) : NULL;
}

static bool generate(const struct arguments *arguments, GError **error)
{
	g_autoptr(GPtrArray) topologies =
		arguments->more ? load_all(arguments->more, error) : kho_generate(arguments->generate, error);
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

/* To be freed without the names. */
static const char **all_to_draw(const struct arguments *arguments)
{
	char **const lists[] = { arguments->draw, arguments->more };
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (char **name = lists[i]; name && *name; name++)
			g_ptr_array_add(names, *name);
	g_ptr_array_add(names, NULL);
	return (const char **)g_ptr_array_free(names, FALSE);
}

static bool run(const struct arguments *arguments, GError **error)
{
	g_autofree const char **names = NULL;

	if (!arguments->draw)
		return generate(arguments, error);
	names = all_to_draw(arguments);
	return kho_draw(names, arguments->kho_scratch, error);
}

int main(int argc, char **argv)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	struct arguments arguments = { .generate = options };
	g_autoptr(GError) error = NULL;
	enum kho_exit status = KHO_EXIT_OK;

	setlocale(LC_ALL, "");
	if (!parse_arguments(&arguments, argc, argv, &error) || !run(&arguments, &error)) {
		fprintf(stderr, "kho-topology-gen: %s\n", error->message);
		status = kho_error_exit(error);
	}
	g_free(arguments.output);
	g_strfreev(arguments.draw);
	g_free(arguments.kho_scratch);
	g_free(arguments.format_name);
	g_free(arguments.arch_name);
	g_strfreev(arguments.more);
	return status;
}
