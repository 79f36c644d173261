/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sparsemem estimator: does scratch suffice for sparsemem's memory map?
 *
 * The heuristic of "liveupdate/kho: Warn when kho_scratch is insufficient for
 * sparsemem" (proposed 2025-12-29 against v6.19-rc): a successor up to Linux 7.1
 * allocates the memory map of each run of sections in one piece, see
 * sparse_init_nid() and sparse_buffer_init() in mm/sparse.c. If no scratch on the node
 * can hold that piece, the node is said to be insufficient.
 *
 * One source for three places: the patched kernel, the guest's probe, and the
 * host. Freestanding: no allocation, no library, integers only.
 *
 * All addresses and sizes are bytes, all ranges half-open, unless a name says
 * otherwise (_pfn: page frames, section: numbers of sections).
 */
#ifndef KHO_ESTIMATOR_SPARSEMEM_H
#define KHO_ESTIMATOR_SPARSEMEM_H

#include "port.h"

/* The geometry of the running kernel. */
struct kho_geometry {
	u64 struct_page_size;  /* sizeof(struct page), bytes */
	u64 page_size;	       /* bytes */
	u64 pmd_size;	       /* bytes; 0 where the architecture has none */
	u64 pages_per_section; /* pages */
	bool map_virtual;      /* CONFIG_SPARSEMEM_VMEMMAP ("vmemmap" is a macro in the kernel) */
};

/* A scratch area [start, start + size), as in kho_scratch[]. Size 0: not there. */
struct kho_scratch_area {
	u64 start;
	u64 size;
};

/*
 * How the estimator sees memory. The kernel answers from mem_section and struct page,
 * everybody else from the ranges that the kernel printed (memory_ranges.h).
 */
struct kho_memory {
	/* The lowest present section at or above *section; false if there is none. */
	bool (*next_section)(const void *context, u64 *section);
	/* The node of a page frame in a present section; at least 0, below nr_nodes. */
	unsigned int (*pfn_node)(const void *context, u64 pfn);
	const void *context;
};

struct kho_sparsemem_input {
	struct kho_geometry geometry;
	struct kho_memory memory;
	const struct kho_scratch_area *scratch;
	size_t nr_scratch;
	size_t nr_nodes; /* one more than the highest node number */
};

/* What was found out about one node. */
struct kho_sparsemem_node {
	u64 map_count;	    /* sections in its longest run; 0: no present section, passed over */
	u64 required_bytes; /* map_count * section_map_bytes */
	u64 usable_bytes;   /* the best single piece of scratch on the node */
	bool insufficient;
};

/* A piece of scratch that lies on one node. */
struct kho_scratch_piece {
	u64 start;
	u64 end;
	unsigned int node;
};

struct kho_sparsemem_result {
	u64 section_map_bytes;
	bool insufficient; /* of any node; then worst names it */
	unsigned int worst;
};

/* Bytes of memory map for one section: section_map_size() of mm/sparse.c, 6.18 to 7.3. */
u64 kho_section_map_bytes(const struct kho_geometry *geometry);

/* How many pieces the scratch areas are cut into: the length that @pieces below must have. */
size_t kho_sparsemem_count_pieces(const struct kho_sparsemem_input *input);

/*
 * The whole estimate. The caller owns both arrays: @nodes has input->nr_nodes
 * entries and @pieces kho_sparsemem_count_pieces(). Neither needs to be
 * initialised; @nodes is the answer, @pieces is only used on the way.
 */
struct kho_sparsemem_result kho_sparsemem_estimate(const struct kho_sparsemem_input *input,
						   struct kho_sparsemem_node *nodes, struct kho_scratch_piece *pieces);

#endif
