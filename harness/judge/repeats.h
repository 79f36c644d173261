/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Repeats: several runs of a cell, which count once. Pure.
 *
 * A run shows nothing if its machine was lost or it did not end; what the others show stands. Where their outcomes
 * differ the cell is excluded as "repeats-disagree"; where only an estimator's verdicts do (their layouts differed), so
 * is the cell for that estimator.
 */
#ifndef KHO_JUDGE_REPEATS_H
#define KHO_JUDGE_REPEATS_H

#include "harness/model/result.h"

/*
 * Finds the one of @runs (of struct kho_result *, judged, at least one, of the same cell) that stands for all, and says
 * in it what all show: once, as each is judged by itself before. It is the first of those that show the most.
 */
struct kho_result *kho_repeats_fold(const GPtrArray *runs);

/*
 * Do a cell's runs disagree, that is, was it seen with more than one outcome? A machine that was lost has shown
 * nothing, and so contradicts nothing.
 */
bool kho_repeats_disagree(const struct kho_result *result);

/* Does it count for nobody who uses @estimator, as runs or that estimator's verdicts on them disagree? */
bool kho_repeats_disagree_for(const struct kho_result *result, enum kho_estimator estimator);

#endif
