/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of a page that need no script: what is not as it should be, and controls. */
#ifndef KHO_REPORT_HTML_TABLE_H
#define KHO_REPORT_HTML_TABLE_H

#include "harness/model/result.h"

/* Cells that are new, lost or contradictory; nothing where there are none. */
void kho_html_unexpected(GString *page, const struct kho_run *run);

/* False positives and negatives, of any estimator. */
void kho_html_wrong(GString *page, const struct kho_run *run);

void kho_html_controls(GString *page, const struct kho_run *run);

#endif
