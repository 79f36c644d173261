// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/result.h"

struct kho_result *kho_result_new(const struct kho_cell *cell)
{
	struct kho_result *result = g_new0(struct kho_result, 1);

	result->cell = cell;
	result->ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	result->scratch = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	result->preserved = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	result->segments = g_array_new(FALSE, TRUE, sizeof(struct kho_segment));
	result->events = g_array_new(FALSE, TRUE, sizeof(struct kho_early_event));
	result->warnings = g_ptr_array_new_with_free_func(g_free);
	result->missing = g_ptr_array_new_with_free_func(g_free);
	result->directory = g_strdup_printf("cells/%s", cell->id);
	return result;
}

static void clear_estimate(struct kho_estimate *estimate)
{
	for (int place = 0; place < KHO_NR_PLACES; place++)
		kho_prediction_clear(&estimate->places[place]);
	g_free(estimate->disagreement);
}

void kho_result_free(struct kho_result *result)
{
	kho_outcome_clear(&result->outcome);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		clear_estimate(&result->estimates[i]);
	g_array_unref(result->ranges);
	g_array_unref(result->scratch);
	g_array_unref(result->preserved);
	g_array_unref(result->segments);
	g_array_unref(result->events);
	g_free(result->trace);
	g_ptr_array_unref(result->warnings);
	g_ptr_array_unref(result->missing);
	g_free(result->unlike);
	g_free(result->first_release);
	g_free(result->successor_release);
	g_free(result->directory);
	g_free(result);
}

const char *kho_estimator_text(enum kho_estimator estimator)
{
	static const char *const texts[KHO_NR_ESTIMATORS] = {
		[KHO_ESTIMATOR_SPARSEMEM] = "sparsemem",
		[KHO_ESTIMATOR_AGGREGATE] = "aggregate",
		[KHO_ESTIMATOR_REPLAY] = "replay",
	};

	g_return_val_if_fail(estimator < KHO_NR_ESTIMATORS, "?");
	return texts[estimator];
}

bool kho_estimator_from_text(const char *text, enum kho_estimator *estimator)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (g_str_equal(text, kho_estimator_text(i))) {
			*estimator = i;
			return true;
		}
	}
	return false;
}

const char *kho_standing_text(enum kho_standing standing)
{
	static const char *const texts[KHO_NR_STANDINGS] = {
		[KHO_STANDING_UNLISTED] = "unlisted", [KHO_STANDING_SAME] = "same", [KHO_STANDING_KNOWN] = "known",
		[KHO_STANDING_FIXED] = "fixed",	      [KHO_STANDING_NEW] = "new",
	};

	g_return_val_if_fail(standing < KHO_NR_STANDINGS, "?");
	return texts[standing];
}

bool kho_standing_from_text(const char *text, enum kho_standing *standing)
{
	for (int i = 0; i < KHO_NR_STANDINGS; i++) {
		if (g_str_equal(text, kho_standing_text(i))) {
			*standing = i;
			return true;
		}
	}
	return false;
}

const struct kho_prediction *kho_estimate_prediction(const struct kho_estimate *estimate)
{
	for (int place = 0; place < KHO_NR_PLACES; place++)
		if (estimate->places[place].answer != KHO_ANSWER_ABSENT)
			return &estimate->places[place];
	return &estimate->places[KHO_PLACE_HOST];
}
