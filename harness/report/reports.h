/* SPDX-License-Identifier: GPL-2.0-only */
/* The reports of a whole run: results.json, junit.xml, report.html. */
#ifndef KHO_REPORT_REPORTS_H
#define KHO_REPORT_REPORTS_H

#include "harness/report/results.h"

/* Writes all of them into the run's directory. */
bool kho_reports_write(const struct kho_results *results, const struct kho_run *run, GError **error);

#endif
