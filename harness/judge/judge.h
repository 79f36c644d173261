/* SPDX-License-Identifier: GPL-2.0-only */
/* Judging: from a cell's report and outcome to predictions and verdicts, and from many verdicts to counts. Pure. */
#ifndef KHO_JUDGE_JUDGE_H
#define KHO_JUDGE_JUDGE_H

#include "harness/handover/report.h"
#include "harness/model/result.h"

/*
 * Fills @result's predictions, verdicts and what the first kernel reported, from @report. The
 * outcome must be there already, and those of its machine's controls.
 */
void kho_judge(struct kho_result *result, const struct kho_report *report, bool carries_estimator);

/*
 * Why nothing that a cell does tells of an estimator: "control-died" (a control of its machine hung, panicked or
 * reset), "control-void" (one of them proved nothing), or NULL: they survived, or none were run.
 */
const char *kho_control_exclusion(const struct kho_result *result);

/* Prediction × outcome, or why the cell is excluded. */
struct kho_verdict kho_verdict_of(const struct kho_estimate *estimate, enum kho_outcome_name outcome);

void kho_confusion_init(struct kho_confusion *confusion);
void kho_confusion_clear(struct kho_confusion *confusion);
void kho_confusion_count(struct kho_confusion *confusion, const struct kho_verdict *verdict);
guint kho_confusion_excluded(const struct kho_confusion *confusion); /* for all reasons together */

#endif
