/* SPDX-License-Identifier: GPL-2.0-only */
/* Machines and scratch specs that are a little simpler than another: fewer nodes, ranges, CPUs, less memory and
 * scratch. Pure. */
#ifndef KHO_MODEL_SIMPLER_H
#define KHO_MODEL_SIMPLER_H

#include "harness/model/scratch_spec.h"
#include "harness/model/topology.h"

struct kho_simpler {
	struct kho_topology *topology;
	struct kho_scratch_spec *scratch;
	char *what; /* is simpler: "without node 2" */
};

/*
 * Of struct kho_simpler *, what takes most away first. Each is valid, and has not less memory than a kernel needs.
 * Empty: nothing is simpler in one step. Names and descriptions of topologies stay.
 */
GPtrArray *kho_simpler_than(const struct kho_topology *topology, const struct kho_scratch_spec *scratch);
void kho_simpler_free(struct kho_simpler *simpler);

#endif
