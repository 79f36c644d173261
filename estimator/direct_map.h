/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables of the direct map: what init_mem_mapping() of arch/x86/mm/init.c (6.18 to 7.3, four levels, top-down)
 * takes from memblock. In a successor they can only come from scratch that is mapped already.
 *
 * All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_DIRECT_MAP_H
#define KHO_ESTIMATOR_DIRECT_MAP_H

#include "memblock_model.h"

struct kho_direct_map {
	struct kho_mb *mb;
	bool gb_pages;		      /* the CPU maps 1 GiB at once */
	u64 buffer, buffer_end;	      /* pgt_buf: pages in the kernel's brk, taken first */
	u64 buffer_top;		      /* [buffer_end, buffer_top) of it is left */
	u64 min_mapped, max_mapped;   /* pages are taken from [min_mapped, max_mapped) */
	bool use_buffer;	      /* can_use_brk_pgt */
	u64 *pud_tables, *pmd_tables; /* bitmaps by 512 GiB and 1 GiB of memory: there is a table */
	u64 *pte_tables;	      /* those 2 MiB of memory (by number) that have one */
	size_t nr_pte_tables, room;
	u64 end;       /* of what the bitmaps cover */
	u64 pages;     /* that came from memblock */
	bool failed;   /* "alloc_low_pages: can not alloc memory": the kernel panics */
	bool overflow; /* the workspace was too small: nothing is known */
};

/* u64 words of workspace for memory that ends at @end, in @nr_regions regions of memblock. */
size_t kho_direct_map_words(u64 end, size_t nr_regions);

/*
 * Maps all of mb->memory below @end. @buffer, @buffer_top: the kernel's pgt_buf. @words: the workspace, which the
 * caller owns. What the tables take is reserved in @mb. False: the kernel dies, or (map->overflow) nothing is known.
 */
bool kho_direct_map_build(struct kho_direct_map *map, struct kho_mb *mb, u64 end, u64 buffer, u64 buffer_top,
			  bool gb_pages, u64 *words, size_t nr_words);

#endif
