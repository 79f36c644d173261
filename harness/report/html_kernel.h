/* SPDX-License-Identifier: GPL-2.0-only */
/* How the estimators did for one kernel of a run, side by side, as a part of a page. */
#ifndef KHO_REPORT_HTML_KERNEL_H
#define KHO_REPORT_HTML_KERNEL_H

#include "harness/model/result.h"

/* Adds a heading, and a table with a line for each estimator. */
void kho_html_kernel(GString *page, const struct kho_run *run, const struct kho_run_kernel *kernel);

#endif
