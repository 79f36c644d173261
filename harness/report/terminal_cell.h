/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell in full, for a terminal. */
#ifndef KHO_REPORT_TERMINAL_CELL_H
#define KHO_REPORT_TERMINAL_CELL_H

#include "harness/report/evidence.h"

/*
 * What the verdict of @estimator means, what each estimator said, the cell's memory, why it died, and where the
 * evidence is. To be freed. @width: characters of a line.
 */
char *kho_terminal_cell(const struct kho_run *run, const struct kho_result *result, enum kho_estimator estimator,
			const struct kho_evidence *evidence, guint width, bool colour);

#endif
