/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boundary-seeking cells: just below, at and just above where each estimator draws the line. Cells far from every line
 * flatter all estimators alike; these tell them apart. Pure.
 */
#ifndef KHO_JUDGE_EDGE_CELLS_H
#define KHO_JUDGE_EDGE_CELLS_H

#include "harness/model/axis.h"
#include "harness/model/result.h"

/* Axes that cut through most machines' boundaries, each in another way. NULL at the end. */
extern const char *const kho_edge_axes[];

/*
 * Adds to @specs (of char *, freed by it) the specs around each estimator's edge on @axis that it does not hold yet, in
 * ascending order. @known: a result of the machine, as for kho_opinions(); @topology: the machine. Specs with which
 * nothing would be handed over on paper are left out.
 */
void kho_edge_cells(const struct kho_result *known, const struct kho_axis *axis, const struct kho_topology *topology,
		    GPtrArray *specs);

#endif
