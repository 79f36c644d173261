/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What backs a kernel's memory map (CONFIG_SPARSEMEM_VMEMMAP, x86-64), by the page tables: the truth about a survivor,
 * which may have got its map in other pieces, or from other nodes, than the kernel meant it to. Pure.
 *
 * Up to 7.1 sparse_init_nid() wants the map of a whole run of sections in one piece on its node
 * (sparse_buffer_init()); failing that, vmemmap_populate_hugepages() takes 2 MiB blocks, and then single pages, from
 * any node. From 7.2 on blocks are the normal case.
 */
#ifndef KHO_HANDOVER_BACKING_H
#define KHO_HANDOVER_BACKING_H

#include "estimator/memory_ranges.h"
#include "harness/handover/page_walk.h"
#include "harness/model/outcome.h"

struct kho_backing_input {
	const GArray *mappings; /* of struct kho_mapping, by virtual address */
	guint64 start;		/* virtual address of page frame 0's struct page */
	struct kho_geometry geometry;
	const GArray *ranges; /* of struct kho_memory_range, ascending: which memory is on which node */
	bool whole_runs;      /* this kernel wants the map of a run in one piece */
};

/* An array of struct kho_map_node, ascending; NULL: the input makes no sense. To be unreferenced. */
GArray *kho_backing_examine(const struct kho_backing_input *input);

/* One line about what is not as it should be; NULL: all is. To be freed. */
char *kho_backing_remark(const GArray *nodes);

#endif
