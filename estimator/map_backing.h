/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What backs the memory map of a run of sections: sparse_init_nid() of mm/sparse.c with SPARSEMEM_VMEMMAP and huge
 * pages (x86-64; 6.18 to 7.1), section by section:
 *
 *	1. its part of the run's buffer, which is asked for once, in one piece, on the node
 *	2. failing that, a PMD-sized block, on the node or on any other
 *	3. failing that, single pages from anywhere, and a page table for them
 *
 * Where not even pages are left, the section gets no map, and the kernel dies in free_area_init() (6.19 does).
 */
#ifndef KHO_ESTIMATOR_MAP_BACKING_H
#define KHO_ESTIMATOR_MAP_BACKING_H

#include "memblock_model.h"
#include "sparsemem.h"

/* All runs of a boot, in order; zero it but for the first three. */
struct kho_map_backing {
	struct kho_mb *mb;
	const struct kho_geometry *geometry;
	u64 lowest;	 /* MAX_DMA_ADDRESS, bytes: where the map should not lie below */
	u64 pud_table;	 /* one more than the number of the last upper page table of the map, by 512 PMD tables */
	u64 pmd_table;	 /* one more than that of the last lower one, by 512 PMDs */
	u64 pmd;	 /* one more than that of the last PMD that is backed */
	u64 blocks;	 /* PMDs that fell back to blocks ... */
	u64 page_blocks; /* ... and to pages */
	u64 elsewhere;	 /* blocks of these that lie on another node than asked */
};

/* A run: @count present sections of a node from @first on; @memory knows which these are. */
struct kho_map_run {
	unsigned int nid;
	u64 first;
	u64 count;
};

/* The run that begins with the present section *@section; *@section is set to where the next begins. False: no more. */
bool kho_map_next_run(const struct kho_memory *memory, u64 pages_per_section, u64 *section, struct kho_map_run *run);

/*
 * Backs a run. Returns how many of its sections have a map; all of them, unless the kernel dies. mb->state says whether
 * anything is known.
 */
u64 kho_map_back_run(struct kho_map_backing *backing, const struct kho_memory *memory, const struct kho_map_run *run);

#endif
