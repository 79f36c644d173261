/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What generate.c chooses among: each makes topologies from the options that are its own, and appends them. Pure. The
 * memory of those that are not placed has no ranges yet.
 */
#ifndef KHO_MODEL_STRATEGIES_H
#define KHO_MODEL_STRATEGIES_H

#include "harness/model/generate_options.h"
#include "harness/model/topology.h"

void kho_strategy_grid(const struct kho_generate_options *options, GPtrArray *topologies);
void kho_strategy_pairwise(const struct kho_generate_options *options, GPtrArray *topologies);
void kho_strategy_random(const struct kho_generate_options *options, GPtrArray *topologies);
void kho_strategy_edge(const struct kho_generate_options *options, GPtrArray *topologies);
void kho_strategy_real(const struct kho_generate_options *options, GPtrArray *topologies);

/* A new topology without nodes, appended to @topologies, which owns it. */
struct kho_topology *kho_strategy_add(GPtrArray *topologies, const char *name, const char *description);

#endif
