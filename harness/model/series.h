/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each series of Linux can do, as far as handovers go: one table, read in the kernel's source, instead of
 * comparisons scattered about. Pure.
 */
#ifndef KHO_MODEL_SERIES_H
#define KHO_MODEL_SERIES_H

#include <glib.h>
#include <stdbool.h>

struct kho_series {
	unsigned int major, minor; /* the first that is so; those that follow are, up to the next of the table */
	const char *place;	   /* of kexec_handover.c */
	const char *format;	   /* KHO_FDT_COMPATIBLE: successors take no other */
	const char *scratch_nodes; /* which nodes have a scratch area of their own */
	bool finalized;		   /* debugfs kho/out/finalize must be written before the load */
	bool orchestrator;	   /* LUO: /dev/liveupdate, and memfds through it */
	bool deferred;		   /* may be built with DEFERRED_STRUCT_PAGE_INIT */
	bool buffered;	/* the memory map of a run of sections is wanted in one piece (sparse_buffer_init()) */
	bool by_blocks; /* scratch areas are cut to blocks of the largest order, not to pageblocks */
	bool extended;	/* free blocks of 1 GiB become scratch early (kho_extend_scratch()) */
};

/* In ascending order; *@count is how many. */
const struct kho_series *kho_series_all(gsize *count);

/* By a release ("7.3.4") or a kernel's name ("7.3-arm64"). NULL: it has no number, or is older than all of the table.
 */
const struct kho_series *kho_series_of(const char *text);

#endif
