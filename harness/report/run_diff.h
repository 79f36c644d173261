/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed from one run to another: between two builds of a kernel, two patches, or two kernels. Pure.
 *
 * Cells are the same if their ids are; where each side is of one kernel that was picked, the ids without it.
 */
#ifndef KHO_REPORT_RUN_DIFF_H
#define KHO_REPORT_RUN_DIFF_H

#include "harness/model/result.h"

struct kho_run_diff {
	GPtrArray
		*pairs; /* of struct kho_result_pair *, in the order of the second run, those only in the first last */
	guint same;	/* pairs that differ in nothing */
	guint compared; /* cells that both have */
	guint outcomes, verdicts, answers, reasons; /* pairs that differ in these */
	guint only_before, only_after;
};

struct kho_result_pair {
	char *name;				 /* the id, or that without its kernel */
	const struct kho_result *before, *after; /* one may be NULL: only the other run has it */
	bool outcome, verdict, answer, reason;	 /* they differ; verdict and answer those of any estimator */
};

/* @before_kernel, @after_kernel: the one kernel (or pair) of each that counts; both or neither are NULL. */
struct kho_run_diff *kho_run_diff_new(const struct kho_run *before, const char *before_kernel,
				      const struct kho_run *after, const char *after_kernel);
void kho_run_diff_free(struct kho_run_diff *diff);
typedef struct kho_run_diff KhoRunDiff;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRunDiff, kho_run_diff_free)

/* Does any cell end otherwise, is any judged or predicted otherwise, or does one run have cells that the other has not?
 */
bool kho_run_diff_differs(const struct kho_run_diff *diff);

/* To be freed. @reasons: also list what differs in nothing but its reason. */
char *kho_run_diff_text(const struct kho_run_diff *diff, bool reasons, bool colour);

#endif
