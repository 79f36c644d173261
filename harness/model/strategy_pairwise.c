// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines that differ in several ways at once, so that every two of them meet. No way hides another: a node without
 * memory is one more, holes are whole sections, and taking turns needs no holes.
 */
#include "harness/model/pairwise.h"
#include "harness/model/placing.h"
#include "harness/model/strategies.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

enum factor { NODES, SIZE, SHARES, MEMORYLESS, CPUS, DISTANCES, PLACE, ALIGNED, WINDOWS, RESERVED, NR_FACTORS };
enum place { AS_IT_COMES, TURNS, HOLES };

static const guint nodes_of[] = { 2, 3, 4, 8 };
static const uint64_t size_of[] = { GIB, 2 * GIB, 4 * GIB };
static const guint levels[NR_FACTORS] = {
	[NODES] = G_N_ELEMENTS(nodes_of),
	[SIZE] = G_N_ELEMENTS(size_of),
	[SHARES] = 2,
	[MEMORYLESS] = 2,
	[CPUS] = 2,
	[DISTANCES] = 2,
	[PLACE] = 3,
	[ALIGNED] = 2,
	[WINDOWS] = 2,
	[RESERVED] = 2,
};

static const char *const words[NR_FACTORS][3] = {
	[SHARES] = { NULL, "uneven" },
	[MEMORYLESS] = { NULL, "one more without memory" },
	[CPUS] = { "a CPU on each", "a CPU on the first" },
	[DISTANCES] = { NULL, "in a ring" },
	[PLACE] = { NULL, "taking turns", "with holes" },
	[ALIGNED] = { NULL, "borders inside sections" },
	[WINDOWS] = { NULL, "windows" },
	[RESERVED] = { NULL, "reserved memory" },
};

static char *describe(const struct kho_combination *row)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%u nodes of %uG", nodes_of[row->levels[NODES]],
			       (guint)(size_of[row->levels[SIZE]] / GIB));
	for (guint factor = SHARES; factor < NR_FACTORS; factor++)
		if (words[factor][row->levels[factor]])
			g_string_append_printf(text, ", %s", words[factor][row->levels[factor]]);
	return g_string_free(text, FALSE);
}

/* Node 1, where there is one. */
static bool is_memoryless(const struct kho_combination *row, guint nid)
{
	return row->levels[MEMORYLESS] && nid == 1;
}

static guint count_nodes(const struct kho_combination *row)
{
	return nodes_of[row->levels[NODES]] + row->levels[MEMORYLESS];
}

/* An uneven node 0 gives half of its own to the last; one whose border is inside a section has 37 MiB more. */
static uint64_t memory_of(const struct kho_combination *row, guint nid)
{
	uint64_t size = size_of[row->levels[SIZE]];

	if (is_memoryless(row, nid))
		return 0;
	if (row->levels[SHARES] && nid == 0)
		size /= 2;
	else if (row->levels[SHARES] && nid == count_nodes(row) - 1)
		size += size / 2;
	return row->levels[ALIGNED] ? size + 37 * MIB : size;
}

static void add_nodes(struct kho_topology *topology, const struct kho_combination *row)
{
	for (guint nid = 0; nid < count_nodes(row); nid++)
		/* A node with neither memory nor a CPU is none. */
		kho_topology_add_node(topology, memory_of(row, nid),
				      nid == 0 || is_memoryless(row, nid) || !row->levels[CPUS]);
}

/* Each node in turn, or twice a half of each, or with two sections of nothing behind each. */
static void place(struct kho_topology *topology, const struct kho_combination *row)
{
	struct kho_placing placing = { .topology = topology };
	guint turns = row->levels[PLACE] == TURNS ? 2 : 1;

	for (guint turn = 0; turn < turns; turn++) {
		for (guint nid = 0; nid < topology->nodes->len; nid++) {
			uint64_t memory = memory_of(row, nid), part = memory / turns / MIB * MIB;

			kho_placing_add(&placing, nid, turn == turns - 1 ? memory - turn * part : part);
			if (row->levels[PLACE] == HOLES && memory)
				kho_placing_skip(&placing, 256 * MIB);
		}
	}
}

static void add_ring(struct kho_topology *topology)
{
	guint nodes = topology->nodes->len;

	topology->distances = g_new0(uint8_t, nodes * nodes);
	for (guint from = 0; from < nodes; from++) {
		for (guint to = 0; to < nodes; to++) {
			guint steps = MIN((from - to + nodes) % nodes, (to - from + nodes) % nodes);

			topology->distances[from * nodes + to] = steps ? 10 + 6 * steps : 10;
		}
	}
}

static void add_windows(struct kho_topology *topology)
{
	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		struct kho_node *node = g_ptr_array_index(topology->nodes, nid);
		struct kho_range window = { (256 + 8 * (uint64_t)nid) * GIB, (260 + 8 * (uint64_t)nid) * GIB };

		g_array_append_val(node->windows, window);
	}
}

static void make(const struct kho_combination *row, guint number, GPtrArray *topologies)
{
	g_autofree char *name = g_strdup_printf("pairwise-%02u", number), *description = describe(row);
	struct kho_topology *topology = kho_strategy_add(topologies, name, description);
	struct kho_range reserved = { 128 * MIB, 200 * MIB };

	add_nodes(topology, row);
	/* Windows need the harness's own tables, and these all ranges. */
	if (row->levels[PLACE] != AS_IT_COMES || row->levels[WINDOWS])
		place(topology, row);
	if (row->levels[WINDOWS])
		add_windows(topology);
	if (row->levels[RESERVED])
		g_array_append_val(topology->reserved, reserved);
	if (row->levels[DISTANCES])
		add_ring(topology);
}

void kho_strategy_pairwise(const struct kho_generate_options *options, GPtrArray *topologies)
{
	g_autoptr(GArray) rows = kho_pairwise(levels, NR_FACTORS);

	for (guint i = 0; i < rows->len; i++)
		make(&g_array_index(rows, struct kho_combination, i), i + 1, topologies);
}
