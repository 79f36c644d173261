// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/forecast.h"

#include "harness/judge/estimators.h"
#include "harness/judge/paper_difference.h"

static void check_free(struct kho_forecast_check *check)
{
	g_free(check->against);
	g_ptr_array_unref(check->differences);
	g_free(check);
}

void kho_forecast_free(struct kho_forecast *forecast)
{
	g_free(forecast->id);
	g_free(forecast->origin);
	kho_paper_free(forecast->paper);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_prediction_clear(&forecast->predictions[i]);
	g_ptr_array_unref(forecast->checks);
	g_free(forecast);
}

/* Is there anything that an estimator could speak of? */
static bool is_handover(const struct kho_paper *paper)
{
	switch (kho_paper_end(paper)) {
	case KHO_PAPER_DISABLED:
	case KHO_PAPER_REJECTED:
		return false;
	case KHO_PAPER_NOT_LOADED:
	case KHO_PAPER_LOADED:
		break;
	}
	return true;
}

static void predict(struct kho_forecast *forecast)
{
	const struct kho_layout *layout = kho_paper_layout(forecast->paper);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (is_handover(forecast->paper))
			kho_estimator_predict(i, layout, &forecast->predictions[i]);
		else
			kho_predict_absent(&forecast->predictions[i], "there is no handover");
	}
}

static struct kho_forecast *forecast_of(const struct kho_result *machine, struct kho_paper *paper, const char *spec)
{
	struct kho_forecast *forecast;

	if (!paper)
		return NULL;
	forecast = g_new0(struct kho_forecast, 1);
	forecast->id = g_strdup_printf("%s/%s/%s", machine->cell->kernel, machine->cell->topology->name, spec);
	forecast->paper = paper;
	forecast->checks = g_ptr_array_new_with_free_func((GDestroyNotify)check_free);
	predict(forecast);
	return forecast;
}

struct kho_forecast *kho_forecast_new(const struct kho_result *machine, const struct kho_scratch_spec *spec,
				      const GArray *requests, GError **error)
{
	return forecast_of(machine, kho_paper_new_loading(machine, spec, requests, error), spec->text);
}

struct kho_forecast *kho_forecast_as_is(const struct kho_result *machine, const GArray *requests, GError **error)
{
	return forecast_of(machine, kho_paper_new_as_is(machine, requests, error), "as it is");
}

void kho_forecast_check(struct kho_forecast *forecast, const struct kho_result *real, const char *against)
{
	struct kho_forecast_check *check = g_new0(struct kho_forecast_check, 1);

	check->against = g_strdup(against);
	check->differences = kho_paper_differences(forecast->paper, real);
	g_ptr_array_add(forecast->checks, check);
}

bool kho_forecast_good(const struct kho_forecast *forecast, enum kho_estimator estimator)
{
	return forecast->predictions[estimator].answer == KHO_ANSWER_SUFFICIENT;
}
