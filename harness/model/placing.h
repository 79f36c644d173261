/* SPDX-License-Identifier: GPL-2.0-only */
/* Placing a machine's memory piece by piece, upwards from 0 and around the hole for devices. Pure. */
#ifndef KHO_MODEL_PLACING_H
#define KHO_MODEL_PLACING_H

#include "harness/model/topology.h"

struct kho_placing {
	struct kho_topology *topology;
	uint64_t at; /* bytes: where the next piece begins */
};

/* @bytes of node @nid come next; what does not fit below the hole goes on above it. */
void kho_placing_add(struct kho_placing *placing, unsigned int nid, uint64_t bytes);

/* @bytes of nothing come next. Where that reaches the hole, what follows begins above it. */
void kho_placing_skip(struct kho_placing *placing, uint64_t bytes);

#endif
