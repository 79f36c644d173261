/* SPDX-License-Identifier: GPL-2.0-only */
/* Ample scratch: what a machine cannot run short of, so that what dies with it dies of something else. Pure. */
#ifndef KHO_MODEL_AMPLE_H
#define KHO_MODEL_AMPLE_H

#include "harness/model/scratch_spec.h"
#include "harness/model/topology.h"

/*
 * The scratch spec that is ample for a machine whose nodes have their ranges, to be freed: it can be reserved; every
 * node's memory map fits at least twice (and up to eight times where there is room); kernel and initrd fit beside
 * them. NULL: no scratch spec is all that there.
 */
struct kho_scratch_spec *kho_scratch_ample(const struct kho_topology *topology);

#endif
