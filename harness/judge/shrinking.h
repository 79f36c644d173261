/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shrinking: from a cell that shows something to the simplest that still does. In each step the simpler cells are asked
 * about in their order, and the first that shows the same takes the cell's place, until none does. Pure: who asks is
 * the caller's.
 */
#ifndef KHO_JUDGE_SHRINKING_H
#define KHO_JUDGE_SHRINKING_H

#include "harness/model/simpler.h"

enum kho_shows {
	KHO_SHOWS_SAME,
	KHO_SHOWS_OTHER,
	KHO_SHOWS_NO_MORE /* and nothing more can be asked */
};

typedef enum kho_shows (*kho_shrinking_ask)(const struct kho_simpler *simpler, void *data);

struct kho_shrunk {
	struct kho_topology *topology;
	struct kho_scratch_spec *scratch;
	guint steps;   /* that were taken */
	bool finished; /* nothing simpler shows the same; false: it was not asked to the end */
};

/* To be cleared. What was asked about before is not asked again. */
void kho_shrink(const struct kho_topology *topology, const struct kho_scratch_spec *scratch, kho_shrinking_ask ask,
		void *data, struct kho_shrunk *shrunk);
void kho_shrunk_clear(struct kho_shrunk *shrunk);

#endif
