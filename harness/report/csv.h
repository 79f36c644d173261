/* SPDX-License-Identifier: GPL-2.0-only */
/* A run as a table for spreadsheets and statistics: RFC 4180, a line per cell, the names of columns in the first. */
#ifndef KHO_REPORT_CSV_H
#define KHO_REPORT_CSV_H

#include "harness/model/result.h"

/*
 * To be freed. What is not known is empty; sizes are bytes. Controls are in it: their verdicts are empty. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
char *kho_csv(const struct kho_run *run);

#endif
