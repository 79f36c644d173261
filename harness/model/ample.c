// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kho_reserve_scratch() can take is in reservation.h. Its per-node area has the same size on all nodes, so it must
 * fit into the smallest, be it one of 64 MiB, and may be far too little for the largest one. Ample is then what the
 * global area holds: sparse_init_nid() asks its own node for a whole memory map at once, and where that fails any node
 * for it, block by block (up to 7.1; 7.2 does only the latter). Global is one piece, too: the more of it is wanted, the
 * fewer nodes have room. So the sizes are tried from the most to the least, on a model of the reservation.
 */
#include "harness/model/ample.h"

#include "harness/model/reservation.h"
#include "harness/model/size.h"

#define MIB (1ULL << 20)

#define SECTION	      (128 * MIB) /* SECTION_SIZE_BITS is 27: x86-64, and arm64 with pages of 4 KiB */
#define PAGES_PER_MAP 64	  /* a struct page has 64 bytes, a page 4096 */

#define PERNODE_TIMES 4 /* the largest node's map, if the smallest node can spare that: a quarter of it at most */
#define GLOBAL_MOST   8 /* all nodes' maps, as often as there is a place for it ... */
#define GLOBAL_LEAST  2 /* ... but at least twice, if need be without those that fit twice into pernode */

/*
 * Beside the maps: kernel and initrd, which kexec_file_load() puts into the first area that has room, and what else
 * an early boot takes, such as swiotlb_init() its 64 MiB below 4 GiB on a machine that reaches beyond.
 */
#define OTHERS	     (64 * MIB)
#define LOWMEM_MOST  (128 * MIB)
#define LOWMEM_LEAST (16 * MIB)

/* In whole sections, and a node may begin and end inside of one that is not all its own. */
static uint64_t node_map(const struct kho_node *node)
{
	return node->memory ? (node->memory / SECTION + 2) * SECTION / PAGES_PER_MAP : 0;
}

static uint64_t largest_range(const struct kho_node *node)
{
	uint64_t largest = 0;

	for (guint i = 0; i < node->ranges->len; i++) {
		const struct kho_range *range = &g_array_index(node->ranges, struct kho_range, i);

		largest = MAX(largest, range->end - range->start);
	}
	return largest;
}

static uint64_t align(uint64_t size)
{
	return size / KHO_AREA_ALIGNMENT * KHO_AREA_ALIGNMENT;
}

static uint64_t ample_pernode(const struct kho_topology *topology)
{
	uint64_t wanted = 0, most = UINT64_MAX;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		wanted = MAX(wanted, PERNODE_TIMES * node_map(node));
		if (node->memory)
			most = MIN(most, largest_range(node) / 4);
	}
	return align(MIN(wanted, most));
}

/* Of the nodes whose own area has no room for GLOBAL_LEAST of theirs. */
static uint64_t maps_without_room(const struct kho_topology *topology, uint64_t pernode)
{
	uint64_t maps = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		uint64_t map = node_map(kho_topology_node(topology, nid));

		if (GLOBAL_LEAST * map > pernode)
			maps += map;
	}
	return maps;
}

static bool find_lowmem(const struct kho_topology *topology, struct kho_areas *areas)
{
	for (areas->lowmem = LOWMEM_MOST; areas->lowmem >= LOWMEM_LEAST; areas->lowmem /= 2)
		if (kho_areas_fit(topology, areas))
			return true;
	return false;
}

static bool find_rest(const struct kho_topology *topology, struct kho_areas *areas)
{
	for (unsigned int times = GLOBAL_MOST; times >= GLOBAL_LEAST; times--) {
		areas->global = align(times * maps_without_room(topology, 0) + OTHERS);
		if (find_lowmem(topology, areas))
			return true;
	}
	areas->global = align(GLOBAL_LEAST * maps_without_room(topology, areas->pernode) + OTHERS);
	return find_lowmem(topology, areas);
}

/* From the most to the least: the first that fits. */
static bool find_areas(const struct kho_topology *topology, struct kho_areas *areas)
{
	for (areas->pernode = ample_pernode(topology); areas->pernode; areas->pernode = align(areas->pernode / 2))
		if (find_rest(topology, areas))
			return true;
	return false;
}

struct kho_scratch_spec *kho_scratch_ample(const struct kho_topology *topology)
{
	struct kho_areas areas;
	g_autofree char *lowmem = NULL, *global = NULL, *pernode = NULL, *text = NULL;

	if (!find_areas(topology, &areas))
		return NULL;
	lowmem = kho_size_format(areas.lowmem);
	global = kho_size_format(areas.global);
	pernode = kho_size_format(areas.pernode);
	text = g_strdup_printf("%s,%s,%s", lowmem, global, pernode);
	return kho_scratch_spec_parse(text, NULL);
}
