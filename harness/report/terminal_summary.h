/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a run, for a terminal. */
#ifndef KHO_REPORT_TERMINAL_SUMMARY_H
#define KHO_REPORT_TERMINAL_SUMMARY_H

#include "harness/model/result.h"

/*
 * All that there is to say at the end, to be freed: for each kernel the estimators side by side, with the false
 * positives and negatives, then the controls that failed and the differences from expected/, then one last line with
 * the sum.
 */
char *kho_terminal_summary(const struct kho_run *run, bool colour);

#endif
