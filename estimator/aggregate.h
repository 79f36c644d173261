/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The aggregate estimator: is there enough scratch in all?
 *
 * A successor up to Linux 7.1 asks for the memory map of a run of sections in one piece on its node
 * (sparse_buffer_init() in mm/sparse.c), but lives without it: vmemmap_populate_hugepages() in mm/sparse-vmemmap.c then
 * takes the map block by block (2 MiB on x86-64) from any node's scratch, and vmemmap_populate_basepages() what is left
 * of it page by page. From 7.2 on it begins with the blocks. So what decides is not the largest piece, as sparsemem has
 * it, but the sum: all scratch, without what kexec has loaded into it (kho_locate_mem_hole() in kernel/liveupdate/),
 * must hold the maps of all sections and what else early boot takes. Read in 6.18 to 7.1, for x86-64.
 *
 * Cheap: a walk over the sections and one over the scratch areas. Freestanding, as sparsemem.h is: no allocation, no
 * library, integers only. All sizes are bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_AGGREGATE_H
#define KHO_ESTIMATOR_AGGREGATE_H

#include "layout.h"

struct kho_aggregate_input {
	struct kho_geometry geometry;
	struct kho_memory memory;
	const struct kho_scratch_area *scratch; /* not overlapping, as memblock reserved them */
	size_t nr_scratch;
	const struct kho_segment *segments; /* not overlapping; 0: not known, and taken to be nowhere */
	size_t nr_segments;
	/*
	 * What the successor keeps of its KHO_SEGMENT_KERNEL, _text to _end: the segment is larger where the kernel
	 * needs room to unpack itself. 0: not known, and taken to be all of it.
	 */
	u64 kernel_bytes;
	u64 percpu_bytes; /* the per-cpu areas of all CPUs; 0: not known, and taken to be one CPU's for each node */
	size_t nr_nodes;  /* one more than the highest node number */
};

struct kho_aggregate_result {
	bool insufficient;
	unsigned int node; /* when insufficient: in the order of the kernel's runs, the first without its whole map */
	u64 sections;	   /* present, of all nodes */
	u64 section_map_bytes;
	u64 usable_bytes;   /* scratch that nothing lies in, and that can serve */
	u64 required_bytes; /* by the maps of all nodes and the rest of early boot */
	u64 map_bytes;	    /* of these, by the maps, with the page tables that some need */
	u64 left_bytes;	    /* of scratch; 0 when insufficient */
};

struct kho_aggregate_result kho_aggregate_estimate(const struct kho_aggregate_input *input);

#endif
