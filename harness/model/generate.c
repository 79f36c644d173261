// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/generate.h"

#include <string.h>

#include "harness/model/strategies.h"

struct kho_topology *kho_strategy_add(GPtrArray *topologies, const char *name, const char *description)
{
	struct kho_topology *topology = kho_topology_new(name, description);

	g_ptr_array_add(topologies, topology);
	return topology;
}

/*
 * Whatever is written must be read: the reader's limits are the only ones. What it makes of a topology is what counts;
 * one that is placed where memory lies anyway is not placed.
 */
static struct kho_topology *read_back(const struct kho_topology *topology, GError **error)
{
	g_autofree char *path = g_strconcat(topology->name, ".yaml", NULL);
	g_autofree char *text = kho_topology_format(topology);

	return kho_topology_parse(path, text, strlen(text), error);
}

GPtrArray *kho_generate(const struct kho_generate_options *options, GError **error)
{
	static void (*const makers[KHO_NR_STRATEGIES])(const struct kho_generate_options *options,
						       GPtrArray *topologies) = {
		[KHO_STRATEGY_GRID] = kho_strategy_grid,     [KHO_STRATEGY_PAIRWISE] = kho_strategy_pairwise,
		[KHO_STRATEGY_RANDOM] = kho_strategy_random, [KHO_STRATEGY_EDGE] = kho_strategy_edge,
		[KHO_STRATEGY_REAL] = kho_strategy_real,
	};
	g_autoptr(GPtrArray) topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);

	if (options->strategy != KHO_STRATEGY_NONE)
		makers[options->strategy](options, topologies);
	for (guint i = 0; i < topologies->len; i++) {
		struct kho_topology *read = read_back(g_ptr_array_index(topologies, i), error);

		if (!read)
			return NULL;
		kho_topology_free(g_ptr_array_index(topologies, i));
		g_ptr_array_index(topologies, i) = read;
	}
	return g_steal_pointer(&topologies);
}

char *kho_generate_text(const struct kho_generate_options *options, const struct kho_topology *topology)
{
	g_autofree char *arguments = kho_generate_options_arguments(options);
	g_autofree char *text = kho_topology_format(topology);

	return g_strdup_printf("# %s, made by: kho-topology-gen %s\n%s", topology->name, arguments, text);
}
