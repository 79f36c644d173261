/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell in sentences: what an estimator said, what came of it, and so what the verdict means. Pure; to be freed. */
#ifndef KHO_REPORT_EXPLAIN_H
#define KHO_REPORT_EXPLAIN_H

#include "harness/model/result.h"

/*
 * "False positive: sparsemem warned (node 0 has 32 MiB, needs 64 MiB), but the successor survived. ..."; of a control,
 * what it was for.
 */
char *kho_explain(const struct kho_result *result, enum kho_estimator estimator);

/* "false positive" */
const char *kho_explain_verdict(enum kho_verdict_name verdict);

/* What this reason for an exclusion means, in half a sentence; NULL: not known. */
const char *kho_explain_exclusion(const char *reason);

#endif
