/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell says of a commit, for git bisect: good, bad, or that nothing can be told. Pure. */
#ifndef KHO_JUDGE_BISECTING_H
#define KHO_JUDGE_BISECTING_H

#include "harness/model/result.h"

enum kho_bisect_answer {
	KHO_BISECT_GOOD,
	KHO_BISECT_BAD,
	KHO_BISECT_UNTOLD, /* above the others: one cell that tells nothing makes a commit that tells nothing */
};

/*
 * What makes a commit good or bad: words of outcomes ("survived", "kho-disabled") and of verdicts of the estimator
 * under test ("TP", "FN"). Without any @bad, whatever counts for an estimator and is not good is bad.
 */
struct kho_bisect_words {
	const char *const *good, *const *bad; /* ended by NULL; NULL: none */
};

/* Is it a word that kho_bisect_cell() can meet? */
bool kho_bisect_word_valid(const char *word);

/* @why: one line, to be freed. */
enum kho_bisect_answer kho_bisect_cell(const struct kho_result *result, const struct kho_bisect_words *words,
				       char **why);

#endif
