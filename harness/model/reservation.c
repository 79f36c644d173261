// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/reservation.h"

#define MIB	   (1ULL << 20)
#define LOW_MEMORY (1ULL << 32) /* ARCH_LOW_ADDRESS_LIMIT */
#define FIRST	   MIB		/* firmware, and nothing worth having */
#define KERNEL	   (64 * MIB)	/* the first kernel and its initrd */
#define KERNEL_AT  (16 * MIB)	/* CONFIG_PHYSICAL_START, without KASLR */
#define ANY_NODE   UINT_MAX

/* Free memory of a node. */
struct piece {
	uint64_t start, end;
	unsigned int nid;
};

/* What the kernel may have taken before. */
struct taken {
	uint64_t middle; /* bytes in the middle of pieces, where a kernel leaves the smallest ones; 0: at KERNEL_AT */
	unsigned int share; /* each node has given a part of this many, at its top: its memory map is one of 64 */
};

static struct piece *piece_at(const GArray *pieces, guint index)
{
	return &g_array_index(pieces, struct piece, index);
}

/* Cuts [start, end) out of a piece that holds it. */
static void cut(GArray *pieces, guint index, uint64_t start, uint64_t end)
{
	struct piece rest = *piece_at(pieces, index);

	piece_at(pieces, index)->end = start;
	rest.start = end;
	g_array_insert_val(pieces, index + 1, rest);
}

static bool take(GArray *pieces, uint64_t size, unsigned int nid, uint64_t below)
{
	for (guint i = pieces->len; i-- > 0;) {
		const struct piece *piece = piece_at(pieces, i);
		uint64_t end = MIN(piece->end, below), start;

		if ((nid != ANY_NODE && nid != piece->nid) || end < piece->start + size)
			continue;
		start = (end - size) / KHO_AREA_ALIGNMENT * KHO_AREA_ALIGNMENT;
		if (start < piece->start)
			continue;
		cut(pieces, i, start, start + size);
		return true;
	}
	return false;
}

/* Cuts [start, end) out of whatever holds a part of it. */
static void cut_all(GArray *pieces, uint64_t start, uint64_t end)
{
	for (guint i = pieces->len; i-- > 0;) {
		const struct piece *piece = piece_at(pieces, i);
		uint64_t from = MAX(start, piece->start), to = MIN(end, piece->end);

		if (from < to)
			cut(pieces, i, from, to);
	}
}

/* With KASLR nobody knows where it is, so there is one in each piece that leaves some choice. */
static void take_kernel(GArray *pieces, const struct taken *taken)
{
	if (!taken->middle) {
		cut_all(pieces, KERNEL_AT, KERNEL_AT + KERNEL);
		return;
	}
	for (guint i = pieces->len; i-- > 0;) {
		const struct piece *piece = piece_at(pieces, i);
		uint64_t size = piece->end - piece->start, start = piece->start + size / 2 - taken->middle / 2;

		if (piece->start < LOW_MEMORY && size >= 2 * taken->middle)
			cut(pieces, i, start, start + taken->middle);
	}
}

static GArray *free_memory(const struct kho_topology *topology, const struct taken *taken)
{
	GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		for (guint i = 0; i < node->ranges->len; i++) {
			const struct kho_range *range = &g_array_index(node->ranges, struct kho_range, i);
			struct piece piece = { range->start, range->end, nid };

			g_array_append_val(pieces, piece);
		}
	}
	cut_all(pieces, 0, FIRST);
	take_kernel(pieces, taken);
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		take(pieces, kho_topology_node(topology, nid)->memory / taken->share, nid, UINT64_MAX);
	return pieces;
}

static bool fit(const struct kho_topology *topology, const struct kho_areas *areas, const struct taken *taken)
{
	g_autoptr(GArray) pieces = free_memory(topology, taken);
	bool all =
		take(pieces, areas->lowmem, ANY_NODE, LOW_MEMORY) && take(pieces, areas->global, ANY_NODE, UINT64_MAX);

	for (guint nid = 0; nid < topology->nodes->len && all; nid++)
		if (kho_topology_node(topology, nid)->memory)
			all = take(pieces, areas->pernode, nid, UINT64_MAX);
	return all;
}

bool kho_areas_fit(const struct kho_topology *topology, const struct kho_areas *areas)
{
	static const struct taken ways[] = {
		{ 0, 64 }, { 0, 12 }, { KERNEL, 64 }, { KERNEL, 12 }, { 2 * KERNEL, 64 }, { 2 * KERNEL, 12 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
		if (!fit(topology, areas, &ways[i]))
			return false;
	return true;
}
