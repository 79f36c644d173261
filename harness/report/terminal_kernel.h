/* SPDX-License-Identifier: GPL-2.0-only */
/* How the estimators did for one kernel of a run, side by side, for a terminal. */
#ifndef KHO_REPORT_TERMINAL_KERNEL_H
#define KHO_REPORT_TERMINAL_KERNEL_H

#include "harness/model/result.h"

/* Adds a table with a line for each estimator, and which cells they were wrong about, each once. */
void kho_terminal_kernel(GString *text, const struct kho_run *run, const struct kho_run_kernel *kernel);

#endif
