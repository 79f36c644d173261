/* SPDX-License-Identifier: GPL-2.0-only */
/* What counts of verdicts are worth: proportions, and how sure of them so few cells make us. Pure. */
#ifndef KHO_JUDGE_STATISTICS_H
#define KHO_JUDGE_STATISTICS_H

#include "harness/model/result.h"

/*
 * A share of something, 0 to 1, with its Wilson score interval of 95 %. Unlike the usual p +- 1.96 sqrt(p (1 - p) / n),
 * that stays within 0 and 1, and is honest about few cells and about shares near 0 and 1: 3 of 3 is no certainty,
 * but 44 to 100 %.
 */
struct kho_share {
	bool defined; /* false: it is of nothing, and the rest is void */
	double value;
	double low, high;
};

/* @hits of @all, which are no fewer. */
struct kho_share kho_share_of(guint hits, guint all);

/* Of the warnings, how many were right: TP / (TP + FP). */
struct kho_share kho_precision(const struct kho_confusion *confusion);

/* Of the handovers that failed, how many were warned of: TP / (TP + FN). */
struct kho_share kho_recall(const struct kho_confusion *confusion);

/* Cells that count for something: all but the excluded. */
guint kho_confusion_judged(const struct kho_confusion *confusion);

#endif
