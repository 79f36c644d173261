// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner edges: writes a matrix of boundary-seeking cells. */
#include <stdio.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/sources.h"
#include "harness/judge/edge_cells.h"
#include "harness/machine/paths.h"

static const char summary[] =
	"Writes a matrix file with the cells just below, at and just above where each estimator draws the line, on\n"
	"several axes, for each machine that a recorded run has. RUN is what kho-runner judge takes; of each machine\n"
	"the first cell counts of which all is known. Lines are drawn on paper: nothing is booted.\n"
	"\n"
	"Examples:\n"
	"  kho-runner edges results/latest > matrices/edges.yaml\n"
	"  kho-runner edges --axis='16M,64M,*' --axis='*%' results/latest\n"
	"\n"
	"Exit status: 0 written; 2 bad usage or bad input, or there is no such cell.";

/* Axes of one machine. */
static bool add_specs(const struct kho_result *known, const char *const *axes, const struct kho_topology *topology,
		      GPtrArray *specs, GError **error)
{
	for (; *axes; axes++) {
		g_autoptr(KhoAxis) axis = kho_axis_parse(*axes, error);

		if (!axis)
			return false;
		kho_edge_cells(known, axis, topology, specs);
	}
	return true;
}

static void add_group(GString *text, const char *topology, const GPtrArray *specs)
{
	g_string_append_printf(text, "  - topologies: [%s]\n    kho_scratch:\n", topology);
	for (guint i = 0; i < specs->len; i++)
		g_string_append_printf(text, "      - \"%s\"\n", (const char *)g_ptr_array_index(specs, i));
}

/* A cell without payload of which all is known. */
static bool is_fit(const struct kho_result *result)
{
	return result->ended && result->events->len && result->segments->len &&
	       g_str_equal(result->cell->payload, KHO_PAYLOAD_DEFAULT);
}

/* Of each machine of one kernel, the first. */
static GPtrArray *choose(const GPtrArray *results, const char *kernel)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *chosen = g_ptr_array_new();

	for (guint i = 0; i < results->len; i++) {
		struct kho_result *result = g_ptr_array_index(results, i);

		if (is_fit(result) && g_str_equal(result->cell->kernel, kernel) &&
		    g_hash_table_add(seen, (gpointer)result->cell->topology->name))
			g_ptr_array_add(chosen, result);
	}
	return chosen;
}

static char *write_matrix(const GPtrArray *chosen, const char *kernel, const char *const *axes, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!paths)
		return NULL;
	g_string_append_printf(text,
			       "# Made by 'kho-runner edges' from a recorded cell of each machine; do not edit.\n"
			       "description: just below, at and just above where each estimator draws the line\n"
			       "kernels: [%s]\ngroups:\n",
			       kernel);
	for (guint i = 0; i < chosen->len; i++) {
		const struct kho_result *known = g_ptr_array_index(chosen, i);
		const char *name = known->cell->topology->name;
		g_autoptr(KhoTopology) topology = kho_topology_find(paths->data, name, error);
		g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func(g_free);

		if (!topology || !add_specs(known, axes, topology, specs, error))
			return NULL;
		if (specs->len)
			add_group(text, name, specs);
		fprintf(stderr, "%s: %u cells\n", name, specs->len);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool run(const char *const *names, const char *const *axes, GError **error)
{
	g_autoptr(GPtrArray) recordings = kho_sources_load(names, error);
	g_autoptr(GPtrArray) results = NULL, chosen = NULL;
	g_autofree char *text = NULL;
	const char *kernel;

	if (!recordings)
		return false;
	results = kho_sources_results(recordings);
	kernel = ((const struct kho_result *)g_ptr_array_index(results, 0))->cell->kernel;
	chosen = choose(results, kernel);
	if (!chosen->len) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: no cell of which all is known: early trace and segments", names[0]);
		return false;
	}
	text = write_matrix(chosen, kernel, axes, error);
	if (text)
		fputs(text, stdout);
	return text != NULL;
}

enum kho_exit kho_command_edges(int argc, char **argv)
{
	g_auto(GStrv) axes = NULL;
	const GOptionEntry entries[] = { { "axis", 0, 0, G_OPTION_ARG_STRING_ARRAY, &axes,
					   "this axis instead of the usual ones; may be given again", "AXIS" },
					 { 0 } };
	static const char *const latest[] = { "results/latest", NULL };
	g_autoptr(GError) error = NULL;

	if (!kho_options_take(entries, NULL, "[RUN...]", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	if (!run(argc > 1 ? (const char *const *)argv + 1 : latest, axes ? (const char *const *)axes : kho_edge_axes,
		 &error))
		return kho_command_fail(error);
	return KHO_EXIT_OK;
}
