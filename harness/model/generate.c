// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/generate.h"

#include <string.h>

#include "harness/model/pc_layout.h"
#include "harness/model/random.h"
#include "harness/model/size.h"

#define UNIT KHO_RANDOM_UNIT

static struct kho_topology *add_topology(GPtrArray *topologies, const char *name, const char *description)
{
	struct kho_topology *topology = kho_topology_new(name, description);

	g_ptr_array_add(topologies, topology);
	return topology;
}

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
	topology = add_topology(topologies, name, description);
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

static void generate_grid(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (guint i = 0; i < options->nodes->len; i++) {
		for (guint j = 0; j < options->sizes->len; j++)
			add_points(options, topologies, g_array_index(options->nodes, uint64_t, i),
				   g_array_index(options->sizes, uint64_t, j));
	}
}

/* A power of two first, so that small nodes are as likely as large ones; then anything up to the next. */
static uint64_t random_memory(struct kho_random *random, uint64_t max)
{
	unsigned int powers = g_bit_storage(max / UNIT);
	uint64_t units = 1ULL << kho_random_below(random, powers);

	units += kho_random_below(random, units);
	return MIN(units, max / UNIT) * UNIT;
}

static void random_nodes(struct kho_random *random, struct kho_topology *topology, guint nodes, uint64_t max_memory)
{
	uint64_t max = max_memory / nodes;

	for (guint nid = 0; nid < nodes; nid++) {
		bool memoryless = kho_random_below(random, 8) == 0;
		bool cpuless = kho_random_below(random, 4) == 0;
		unsigned int cpus = 1 + (kho_random_below(random, 8) == 0);
		uint64_t memory = random_memory(random, max);

		/* A node with neither is no node. */
		kho_topology_add_node(topology, memoryless ? 0 : memory, cpuless && !memoryless ? 0 : cpus);
	}
}

/* There must be a CPU, and memory enough for a kernel. */
static void make_bootable(struct kho_topology *topology)
{
	struct kho_node *first = g_ptr_array_index(topology->nodes, 0);
	uint64_t memory = kho_topology_memory(topology);

	if (!kho_topology_cpus(topology))
		first->cpus = 1;
	if (memory < KHO_RANDOM_MACHINE)
		first->memory += KHO_RANDOM_MACHINE - memory;
}

static void random_distances(struct kho_random *random, struct kho_topology *topology)
{
	guint nodes = topology->nodes->len;

	topology->distances = g_new0(uint8_t, nodes * nodes);
	for (guint from = 0; from < nodes; from++) {
		topology->distances[from * nodes + from] = 10;
		for (guint to = 0; to < from; to++) {
			uint8_t distance = 11 + kho_random_below(random, 30);

			topology->distances[from * nodes + to] = distance;
			topology->distances[to * nodes + from] = distance;
		}
	}
}

static void describe(struct kho_topology *topology)
{
	g_autofree char *memory = kho_size_format(kho_topology_memory(topology));

	topology->description = g_strdup_printf("%u node%s, %s in all", topology->nodes->len,
						topology->nodes->len == 1 ? "" : "s", memory);
}

static void generate_random(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (uint64_t number = 1; number <= options->count; number++) {
		struct kho_random random = kho_random_start(options->seed, number);
		g_autofree char *name =
			g_strdup_printf("random-%" G_GUINT64_FORMAT "-%03" G_GUINT64_FORMAT, options->seed, number);
		guint nodes = 1 + kho_random_below(&random, options->max_nodes);
		struct kho_topology *topology = add_topology(topologies, name, NULL);

		random_nodes(&random, topology, nodes, options->max_memory);
		make_bootable(topology);
		describe(topology);
		if (nodes > 1 && kho_random_below(&random, 2))
			random_distances(&random, topology);
	}
}

/* Whatever is written must be read: the reader's limits are the only ones. */
static bool check(const struct kho_topology *topology, GError **error)
{
	g_autofree char *path = g_strconcat(topology->name, ".yaml", NULL);
	g_autofree char *text = kho_topology_format(topology);
	g_autoptr(KhoTopology) read = kho_topology_parse(path, text, strlen(text), error);

	return read;
}

GPtrArray *kho_generate(const struct kho_generate_options *options, GError **error)
{
	g_autoptr(GPtrArray) topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);

	switch (options->strategy) {
	case KHO_STRATEGY_NONE:
		break;
	case KHO_STRATEGY_GRID:
		generate_grid(options, topologies);
		break;
	case KHO_STRATEGY_RANDOM:
		generate_random(options, topologies);
		break;
	}
	for (guint i = 0; i < topologies->len; i++) {
		if (!check(g_ptr_array_index(topologies, i), error))
			return NULL;
		kho_pc_layout(g_ptr_array_index(topologies, i));
	}
	return g_steal_pointer(&topologies);
}

char *kho_generate_text(const struct kho_generate_options *options, const struct kho_topology *topology)
{
	g_autofree char *arguments = kho_generate_options_arguments(options);
	g_autofree char *text = kho_topology_format(topology);

	return g_strdup_printf("# %s, made by: kho-topology-gen %s\n%s", topology->name, arguments, text);
}
