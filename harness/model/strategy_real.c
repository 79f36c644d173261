// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes of real servers, from what their makers and users publish (numactl --hardware, data sheets, Linux's
 * documentation), scaled down. A CPU stands for all cores of a node: emulated ones are slow, and early boot has one.
 */
#include "harness/model/size.h"
#include "harness/model/strategies.h"

#define MIB    (1ULL << 20)
#define GIB    (1ULL << 30)
#define GROUPS 4
#define LEAST  KHO_RANDOM_UNIT

/* Equal nodes, one behind the other. */
struct group {
	guint count, gib;
	bool cpus;
};

struct shape {
	const char *name, *description;
	guint per_socket;	 /* how many of the nodes with CPUs belong together */
	guint8 near, far, alone; /* distances: in a socket, to another; and how much more from memory without CPUs */
	struct group groups[GROUPS];
};

static const struct shape shapes[] = {
	{ "xeon-2s", "two Xeons", 1, 10, 21, 0, { { 2, 384, true } } },
	{ "xeon-4s", "four Xeons", 1, 10, 21, 0, { { 4, 768, true } } },
	{ "xeon-2s-snc2", "two Xeons in two sub-NUMA clusters each", 2, 11, 21, 0, { { 4, 192, true } } },
	{ "xeon-2s-snc4", "two Xeons in four sub-NUMA clusters each", 4, 12, 21, 0, { { 8, 64, true } } },
	{ "xeon-max", "two Xeons, their fast memory as nodes", 1, 10, 21, 3, { { 2, 512, true }, { 2, 64, false } } },
	{ "epyc-2s-nps1", "two EPYCs, a node each", 1, 10, 32, 0, { { 2, 768, true } } },
	{ "epyc-2s-nps4", "two EPYCs, four nodes each", 4, 12, 32, 0, { { 8, 192, true } } },
	{ "epyc-half", "an EPYC in four nodes, two of them empty", 4, 12, 32, 0, { { 2, 128, true }, { 2, 0, true } } },
	{ "cxl-expander", "two Xeons and memory behind CXL", 1, 10, 21, 4, { { 2, 256, true }, { 1, 256, false } } },
	{ "arm64-2s", "two arm64 sockets", 1, 10, 20, 0, { { 2, 256, true } } },
	{ "arm64-half", "two arm64 sockets, one of them empty", 1, 10, 20, 0, { { 1, 256, true }, { 1, 0, true } } },
	{ "arm64-gpu", "an arm64 socket, and a GPU's memory", 1, 10, 40, 30, { { 1, 480, true }, { 1, 96, false } } },
};

/* Memory without CPUs belongs to the sockets in their order. */
static guint distance(const struct kho_topology *topology, const struct shape *shape, guint from, guint to)
{
	guint sockets = kho_topology_cpus(topology) / shape->per_socket;
	bool alone = !kho_topology_node(topology, from)->cpus || !kho_topology_node(topology, to)->cpus;
	bool same = from / shape->per_socket % sockets == to / shape->per_socket % sockets;
	guint value = (same ? shape->near : shape->far) + (alone ? shape->alone : 0);

	return from == to ? 10 : MAX(value, 11);
}

static void add_distances(struct kho_topology *topology, const struct shape *shape)
{
	guint nodes = topology->nodes->len;

	topology->distances = g_new0(uint8_t, nodes * nodes);
	for (guint from = 0; from < nodes; from++)
		for (guint to = 0; to < nodes; to++)
			topology->distances[from * nodes + to] = distance(topology, shape, from, to);
}

/* Whole MiB, and no less than a kernel needs of a node. */
static uint64_t scaled(guint gib, uint64_t scale)
{
	return gib ? MAX(gib * GIB / scale / MIB * MIB, LEAST) : 0;
}

static void add_shape(const struct shape *shape, uint64_t scale, GPtrArray *topologies)
{
	g_autofree char *name = g_strdup_printf("real-%s", shape->name);
	g_autofree char *description =
		g_strdup_printf("%s, 1/%" G_GUINT64_FORMAT " of the memory", shape->description, scale);
	struct kho_topology *topology = kho_strategy_add(topologies, name, description);

	for (guint i = 0; i < GROUPS; i++)
		for (guint j = 0; j < shape->groups[i].count; j++)
			kho_topology_add_node(topology, scaled(shape->groups[i].gib, scale), shape->groups[i].cpus);
	add_distances(topology, shape);
}

void kho_strategy_real(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
		add_shape(&shapes[i], options->scale, topologies);
}
