// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/pc_layout.h"
#include "harness/model/placing.h"
#include "harness/model/random.h"
#include "harness/model/strategies.h"

#define MIB  (1ULL << 20)
#define GIB  (1ULL << 30)
#define UNIT KHO_RANDOM_UNIT

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

/* --- placed: pieces of nodes in any order, with holes between --- */

#define PIECES_MAX  4 /* of a node */
#define HOLES_AFTER 8 /* pieces at most, so that there are no more holes than can be made */

struct piece {
	unsigned int nid;
	uint64_t bytes;
};

/* Borders are at sections, at PMDs or anywhere. */
static uint64_t random_border(struct kho_random *random, uint64_t bytes)
{
	static const uint64_t units[] = { 128 * MIB, 2 * MIB, MIB };
	uint64_t unit = units[kho_random_below(random, G_N_ELEMENTS(units))];

	return bytes / unit * unit;
}

static void cut_node(struct kho_random *random, unsigned int nid, uint64_t memory, GArray *pieces)
{
	guint count = 1 + kho_random_below(random, PIECES_MAX);

	for (; count && memory; count--) {
		uint64_t bytes = count > 1 ? random_border(random, kho_random_below(random, memory)) : memory;
		struct piece piece = { nid, bytes };

		if (bytes)
			g_array_append_val(pieces, piece);
		memory -= bytes;
	}
}

static void shuffle(struct kho_random *random, GArray *pieces)
{
	for (guint i = pieces->len; i > 1; i--) {
		struct piece *last = &g_array_index(pieces, struct piece, i - 1);
		struct piece *other = &g_array_index(pieces, struct piece, kho_random_below(random, i));
		struct piece piece = *last;

		*last = *other;
		*other = piece;
	}
}

/* A machine begins with memory enough for its firmware and a kernel. */
static void put_large_first(GArray *pieces)
{
	struct piece *first = &g_array_index(pieces, struct piece, 0), piece = *first;

	for (guint i = 1; i < pieces->len && first->bytes < KHO_PC_LOW_LEAST; i++) {
		struct piece *other = &g_array_index(pieces, struct piece, i);

		if (other->bytes < KHO_PC_LOW_LEAST)
			continue;
		*first = *other;
		*other = piece;
	}
}

/* Where no piece is, the first becomes all of its node. */
static void make_first_large(GArray *pieces)
{
	struct piece *first = &g_array_index(pieces, struct piece, 0);

	for (guint i = pieces->len - 1; i > 0 && first->bytes < KHO_PC_LOW_LEAST; i--) {
		const struct piece *other = &g_array_index(pieces, struct piece, i);

		if (other->nid != first->nid)
			continue;
		first->bytes += other->bytes;
		g_array_remove_index(pieces, i);
	}
}

static void random_windows(struct kho_random *random, struct kho_topology *topology, uint64_t start)
{
	start = (start + GIB - 1) / GIB * GIB + 4 * GIB;
	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		struct kho_node *node = g_ptr_array_index(topology->nodes, nid);
		struct kho_range window = { start, start + (1 + kho_random_below(random, 16)) * GIB };

		if (kho_random_below(random, 4) == 0)
			g_array_append_val(node->windows, window);
		start = window.end;
	}
}

/* Part of one range, not of the memory that a kernel is loaded into. */
static void random_reserved(struct kho_random *random, struct kho_topology *topology)
{
	struct kho_node *node = g_ptr_array_index(topology->nodes, kho_random_below(random, topology->nodes->len));
	const struct kho_range *range = node->ranges->len ? &g_array_index(node->ranges, struct kho_range, 0) : NULL;
	struct kho_range reserved;

	if (!range || range->start < 512 * MIB || range->end - range->start < 16 * MIB)
		return;
	reserved.start = range->start + kho_random_below(random, (range->end - range->start) / MIB) * MIB;
	reserved.end = reserved.start + (1 + kho_random_below(random, 200)) * MIB;
	reserved.end = MIN(range->end, reserved.end);
	g_array_append_val(topology->reserved, reserved);
}

static void place(struct kho_random *random, struct kho_topology *topology)
{
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	struct kho_placing placing = { .topology = topology };

	for (guint nid = 0; nid < topology->nodes->len; nid++)
		cut_node(random, nid, kho_topology_node(topology, nid)->memory, pieces);
	shuffle(random, pieces);
	put_large_first(pieces);
	make_first_large(pieces);
	for (guint i = 0; i < pieces->len; i++) {
		const struct piece *piece = &g_array_index(pieces, struct piece, i);

		kho_placing_add(&placing, piece->nid, piece->bytes);
		if (i < HOLES_AFTER && kho_random_below(random, 4) == 0)
			kho_placing_skip(&placing, (1 + kho_random_below(random, 1024)) * MIB);
	}
	random_windows(random, topology, placing.at);
	random_reserved(random, topology);
}

void kho_strategy_random(const struct kho_generate_options *options, GPtrArray *topologies)
{
	for (uint64_t number = 1; number <= options->count; number++) {
		struct kho_random random = kho_random_start(options->seed, number);
		g_autofree char *name = g_strdup_printf("%s-%" G_GUINT64_FORMAT "-%03" G_GUINT64_FORMAT,
							options->placed ? "placed" : "random", options->seed, number);
		guint nodes = 1 + kho_random_below(&random, options->max_nodes);
		struct kho_topology *topology = kho_strategy_add(topologies, name, NULL);

		random_nodes(&random, topology, nodes, options->max_memory);
		make_bootable(topology);
		kho_topology_describe(topology);
		if (nodes > 1 && kho_random_below(&random, 2))
			random_distances(&random, topology);
		if (options->placed)
			place(&random, topology);
	}
}
