// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/pc_layout.h"

#define GIB (1ULL << 30)

#define ABOVE_START (4 * GIB)
#define MAX_UNCUT   (7 * GIB / 2)		/* from here on the block is cut, ... */
#define CUT	    (ABOVE_START - KHO_PC_HOLE) /* ... and at a full GiB, for the sake of huge pages */

static void add_range(struct kho_node *node, uint64_t start, uint64_t end)
{
	struct kho_range range = { .start = start, .end = end };

	if (start < end)
		g_array_append_val(node->ranges, range);
}

/* The node's memory is [start, end) of the block. */
static void place_node(struct kho_node *node, uint64_t start, uint64_t end, uint64_t below)
{
	g_array_set_size(node->ranges, 0);
	add_range(node, start, MIN(end, below));
	add_range(node, ABOVE_START + MAX(start, below) - below, ABOVE_START + MAX(end, below) - below);
}

void kho_pc_layout(struct kho_topology *topology)
{
	uint64_t memory = kho_topology_memory(topology);
	uint64_t below = memory < MAX_UNCUT ? memory : CUT;
	uint64_t start = 0;

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		struct kho_node *node = g_ptr_array_index(topology->nodes, nid);

		place_node(node, start, start + node->memory, below);
		start += node->memory;
	}
}
