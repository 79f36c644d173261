/* SPDX-License-Identifier: GPL-2.0-only */
/* A prediction: an estimator's answer for a cell, as computed in one place. */
#ifndef KHO_MODEL_PREDICTION_H
#define KHO_MODEL_PREDICTION_H

#include <glib.h>
#include <stdbool.h>

#include "estimator/sparsemem.h"

/* Where an estimate was computed. */
enum kho_place { KHO_PLACE_KERNEL, KHO_PLACE_GUEST, KHO_PLACE_HOST, KHO_NR_PLACES };

enum kho_answer {
	KHO_ANSWER_ABSENT, /* this place has no estimator, or lacks what it needs: note says what */
	KHO_ANSWER_SKIPPED,
	KHO_ANSWER_SUFFICIENT,
	KHO_ANSWER_INSUFFICIENT,
	KHO_NR_ANSWERS
};

struct kho_prediction {
	enum kho_answer answer;
	char *note;	   /* why absent or skipped; NULL otherwise */
	bool whole_mib;	   /* known from the kernel's message only: worst node, in whole MiB */
	unsigned int node; /* the worst node, when insufficient */
	u64 usable_bytes;  /* of that node */
	u64 required_bytes;
	u64 map_count;
	u64 section_map_bytes;
	char *contradiction; /* what this place says contradicts itself, and how; NULL: it does not */
	char *reason;	     /* in a few words, such as what fails first; NULL: nothing to say beyond the numbers */
	bool have_left;	     /* an estimator that follows the successor's boot knows what is left of scratch ... */
	u64 left_bytes;	     /* ... when its memory is free, or when it dies */
	GArray *nodes;	     /* of struct kho_sparsemem_node, by node number; NULL if not known */
};

const char *kho_place_text(enum kho_place place);
const char *kho_answer_text(enum kho_answer answer);
bool kho_answer_from_text(const char *text, enum kho_answer *answer);

void kho_prediction_clear(struct kho_prediction *prediction);

/* A copy, to be cleared on its own; only the nodes are shared. */
void kho_prediction_copy(const struct kho_prediction *from, struct kho_prediction *to);

/*
 * Do two places agree, to the byte, on every node (or, where one knows only the message, on what it says)?
 * Places that are absent agree with everything. Returns NULL, or what differs, to be freed.
 */
char *kho_prediction_disagreement(const struct kho_prediction *a, const struct kho_prediction *b);

#endif
