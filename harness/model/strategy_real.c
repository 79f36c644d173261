// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes of real servers, from what their makers and users publish, scaled down: memory by a factor, and all cores of a
 * node to one CPU, since emulated ones are slow and early boot has one. Distances are as numactl --hardware shows them.
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
	guint per_socket;	    /* how many of the nodes with CPUs belong together */
	guint8 near, far;	    /* distances: in a socket, to another, ... */
	guint8 inner;		    /* ... and more for each end that is not its socket's first node */
	guint8 own, other, between; /* from memory without CPUs: to its socket, to others, to the like */
	struct group groups[GROUPS];
};

/* clang-format off */
static const struct shape shapes[] = {
	/* Listings of Skylake and later, on linux-kernel of four sockets, too: all are next to each other. */
	{ "xeon-2s", "two Xeons", 1, 10, 21, 0, 0, 0, 0, { { 2, 384, true } } },
	{ "xeon-4s", "four Xeons", 1, 10, 21, 0, 0, 0, 0, { { 4, 768, true } } },
	{ "xeon-2s-snc2", "two Xeons in two sub-NUMA clusters each", 2, 11, 21, 0, 0, 0, 0, { { 4, 192, true } } },
	{ "xeon-2s-snc4", "two Xeons in four sub-NUMA clusters each", 4, 12, 21, 0, 0, 0, 0, { { 8, 64, true } } },
	/* Xeon Max in flat mode, a machine of Aurora: user guides of the Argonne Leadership Computing Facility */
	{ "xeon-max", "two Xeons, their fast memory as nodes", 1, 10, 21, 0, 13, 23, 23,
	  { { 2, 512, true }, { 2, 64, false } } },
	/*
	 * EPYC 9375F: github.com/egandro/proxmox-cpu-affinity, issue 58. Listings of 7002 and later. Half of one may be
	 * without memory: Dell, PowerEdge R6515 manual.
	 */
	{ "epyc-2s-nps1", "two EPYCs, a node each", 1, 10, 32, 0, 0, 0, 0, { { 2, 768, true } } },
	{ "epyc-2s-nps4", "two EPYCs, four nodes each", 4, 12, 32, 0, 0, 0, 0, { { 8, 192, true } } },
	{ "epyc-half", "an EPYC in four nodes, two of them empty", 4, 12, 32, 0, 0, 0, 0,
	  { { 2, 128, true }, { 2, 0, true } } },
	/* S. Scargall, "How To Map a CXL Endpoint to a CPU Socket in Linux", 2022; with one of its cards, and with both */
	{ "cxl-expander", "two Xeons and memory behind CXL", 1, 10, 21, 0, 14, 24, 26,
	  { { 2, 256, true }, { 1, 256, false } } },
	{ "cxl-expanders", "two Xeons and memory behind CXL at each", 1, 10, 21, 0, 14, 24, 26,
	  { { 2, 64, true }, { 1, 64, false }, { 1, 128, false } } },
	/* Linux's own distances, where firmware gives none; all DIMMs at one socket */
	{ "arm64-2s", "two arm64 sockets", 1, 10, 20, 0, 0, 0, 0, { { 2, 256, true } } },
	{ "arm64-half", "two arm64 sockets, one of them empty", 1, 10, 20, 0, 0, 0, 0,
	  { { 1, 256, true }, { 1, 0, true } } },
	/* Kunpeng 920, as in scheduler patches on linux-kernel; and one with its only DIMM at the second node */
	{ "arm64-2s-4n", "two arm64 sockets of two nodes each", 2, 12, 20, 2, 0, 0, 0, { { 4, 128, true } } },
	{ "arm64-one-of-4", "two arm64 sockets of two nodes each, three of them empty", 2, 12, 20, 2, 0, 0, 0,
	  { { 1, 0, true }, { 1, 32, true }, { 2, 0, true } } },
	/* GH200: B. Faccini on linux-mm, January 2025. Seven more nodes of a GPU have nothing at all: no topology has such. */
	{ "arm64-gpu", "an arm64 socket, and a GPU's memory", 1, 10, 10, 0, 80, 80, 255,
	  { { 1, 480, true }, { 1, 96, false } } },
};
/* clang-format on */

static bool has_cpus(const struct kho_topology *topology, guint nid)
{
	return kho_topology_node(topology, nid)->cpus;
}

/* Nodes with CPUs come first, by sockets; memory without belongs to the sockets in their order. */
static guint socket_of(const struct kho_topology *topology, const struct shape *shape, guint nid)
{
	guint cpus = kho_topology_cpus(topology);

	return nid < cpus ? nid / shape->per_socket : (nid - cpus) % (cpus / shape->per_socket);
}

static guint distance(const struct kho_topology *topology, const struct shape *shape, guint from, guint to)
{
	bool same = socket_of(topology, shape, from) == socket_of(topology, shape, to);
	guint inner = (from % shape->per_socket != 0) + (to % shape->per_socket != 0);

	if (from == to)
		return 10;
	if (!has_cpus(topology, from) && !has_cpus(topology, to))
		return shape->between;
	if (!has_cpus(topology, from) || !has_cpus(topology, to))
		return same ? shape->own : shape->other;
	return same ? shape->near : shape->far + shape->inner * inner;
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

/* No less in all than a kernel boots with. */
static void fill_up(struct kho_topology *topology)
{
	uint64_t memory = kho_topology_memory(topology);
	guint nid = 0;

	while (!kho_topology_node(topology, nid)->memory)
		nid++;
	if (memory < KHO_RANDOM_MACHINE)
		((struct kho_node *)g_ptr_array_index(topology->nodes, nid))->memory += KHO_RANDOM_MACHINE - memory;
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
	fill_up(topology);
	add_distances(topology, shape);
}

void kho_strategy_real(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
		add_shape(&shapes[i], options->scale, topologies);
}
