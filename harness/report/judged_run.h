/* SPDX-License-Identifier: GPL-2.0-only */
/* What was judged again, as one run for the reports, and what is to be said of it beside them. Pure. */
#ifndef KHO_REPORT_JUDGED_RUN_H
#define KHO_REPORT_JUDGED_RUN_H

#include "harness/judge/rejudge.h"

/*
 * A run made of @recordings (of struct kho_recording *) and what their results were found to show, counted. What the
 * recordings agree on is in its fields, else all of them; it began with the first and took as long as all together. Its
 * results and controls are borrowed. Of a control that ran more than once, one that did not survive stands for all.
 */
struct kho_run *kho_judged_run(const GPtrArray *recordings, const struct kho_rejudgement *rejudgement);

/*
 * All that there is to say of it beside the summary of a run, to be freed: builds that were mixed, verdicts that
 * changed, and a last line with the sum. Estimators that @run hides are left out.
 */
char *kho_judged_text(const struct kho_run *run, const struct kho_rejudgement *rejudgement);

/* The cells that estimators are wrong about, a line each: "ESTIMATOR FP ID: prediction; outcome: reason". To be freed.
 */
char *kho_judged_wrong(const struct kho_run *run);

/* Has a verdict of an estimator that is shown changed, or do recordings disagree? */
bool kho_judged_differs(const struct kho_run *run, const struct kho_rejudgement *rejudgement);

#endif
