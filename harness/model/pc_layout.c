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

/* --- the other way round: a machine that has memory wherever a topology does --- */

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static GArray *all_ranges(const struct kho_topology *topology)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct kho_range));

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(topology, nid)->ranges;

		g_array_append_vals(all, ranges->data, ranges->len);
	}
	g_array_sort(all, compare_start);
	return all;
}

static void add_hole(GArray *holes, uint64_t start, uint64_t end)
{
	struct kho_range hole = { start, end };

	if (start < end)
		g_array_append_val(holes, hole);
}

/* What [@start, @end) has beside @ranges. */
static void find_holes(const GArray *ranges, uint64_t start, uint64_t end, GArray *holes)
{
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

		if (range->end <= start || range->start >= end)
			continue;
		add_hole(holes, start, range->start);
		start = range->end;
	}
	add_hole(holes, start, end);
}

static char *check_cover(const GArray *ranges, const GArray *holes)
{
	const struct kho_range *first = &g_array_index(ranges, struct kho_range, 0);

	if (first->start || first->end < KHO_PC_LOW_LEAST)
		return g_strdup("nodes: a machine needs memory from 0 to 64M, in one range");
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

		if (range->start < ABOVE_START && range->end > CUT)
			return g_strdup("nodes: from 3G to 4G are devices, no memory");
		if (range->end > KHO_MAX_MEMORY)
			return g_strdup("nodes: memory beyond 64T");
	}
	if (holes->len > KHO_PC_HOLES_MAX)
		return g_strdup_printf("nodes: %u holes between ranges of memory, but at most %d can be made",
				       holes->len, KHO_PC_HOLES_MAX);
	return NULL;
}

char *kho_pc_cover(const struct kho_topology *topology, uint64_t *memory, GArray *holes)
{
	g_autoptr(GArray) ranges = all_ranges(topology), found = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	uint64_t end = g_array_index(ranges, struct kho_range, ranges->len - 1).end;

	/* Less in all would not be cut. */
	if (end > ABOVE_START)
		end = MAX(end, MAX_UNCUT + KHO_PC_HOLE);
	find_holes(ranges, 0, MIN(end, CUT), found);
	find_holes(ranges, ABOVE_START, end, found);
	if (memory)
		*memory = end > CUT ? end - KHO_PC_HOLE : end;
	if (holes)
		g_array_append_vals(holes, found->data, found->len);
	return check_cover(ranges, found);
}

uint64_t kho_pc_memory(const struct kho_topology *topology)
{
	uint64_t memory;

	if (!topology->placed)
		return kho_topology_memory(topology);
	g_free(kho_pc_cover(topology, &memory, NULL));
	return memory;
}
