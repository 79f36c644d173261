/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judging again what was recorded, of as many runs as there are. Pure.
 *
 * Each recording is judged by today's estimators and held against the verdicts that it was recorded with. Then all
 * recordings of a cell count once: its repeats (repeats.h).
 */
#ifndef KHO_JUDGE_REJUDGE_H
#define KHO_JUDGE_REJUDGE_H

#include "harness/model/result.h"

/* The verdict of a recorded cell is another one today. */
struct kho_change {
	const struct kho_result *result;
	enum kho_estimator estimator;
	struct kho_verdict was, is;
};

struct kho_rejudgement {
	guint recordings;   /* that were taken */
	GArray *changes;    /* of struct kho_change, in their order */
	GArray *together;   /* likewise, of verdicts that were of all recordings together, until kho_rejudge_end() */
	GPtrArray *results; /* of struct kho_result *, after kho_rejudge_end(): one for each cell, in order of
			       appearance */
	GPtrArray *repeats; /* of GPtrArray *, of struct kho_result *: the recordings of each */
	GHashTable *by_id;  /* the same by id */
};

struct kho_rejudgement *kho_rejudgement_new(void);
void kho_rejudgement_free(struct kho_rejudgement *rejudgement);
typedef struct kho_rejudgement KhoRejudgement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRejudgement, kho_rejudgement_free)

/* Judges a recorded cell, and takes it in. Borrows @result; it must hold its controls. */
void kho_rejudge_take(struct kho_rejudgement *rejudgement, struct kho_result *result);

/* All were taken: finds the one of each cell's recordings that stands for all, and says in it what all show. */
void kho_rejudge_end(struct kho_rejudgement *rejudgement);

#endif
