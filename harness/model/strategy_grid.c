// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/size.h"
#include "harness/model/strategies.h"

/* One point of the grid. */
struct point {
	guint nodes;
	uint64_t size;
	bool first; /* only node 0 has a CPU */
	bool uneven;
};

/* An uneven machine has the same total: the first node gives three quarters of its own to the last. */
static uint64_t point_memory(const struct point *point, guint nid)
{
	if (point->uneven && nid == 0)
		return point->size / 4;
	if (point->uneven && nid == point->nodes - 1)
		return point->size + point->size / 4 * 3;
	return point->size;
}

static void add_point(GPtrArray *topologies, const struct point *point)
{
	g_autofree char *size = kho_size_format(point->size);
	g_autofree char *name = g_strdup_printf("grid-%ux%s%s%s", point->nodes, size, point->uneven ? "-uneven" : "",
						point->first ? "-cpu0" : "");
	g_autofree char *description =
		g_strdup_printf("%u node%s of %s%s%s", point->nodes, point->nodes == 1 ? "" : "s", size,
				point->uneven ? ", 3/4 of the first one's given to the last" : "",
				point->first ? ", a CPU on the first only" : "");
	struct kho_topology *topology;

	/* One node can neither be uneven nor have its CPU elsewhere: that machine is there already. */
	if (point->nodes == 1 && point->uneven)
		return;
	topology = kho_strategy_add(topologies, name, description);
	for (guint nid = 0; nid < point->nodes; nid++)
		kho_topology_add_node(topology, point_memory(point, nid), nid == 0 || !point->first);
}

static void add_points(const struct kho_generate_options *options, GPtrArray *topologies, guint nodes, uint64_t size)
{
	for (int uneven = 0; uneven <= options->uneven; uneven++) {
		struct point point = { .nodes = nodes, .size = size, .uneven = uneven };

		if (options->cpus_each || nodes == 1)
			add_point(topologies, &point);
		point.first = true;
		if (options->cpus_first && nodes > 1)
			add_point(topologies, &point);
	}
}

void kho_strategy_grid(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (guint i = 0; i < options->nodes->len; i++) {
		for (guint j = 0; j < options->sizes->len; j++)
			add_points(options, topologies, g_array_index(options->nodes, uint64_t, i),
				   g_array_index(options->sizes, uint64_t, j));
	}
}
