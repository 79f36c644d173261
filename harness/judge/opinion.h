/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What estimators think the boundary of a machine is: searched as with real boots (boundary.h), but on scratch that is
 * laid out on paper. Pure.
 */
#ifndef KHO_JUDGE_OPINION_H
#define KHO_JUDGE_OPINION_H

#include "harness/judge/boundary.h"
#include "harness/model/axis.h"
#include "harness/model/result.h"

struct kho_opinion {
	bool have;			   /* it has one */
	char *note;			   /* why not; NULL if it has */
	struct kho_boundary_result result; /* survives: it is silent; fails: it warns */
	uint64_t scratch_bytes;		   /* all scratch, as laid out, at result.last.at; 0: not known */
};

/*
 * Fills @opinions, one for each estimator, each to be cleared. @known: a result of this machine, with whatever scratch,
 * that has what its first kernel reported; NULL: there is none, and nobody has an opinion. Values in [low, high], in
 * steps.
 */
void kho_opinions(const struct kho_result *known, const struct kho_axis *axis, uint64_t low, uint64_t high,
		  struct kho_opinion *opinions);
void kho_opinion_clear(struct kho_opinion *opinion);

#endif
