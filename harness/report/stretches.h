/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine's physical addresses as a row of stretches, one behind the other: what lies there, and whose it is. Pure.
 */
#ifndef KHO_REPORT_STRETCHES_H
#define KHO_REPORT_STRETCHES_H

#include "estimator/layout.h"
#include "harness/model/topology.h"

enum kho_stretch_kind {
	KHO_STRETCH_MEMORY,
	KHO_STRETCH_SCRATCH,  /* memory that is set aside */
	KHO_STRETCH_RESERVED, /* memory that no kernel may use */
	KHO_STRETCH_WINDOW,   /* nothing, but memory may be plugged in */
	KHO_STRETCH_DEVICES,  /* the hole below 4 GiB */
	KHO_STRETCH_NOTHING,
};

struct kho_stretch {
	uint64_t start, end; /* bytes, half-open */
	enum kho_stretch_kind kind;
	unsigned int node; /* Linux's number; 0 where it is nobody's */
	size_t area;	   /* of scratch: which one of the layout */
};

/*
 * Of struct kho_stretch, from 0 on, without gaps; to be freed. What firmware has below 1 MiB counts as memory.
 * @scratch: a layout of this machine, or NULL; of its areas, those count that lie in one range of the topology's
 * memory.
 */
GArray *kho_stretches_new(const struct kho_topology *topology, const struct kho_layout *scratch);

/* Memory that a kernel has: scratch or not. */
bool kho_stretch_usable(const struct kho_stretch *stretch);

#endif
