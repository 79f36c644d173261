/* SPDX-License-Identifier: GPL-2.0-only */
/* Charts of a kernel's cells: where an estimator draws its line, and where machines really die. */
#ifndef KHO_REPORT_HTML_CHART_H
#define KHO_REPORT_HTML_CHART_H

#include "harness/model/result.h"

/*
 * For each estimator that counts bytes of nodes: every judged cell by what its worst node has of what it needs; what
 * survived above, what died below. Nothing where no cell has both.
 */
void kho_html_ratio_charts(GString *page, const struct kho_run *run, const char *kernel);

/*
 * For each axis of kho_scratch= (axis.h) on which cells of a machine lie that do not all end alike: what came of each
 * size, and what each estimator said of it.
 */
void kho_html_axis_charts(GString *page, const struct kho_run *run, const char *kernel);

#endif
