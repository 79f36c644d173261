/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judging: from a cell's report and outcome to predictions and verdicts, and from many verdicts to counts. Pure.
 *
 * In two steps, so that a recorded cell can be judged again, without a report and without booting, when an
 * estimator has changed:
 *
 *	kho_judge_take_report()	what the guest said goes into the result
 *	kho_judge_result()	all the rest, from what the result holds
 */
#ifndef KHO_JUDGE_JUDGE_H
#define KHO_JUDGE_JUDGE_H

#include "harness/handover/report.h"
#include "harness/model/error.h"
#include "harness/model/result.h"

/*
 * Takes over what the first kernel reported of itself (geometry, ranges, scratch, ...) and what kernel and guest
 * predicted. Once for a result.
 */
void kho_judge_take_report(struct kho_result *result, const struct kho_report *report, bool carries_estimator);

/*
 * Judges a result by what it holds: computes the predictions of all estimators on the host, then disagreements and
 * verdicts. It must hold the outcome, those of its machine's controls, what kernel and guest predicted, and the facts
 * of the first kernel; whatever it holds of earlier judging is replaced. So it can be done any number of times.
 */
void kho_judge_result(struct kho_result *result);

/*
 * Why nothing that a cell does tells of an estimator: "control-died" (a control of its machine hung, panicked or
 * reset), "control-void" (one of them proved nothing), or NULL: they survived, or none were run.
 */
const char *kho_control_exclusion(const struct kho_result *result);

/* Prediction × outcome, or why the cell is excluded. */
struct kho_verdict kho_verdict_of(const struct kho_estimate *estimate, enum kho_outcome_name outcome);

/*
 * Counts the verdicts of a run's results in the confusions of its kernels (initialised, and not counted yet). A result
 * that did not end is excluded as "not-run".
 */
void kho_judge_count(const struct kho_run *run);

/*
 * The exit status of a whole run: KHO_EXIT_HOST where it was interrupted, a machine was lost or a cell has not run;
 * KHO_EXIT_DIFFERS where a cell is not as expected, its places, repeats or machine contradict themselves, it did not
 * boot at all, or a control did what is not known of it.
 */
enum kho_exit kho_judge_exit(const struct kho_run *run);

void kho_confusion_init(struct kho_confusion *confusion);
void kho_confusion_clear(struct kho_confusion *confusion);
void kho_confusion_count(struct kho_confusion *confusion, const struct kho_verdict *verdict);
guint kho_confusion_excluded(const struct kho_confusion *confusion); /* for all reasons together */

#endif
