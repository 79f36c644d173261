// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/estimators.h"

static kho_predict *const table[KHO_NR_ESTIMATORS] = {
	[KHO_ESTIMATOR_SPARSEMEM] = kho_predict_sparsemem,
	[KHO_ESTIMATOR_REPLAY] = kho_predict_replay,
	[KHO_ESTIMATOR_AGGREGATE] = kho_predict_aggregate,
};

void kho_predict_absent(struct kho_prediction *prediction, const char *note)
{
	*prediction = (struct kho_prediction){ .answer = KHO_ANSWER_ABSENT, .note = g_strdup(note) };
}

void kho_estimator_predict(enum kho_estimator estimator, const struct kho_layout *layout,
			   struct kho_prediction *prediction)
{
	/* All but the one under test lay the successor's early boot out. */
	if (estimator != KHO_ESTIMATOR_SPARSEMEM && layout->unmodelled)
		kho_predict_absent(prediction, layout->unmodelled);
	else if (table[estimator])
		table[estimator](layout, prediction);
	else
		kho_predict_absent(prediction, "not built yet");
}
