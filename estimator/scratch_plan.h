/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scratch that a first kernel reserves: kho_reserve_scratch() of kernel/liveupdate/kexec_handover.c (6.19 to 7.3;
 * in kernel/ up to 6.18, which also wants an area on each online node without memory), on a model of memblock.
 *
 * Freestanding. All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_SCRATCH_PLAN_H
#define KHO_ESTIMATOR_SCRATCH_PLAN_H

#include "memblock_model.h"
#include "sparsemem.h"

#define KHO_SCRATCH_ALIGN (2ULL << 20) /* CMA_MIN_ALIGNMENT_BYTES: a pageblock, where huge pages are built in */
#define KHO_SCRATCH_ENTRY 16	       /* sizeof(struct kho_scratch) */

/* What kho_scratch= asks for. */
struct kho_scratch_wish {
	bool percent;
	u64 scale;		     /* percent of what the kernel has reserved */
	u64 lowmem, global, pernode; /* bytes; of no meaning where percent is set */
};

/* What could not be had, so that KHO turned itself off. */
enum kho_scratch_lack {
	KHO_SCRATCH_LACKS_NOTHING,
	KHO_SCRATCH_LACKS_LIST, /* the array kho_scratch[] */
	KHO_SCRATCH_LACKS_LOWMEM,
	KHO_SCRATCH_LACKS_GLOBAL,
	KHO_SCRATCH_LACKS_NODE,
};

struct kho_scratch_plan {
	enum kho_scratch_lack lack;
	int node;   /* of KHO_SCRATCH_LACKS_NODE; else KHO_MB_NO_NODE */
	u64 wanted; /* bytes of what is lacking */
	size_t nr_areas;
};

/* How many areas a machine has: lowmem, global, and one for each node with memory. */
size_t kho_scratch_plan_count(const struct kho_mb *mb, size_t nr_nodes);

/*
 * Reserves in @mb, as it is after a first boot, what @wish asks for. @areas has kho_scratch_plan_count() entries and
 * becomes kho_scratch[]; areas of size 0, which the kernel takes for granted, have no place here. Where anything is
 * lacking, plan->nr_areas is 0, as KHO gives back what it has. If mb->state is not good afterwards, nothing is known.
 */
void kho_scratch_plan_make(struct kho_mb *mb, size_t nr_nodes, const struct kho_scratch_wish *wish,
			   struct kho_scratch_area *areas, struct kho_scratch_plan *plan);

#endif
