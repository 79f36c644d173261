/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run adds up to, counted once for all reports. */
#ifndef KHO_REPORT_TALLY_H
#define KHO_REPORT_TALLY_H

#include "harness/model/result.h"

/* Every cell falls into exactly one class, so that the counts add up. */
enum kho_tally_class {
	KHO_TALLY_UNFINISHED, /* the run was interrupted before the cell was over */
	KHO_TALLY_LOST,	      /* whatever was expected of it: a lost machine shows nothing */
	KHO_TALLY_NEW,
	KHO_TALLY_FIXED,
	KHO_TALLY_KNOWN,
	KHO_TALLY_SAME,
	KHO_TALLY_UNLISTED,
	KHO_NR_TALLY_CLASSES
};

struct kho_tally {
	guint cells;
	guint classes[KHO_NR_TALLY_CLASSES];
	guint disagreements;	   /* whatever their class */
	guint flaky;		   /* the same */
	guint unlike;		   /* the same: a kernel saw another machine */
	guint remarks;		   /* survivors with which something is wrong */
	guint controls, survivors; /* that there are; of these, that survived */
};

enum kho_tally_class kho_tally_class(const struct kho_result *result);
void kho_tally_count(const struct kho_run *run, struct kho_tally *tally);

/* The one thing that a control is for. */
bool kho_tally_survived(const struct kho_result *result);

/* Is it what nobody expected: new, lost or contradictory; or a control that did what is not known of it? */
bool kho_tally_surprises(const struct kho_result *result);

/* Is any estimator wrong about it: a false positive or negative? */
bool kho_tally_wrong(const struct kho_result *result);

/* What is wrong with a survivor; NULL: nothing, it was not looked at, or it is none. */
const char *kho_tally_remark(const struct kho_result *result);

/* How the places of an estimator contradict each other; NULL if they do not, or the cell never ended. */
const char *kho_tally_disagreement(const struct kho_result *result);

/* Do the cell's runs disagree, or the verdicts on them of an estimator that is shown? */
bool kho_tally_flaky(const struct kho_run *run, const struct kho_result *result);

/*
 * Names of kernels (not owned): the run's, in its order, then any that only a control or a cell names, so that
 * none is left out of a report that is made kernel by kernel.
 */
GPtrArray *kho_tally_kernels(const struct kho_run *run);

/* Reasons for exclusion (not owned), the most frequent first, and how often there was one. */
GPtrArray *kho_tally_exclusions(const struct kho_confusion *confusion);
guint kho_tally_excluded(const struct kho_confusion *confusion, const char *reason);

/* "117 cells in 3m 55s: 117 as expected, 1 new; 18 of 18 controls survived": all that counts, without a full stop. To
 * be freed. */
char *kho_tally_text(const struct kho_run *run, const struct kho_tally *tally);

#endif
