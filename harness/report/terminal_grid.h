/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's cells as a grid on a terminal: topologies down, scratch specs across, a verdict in each square. */
#ifndef KHO_REPORT_TERMINAL_GRID_H
#define KHO_REPORT_TERMINAL_GRID_H

#include "harness/model/result.h"

/*
 * Adds the verdicts of @estimator, and below them what numbers and letters stand for. @width: characters of a line;
 * what is wider goes into further grids. Where most squares would be empty, each topology has
 * its own list instead. Where a square has several cells, which differ in payload, it has the verdict
 * that is most worth a look, and a "+".
 */
void kho_terminal_grid(GString *text, const struct kho_run *run, const char *kernel, enum kho_estimator estimator,
		       guint width, bool colour);

#endif
