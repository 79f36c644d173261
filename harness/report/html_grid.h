/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grid of a report: a kernel's topologies down, its scratch specs across, a verdict in each square, as letters and
 * as a colour. Where most squares would be empty, each topology has its own row of specs instead.
 */
#ifndef KHO_REPORT_HTML_GRID_H
#define KHO_REPORT_HTML_GRID_H

#include "harness/model/result.h"

/* Squares are "sN", N being the cell's place in the run's results, and link to the cell. */
void kho_html_grid(GString *page, const struct kho_run *run, const char *kernel);

/* What the squares of a run mean. */
void kho_html_legend(GString *page, const struct kho_run *run);

/* What colours an estimator's verdict on a cell: "tp", ..., "excluded", "lost" (also if the cell did not end). */
const char *kho_html_class(const struct kho_result *result, enum kho_estimator estimator);

#endif
