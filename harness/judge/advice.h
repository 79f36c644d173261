/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice: the smallest kho_scratch= that an estimator would accept on a machine, found on paper, and one with a margin.
 * Pure.
 *
 * Of three sizes there is not one smallest setting but many. Beginning with plenty, each size is made as small as it
 * can be, in every order of the three; the order that ends with the least scratch in all wins. That is a minimum along
 * each axis, and not always the least there is. What is advised is not that one, though, but one that is hardly larger
 * and has each node's memory map on that node, with a margin, and with lowmem for a whole swiotlb.
 */
#ifndef KHO_JUDGE_ADVICE_H
#define KHO_JUDGE_ADVICE_H

#include "harness/judge/trials.h"

/* More than the smallest. */
struct kho_advice_margin {
	unsigned int percent; /* of each size, and ... */
	uint64_t bytes;	      /* ... this much in all at least; what is missing goes to the global area */
};
#define KHO_ADVICE_MARGIN ((struct kho_advice_margin){ .percent = 25, .bytes = 16ULL << 20 })

/* A value of kho_scratch=. */
struct kho_advice_value {
	char *spec;	/* NULL: there is none */
	uint64_t bytes; /* of all scratch, as laid out */
};

struct kho_advice {
	char *note;					  /* why there is no sizes.spec; NULL where there is one */
	bool hopeless;					  /* it has answers, and all are that it is not enough */
	struct kho_advice_value sizes, percent;		  /* the smallest */
	struct kho_advice_value sizes_more, percent_more; /* what is advised; none where that cannot be had */
	GPtrArray *limits; /* of char *: what happens with a little less of each of sizes.spec */
	bool monotonic;	   /* nothing that was looked at between smallest and with the margin is too little */
	bool have_bounce;  /* swiotlb's buffer: the successor has only so much of it with the margin */
	uint64_t bounce_bytes, bounce_wanted;
};

/* Fills @advice, to be cleared. @trials may be used for all estimators in turn. */
void kho_advice_find(struct kho_trials *trials, enum kho_estimator estimator, struct kho_advice_margin margin,
		     struct kho_advice *advice);
void kho_advice_clear(struct kho_advice *advice);

/* "25%" or "64M", for a margin. */
bool kho_advice_margin_parse(const char *text, struct kho_advice_margin *margin);

#endif
