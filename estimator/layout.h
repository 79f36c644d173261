/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that is known of a handover before it happens: what an estimator sees. A view: it owns nothing.
 *
 * All addresses and sizes are bytes, all ranges half-open. What is not known has a count of 0.
 */
#ifndef KHO_ESTIMATOR_LAYOUT_H
#define KHO_ESTIMATOR_LAYOUT_H

#include "early_event.h"
#include "memory_ranges.h"

/* What a segment of the loaded successor holds. */
enum kho_segment_kind {
	KHO_SEGMENT_OTHER,
	KHO_SEGMENT_SCRATCH_LIST, /* kho_scratch[], for the successor */
	KHO_SEGMENT_PURGATORY,
	KHO_SEGMENT_BOOT_PARAMS, /* with the command line and setup data behind it (x86) */
	KHO_SEGMENT_KERNEL,	 /* and the room that it unpacks itself in */
	KHO_SEGMENT_INITRD,
	KHO_NR_SEGMENT_KINDS
};

/* Where kexec put it: [start, start + size). */
struct kho_segment {
	enum kho_segment_kind kind;
	u64 start;
	u64 size;
};

/* Where the memory map of a section comes from, by the successor's series. */
enum kho_map_chain {
	KHO_MAP_BUFFER,	 /* up to 7.1: a run in one piece on its node; failing that, section by section from any node */
	KHO_MAP_SECTIONS /* from 7.2: section by section */
};

struct kho_layout {
	struct kho_geometry geometry;
	const struct kho_memory_range *ranges; /* as of memory_ranges.h */
	size_t nr_ranges;
	size_t nr_nodes;			/* one more than the highest node number */
	const struct kho_scratch_area *scratch; /* in the kernel's order: lowmem, global, one per node with memory */
	size_t nr_scratch;
	const struct kho_segment *segments; /* in the order of loading */
	size_t nr_segments;
	const struct kho_early_event
		*events; /* of the first kernel's boot, in order, up to the reservation of scratch */
	size_t nr_events;
	enum kho_map_chain map_chain; /* of the successor */
	const char *unmodelled;	      /* why the successor's early boot is not one that estimators know; NULL: it is */
};

#endif
