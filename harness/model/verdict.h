/* SPDX-License-Identifier: GPL-2.0-only */
/* A verdict: prediction × outcome. */
#ifndef KHO_MODEL_VERDICT_H
#define KHO_MODEL_VERDICT_H

#include <glib.h>
#include <stdbool.h>

enum kho_verdict_name {
	KHO_VERDICT_EXCLUDED, /* with a reason: proves nothing, counted apart */
	KHO_VERDICT_TP,	      /* warned, failed */
	KHO_VERDICT_FP,	      /* warned, survived */
	KHO_VERDICT_TN,	      /* silent, survived */
	KHO_VERDICT_FN,	      /* silent, failed */
	KHO_NR_VERDICTS
};

/* Reasons for exclusion that more than one stage needs to know. */
#define KHO_REPEATS_DISAGREE "repeats-disagree" /* the cell's recordings contradict each other */
#define KHO_NOT_RECORDED     "not-recorded"	/* the estimator is younger than the recording */
#define KHO_NOT_AS_DESCRIBED "not-as-described" /* a kernel saw another machine than the topology */

struct kho_verdict {
	enum kho_verdict_name name;
	const char *excluded; /* a short fixed word, such as "load-rejected"; NULL unless excluded */
};

const char *kho_verdict_text(enum kho_verdict_name name); /* "TP", "excluded" */
bool kho_verdict_from_text(const char *text, enum kho_verdict_name *name);

#endif
