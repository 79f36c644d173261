/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a cell takes on the reference machine (two cores, no KVM, two cells side by side), as far as that can be
 * known beforehand. A line through the 454 cells of the full matrix whose first kernel was heard: for sharing work out,
 * not for deadlines. Pure.
 */
#ifndef KHO_MODEL_COST_H
#define KHO_MODEL_COST_H

#include <glib.h>

#include "harness/model/cell.h"

/* Milliseconds, at least 1. Of a control as well. */
guint64 kho_cell_cost(const struct kho_cell *cell);

#endif
