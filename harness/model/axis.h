/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An axis of scratch specs: all but one thing of kho_scratch= is fixed, and that one grows. Pure.
 *
 *	*,64M,32M	  lowmem
 *	16M,*,32M	  global
 *	16M,64M,*	  per node
 *	16M*,64M*,32M*	  the total: all three, in this ratio
 *	*%		  percent
 *
 * A value on an axis is a number of steps. A step is 1 % or, for sizes, 2 MiB: a pageblock, which is
 * CMA_MIN_ALIGNMENT_BYTES. The kernel rounds the per-node size up to that itself (scratch_size_node(), Linux 6.18 to
 * 7.3). The other two it takes as they are; but kho_init() gives each area to CMA by whole pageblocks, so that one
 * which ends inside of a pageblock takes memory along that is not its own, and must not be asked for.
 */
#ifndef KHO_MODEL_AXIS_H
#define KHO_MODEL_AXIS_H

#include "harness/model/scratch_spec.h"
#include "harness/model/topology.h"

#define KHO_PAGEBLOCK \
	(2ULL << 20) /* bytes: x86-64, and arm64 with pages of 4 KiB, where THP or hugetlbfs is built in */

enum kho_axis_kind {
	KHO_AXIS_LOWMEM,
	KHO_AXIS_GLOBAL,
	KHO_AXIS_PERNODE,
	KHO_AXIS_TOTAL,
	KHO_AXIS_PERCENT,
	KHO_NR_AXES
};

#define KHO_NR_AREAS 3 /* lowmem, global, pernode */

struct kho_axis {
	char *text; /* as above */
	enum kho_axis_kind kind;
	uint64_t step;		      /* bytes, a multiple of KHO_PAGEBLOCK; or percent */
	char *fixed[KHO_NR_AREAS];    /* sizes as they were written; NULL: it grows */
	uint64_t parts[KHO_NR_AREAS]; /* of a total: in this ratio */
};

/* Errors are KHO_ERROR_INPUT. */
struct kho_axis *kho_axis_parse(const char *text, GError **error);

/* The axis of this kind that goes through @spec, which must be sizes, or percent, as the kind is. Errors as above. */
struct kho_axis *kho_axis_through(enum kho_axis_kind kind, const char *spec, GError **error);
void kho_axis_free(struct kho_axis *axis);
typedef struct kho_axis KhoAxis;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoAxis, kho_axis_free)

/* A coarser step, such as "16M" or, of percent, "10%". */
bool kho_axis_set_step(struct kho_axis *axis, const char *text, GError **error);

/*
 * The spec at @value steps, at least 1. On a total's axis each further step goes to one of the areas, so that none of
 * them ever shrinks (d'Hondt's way to hand out seats).
 */
struct kho_scratch_spec *kho_axis_spec(const struct kho_axis *axis, uint64_t value);

/* What grows, at @value steps: bytes or percent; and as a text, "32M" or "150%", to be freed. */
uint64_t kho_axis_size(const struct kho_axis *axis, uint64_t value);
char *kho_axis_value_text(const struct kho_axis *axis, uint64_t value);

/* Reads such a text: a whole number of steps, at least 1. Errors are KHO_ERROR_INPUT. */
bool kho_axis_value_parse(const struct kho_axis *axis, const char *text, uint64_t *value, GError **error);

/*
 * The most steps that could ever be set aside on a machine whose nodes have their ranges; more than that can not. 0:
 * not even one.
 */
uint64_t kho_axis_most(const struct kho_axis *axis, const struct kho_topology *topology);

const char *kho_axis_kind_text(enum kho_axis_kind kind); /* "pernode" */
bool kho_axis_kind_from_text(const char *text, enum kho_axis_kind *kind);

/* Bytes that a difference of one step is; 0: percent, whose steps have no size. */
uint64_t kho_axis_step_bytes(const struct kho_axis *axis);

#endif
