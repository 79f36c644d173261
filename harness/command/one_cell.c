// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/one_cell.h"

#include <string.h>

#include "harness/command/command.h"
#include "harness/machine/kernel.h"

bool kho_id_words_split(const char *id, const char *kernel, struct kho_id_words *words, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(id, "/", -1);
	g_auto(GStrv) last = NULL, pair = NULL;
	struct kho_payload payload;

	if (g_strv_length(parts) != 3 || !*parts[0] || !*parts[1] || !*parts[2]) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "'%s' is not KERNEL[>SUCCESSOR]/TOPOLOGY/KHO_SCRATCH[+PAYLOAD]", id);
		return false;
	}
	last = g_strsplit(parts[2], "+", 2);
	if (!kho_payload_parse(last[1] ?: KHO_PAYLOAD_DEFAULT, &payload, error))
		return false;
	pair = g_strsplit(kernel ?: (kho_kernel_override() ?: parts[0]), ">", 2);
	words->kernel = g_strdup(pair[0]);
	words->successor = g_strdup(pair[1] ?: pair[0]);
	words->payload = g_strdup(last[1] ?: KHO_PAYLOAD_DEFAULT);
	words->topology = g_strdup(parts[1]);
	words->scratch = g_strdup(last[0]);
	return true;
}

void kho_id_words_clear(struct kho_id_words *words)
{
	g_free(words->kernel);
	g_free(words->successor);
	g_free(words->payload);
	g_free(words->topology);
	g_free(words->scratch);
}

static struct kho_topology *find_topology(const struct kho_paths *paths, const char *name, const char *file,
					  GError **error)
{
	g_autoptr(KhoTopology) topology =
		file ? kho_topology_load(file, error) : kho_topology_find(paths->data, name, error);

	if (!topology || g_str_equal(topology->name, name))
		return g_steal_pointer(&topology);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: is called '%s', but the cell's topology '%s'", file,
		    topology->name, name);
	return NULL;
}

static bool add_cell(struct kho_one_cell *one, const struct kho_id_words *words, const char *file, GError **error)
{
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse(words->scratch, error);

	one->topology = scratch ? find_topology(one->paths, words->topology, file, error) : NULL;
	if (!one->topology)
		return false;
	g_ptr_array_add(one->cells,
			kho_cell_new(words->kernel, words->successor, one->topology, scratch, words->payload));
	return true;
}

struct kho_one_cell *kho_one_cell_find_in(const struct kho_options *options, const char *id, const char *file,
					  GError **error)
{
	g_autoptr(KhoOneCell) one = g_new0(struct kho_one_cell, 1);
	struct kho_id_words words = { 0 };
	bool found;

	one->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	one->paths = kho_paths_find(error);
	found = one->paths && kho_id_words_split(id, options->kernel, &words, error) &&
		add_cell(one, &words, file, error);
	kho_id_words_clear(&words);
	if (!found)
		return NULL;
	one->config = (struct kho_campaign_config){ .paths = one->paths, .name = "cell", .cells = one->cells };
	kho_options_apply(options, &one->config);
	return g_steal_pointer(&one);
}

struct kho_one_cell *kho_one_cell_find(const struct kho_options *options, const char *id, GError **error)
{
	return kho_one_cell_find_in(options, id, NULL, error);
}

void kho_one_cell_free(struct kho_one_cell *one)
{
	g_clear_pointer(&one->paths, kho_paths_free);
	g_ptr_array_unref(one->cells);
	kho_topology_free(one->topology);
	g_free(one);
}

static enum kho_exit run_on(const struct kho_options *options, const char *id,
			    enum kho_exit (*run)(const struct kho_one_cell *one))
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoOneCell) one = kho_one_cell_find(options, id, &error);

	return one ? run(one) : kho_command_fail(error);
}

enum kho_exit kho_one_cell_command(int argc, char **argv, const char *summary,
				   enum kho_exit (*run)(const struct kho_one_cell *one))
{
	struct kho_options options;
	enum kho_exit status;

	if (!kho_options_parse(&options, NULL, "ID", summary, &argc, &argv, &status))
		return status;
	if (argc == 2) {
		status = run_on(&options, argv[1], run);
	} else {
		g_autoptr(GError) error =
			g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "one cell's id is needed; try --help");

		status = kho_command_fail(error);
	}
	kho_options_clear(&options);
	return status;
}
