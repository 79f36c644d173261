/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes topologies. Pure, and the same on every machine: equal options give equal topologies.
 *
 * grid:   all combinations of numbers of nodes, sizes and CPU settings: "grid-2x4G",
 *         "grid-2x4G-cpu0" (only node 0 has a CPU), "grid-2x4G-uneven".
 * random: "random-SEED-NUMBER". Nodes of 64M and more, some without memory, some without CPUs, some
 *         machines with distances. NUMBER n does not depend on how many are made.
 *         With --placed "placed-SEED-NUMBER", which is the same machine, its memory cut into pieces that lie anywhere.
 * pairwise, edge, real: always the same machines, "pairwise-01", "edge-border-minus-1M", "real-xeon-2s".
 */
#ifndef KHO_MODEL_GENERATE_H
#define KHO_MODEL_GENERATE_H

#include "harness/model/generate_options.h"
#include "harness/model/topology.h"

/*
 * Of struct kho_topology *, owned, with names that differ. The options have passed
 * kho_generate_options_check(). Errors (KHO_ERROR_INPUT) are machines beyond what a topology may be.
 */
GPtrArray *kho_generate(const struct kho_generate_options *options, GError **error);

/* A topology's file: a comment that says how it was made, and the topology. To be freed by the caller. */
char *kho_generate_text(const struct kho_generate_options *options, const struct kho_topology *topology);

#endif
