/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of kho_scratch= that were laid out on paper for a machine, each once, and what all estimators say. Pure. */
#ifndef KHO_JUDGE_TRIALS_H
#define KHO_JUDGE_TRIALS_H

#include "harness/judge/paper_layout.h"

struct kho_trial {
	enum kho_paper_end end;
	enum kho_scratch_lack lack;
	char *reason;				    /* of the end, or NULL */
	enum kho_answer answers[KHO_NR_ESTIMATORS]; /* absent where there is no handover */
	char *reasons[KHO_NR_ESTIMATORS];	    /* or NULL */
	uint64_t bytes;				    /* of all scratch */
};

struct kho_trials {
	const struct kho_result *machine;
	const GArray *requests;
	GHashTable *by_spec; /* struct kho_trial * by char * */
	char *problem;	     /* nothing can be laid out: why; NULL: it can */
};

/* Both are borrowed. @requests: as of kho_paper_new_loading(). */
struct kho_trials *kho_trials_new(const struct kho_result *machine, const GArray *requests);
void kho_trials_free(struct kho_trials *trials);
typedef struct kho_trials KhoTrials;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoTrials, kho_trials_free)

/* What comes of a setting; not owned. NULL: the kernel would not take such a value. */
const struct kho_trial *kho_trials_of(struct kho_trials *trials, const char *spec);

bool kho_trials_accept(struct kho_trials *trials, const char *spec, enum kho_estimator estimator);

/* Bytes of all scratch with a setting; 0: there is none. */
uint64_t kho_trials_bytes(struct kho_trials *trials, const char *spec);

/* Bytes that the machine's first boot had for swiotlb; 0: nothing. */
uint64_t kho_trials_bounce_wanted(const struct kho_trials *trials);

/* How much of that its successor has, as replay sees it. False: it does not know, or the successor dies. */
bool kho_trials_bounce(const struct kho_trials *trials, const char *spec, uint64_t *bytes);

#endif
