/* SPDX-License-Identifier: GPL-2.0-only */
/* Estimators side by side, for one kernel of a run: what all reports say of them. What returns char * is to be freed.
 */
#ifndef KHO_REPORT_COMPARISON_H
#define KHO_REPORT_COMPARISON_H

#include "harness/judge/statistics.h"
#include "harness/model/result.h"

/* Did @estimator, which is not hidden, ever say anything that could be judged? If not, a line says so. */
bool kho_compared(const struct kho_run *run, const struct kho_run_kernel *kernel, enum kho_estimator estimator);

/* Did it for any kernel of the run? */
bool kho_compared_anywhere(const struct kho_run *run, enum kho_estimator estimator);

/* Why @estimator was silent in the first cell of the kernel that it has no answer for; NULL: there is none. */
const char *kho_silence(const struct kho_run *run, const struct kho_run_kernel *kernel, enum kho_estimator estimator);

/* "12 kho-disabled, 9 load-rejected"; "" if none is. */
char *kho_exclusions(const struct kho_confusion *confusion);

/*
 * What is excluded, a line for each set of estimators that it is the same for (of those that are compared), as an array
 * that frees them: "12 kho-disabled, 9 load-rejected" where it is the same for all, else "sparsemem, aggregate: ...".
 */
GPtrArray *kho_exclusion_lines(const struct kho_run *run, const struct kho_run_kernel *kernel);

/*
 * The estimators whose verdict on a cell is @verdict, with what each of them predicted: "sparsemem: node 0 has 32 MiB,
 * needs 64 MiB; aggregate: ...". NULL: there are none, or the cell did not end.
 */
char *kho_predictions_with(const struct kho_run *run, const struct kho_result *result, enum kho_verdict_name verdict);

/* How many cells of the kernel got @verdict from whom: "4 of sparsemem, 1 of aggregate". NULL: none did. */
char *kho_verdicts_by_estimator(const struct kho_run *run, const struct kho_run_kernel *kernel,
				enum kho_verdict_name verdict);

/* "83.3% [64.1-93.3]"; "-" for a share of nothing. */
char *kho_share_text(const struct kho_share *share);

/* Is the cell one of the kernel (pair) of this name? */
bool kho_is_of_kernel(const struct kho_result *result, const char *name);

#endif
