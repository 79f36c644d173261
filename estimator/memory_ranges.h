/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory as a list of node ranges: what free_area_init() prints as "Early memory node ranges",
 * and so exactly what memblocks_present() in mm/sparse.c (6.18 to 7.3) marked as present.
 */
#ifndef KHO_ESTIMATOR_MEMORY_RANGES_H
#define KHO_ESTIMATOR_MEMORY_RANGES_H

#include "sparsemem.h"

/* Memory [start, end) of a node, bytes. */
struct kho_memory_range {
	u64 start;
	u64 end;
	unsigned int node;
};

struct kho_memory_ranges {
	const struct kho_memory_range *ranges; /* ascending, not overlapping, none empty */
	size_t count;
	u64 page_size;
	u64 section_bytes;
};

/* A list of ranges, which must outlive the answer, with the units of @geometry. */
struct kho_memory_ranges kho_memory_ranges_of(const struct kho_geometry *geometry,
					      const struct kho_memory_range *ranges, size_t count);

/*
 * The ranges as the estimator wants to see them. @ranges must outlive the answer.
 *
 * A section is present if any range touches it. A page frame in a hole has the node of the next range
 * above, or, above all of them, of the last one: so does memmap_init() in mm/mm_init.c initialise them.
 */
struct kho_memory kho_memory_from_ranges(const struct kho_memory_ranges *ranges);

/* Are the ranges ascending, apart, not empty, and of nodes below @nr_nodes? */
bool kho_memory_ranges_valid(const struct kho_memory_ranges *ranges, size_t nr_nodes);

#endif
