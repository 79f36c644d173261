/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verdicts.txt of a data set: what the estimators were worth when somebody last looked, so that a change of one of them
 * shows. A line a cell:
 *
 *	6.19-x86_64/two-even/16M,128M,32M  sparsemem=FP aggregate=TN replay=TN
 *
 * Instead of a verdict, a reason for exclusion. '#' starts a comment line. Pure; the parser trusts nothing.
 */
#ifndef KHO_REPORT_DATASET_VERDICTS_H
#define KHO_REPORT_DATASET_VERDICTS_H

#include "harness/model/result.h"

/* The file's text, to be freed. @results: of struct kho_result *, one for each cell; sorted by id. */
char *kho_dataset_verdicts_format(const GPtrArray *results);

/*
 * Sets the verdicts of @results, of which one cell may have several. Where the file says nothing, of a cell or of an
 * estimator, they are excluded as KHO_NOT_RECORDED. Errors are KHO_ERROR_INPUT, "PATH:LINE: what is wrong".
 */
bool kho_dataset_verdicts_apply(const char *path, const char *text, const GPtrArray *results, GError **error);

#endif
