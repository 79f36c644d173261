/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The replay estimator: the successor's early boot, replayed on a model of memblock that may only use scratch.
 *
 * The successor boots on the same machine, so it asks memblock for what the first kernel asked for (layout->events),
 * with the differences that this file knows:
 *
 *	- its image, initrd, setup data and scratch list lie where kexec put them (layout->segments)
 *	- page tables of the direct map come from scratch that is mapped already (direct_map.h)
 *	- what backs the memory map depends on what is left (map_backing.h)
 *	- swiotlb halves its buffer until it fits, and per-cpu areas fall back to single pages
 *
 * It ends when memblock hands over to the page allocator, or with the first request that the kernel cannot do without.
 * Holds for Linux 6.18 to 7.1 on x86-64 without EFI, if the successor is the same build as the first kernel, and its
 * command line asks for nothing that takes early memory (hugepages=, crashkernel=) and the first one's does not.
 *
 * Freestanding. All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_REPLAY_H
#define KHO_ESTIMATOR_REPLAY_H

#include "layout.h"
#include "map_backing.h"
#include "memblock_model.h"

enum kho_replay_end {
	KHO_REPLAY_UNKNOWN, /* nothing is known: why says what is missing or does not fit */
	KHO_REPLAY_FREE,    /* it gets through */
	KHO_REPLAY_DIES
};

struct kho_replay {
	enum kho_replay_end end;
	const char *why;  /* static, or a caller of layout->events: what is missing; or what fails first */
	bool map_failed;  /* it is the memory map that fails: on node, with map_sections of map_wanted backed */
	int node;	  /* KHO_ANY_NODE: none */
	u64 wanted_bytes; /* the request that fails, or its first piece */
	u64 left_bytes;	  /* scratch that is free at the end, or at death */
	u64 map_sections, map_wanted;
	u64 bounce_bytes; /* of swiotlb's buffer; 0: none */
	u64 percpu_pages; /* that per-cpu areas are put together from; 0: they are in one piece for each group of CPUs
			   */
	struct kho_map_backing backing; /* what the memory map fell back to; its pointers are void */
};

/*
 * Told of each allocation as it is made, in order: for tests that compare with a real trace. @base 0: it failed. Not
 * of the pages of page tables, blocks and single pages.
 */
typedef void (*kho_replay_watch)(void *context, const struct kho_early_event *event, u64 base);

/* Bytes of workspace that a replay needs, aligned as a u64. */
size_t kho_replay_workspace(const struct kho_layout *layout);

/* @workspace: the caller's. @watch may be NULL. */
void kho_replay_run(const struct kho_layout *layout, void *workspace, kho_replay_watch watch, void *context,
		    struct kho_replay *replay);

#endif
