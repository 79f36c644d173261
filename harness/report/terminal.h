/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person sees on a terminal or in a CI log. Everything that a guest had a part in is
 * cleaned, so that no guest can send an escape sequence. All texts are to be freed.
 */
#ifndef KHO_REPORT_TERMINAL_H
#define KHO_REPORT_TERMINAL_H

#include "harness/model/result.h"
#include "harness/report/terminal_summary.h"

/* The line for a cell that has just ended, without a newline; @done counts it. */
char *kho_terminal_cell_line(const struct kho_result *result, guint done, guint total, bool colour);

/* The same for a control. */
char *kho_terminal_control_line(const struct kho_result *result, guint done, guint total, bool colour);

#endif
