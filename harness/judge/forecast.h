/* SPDX-License-Identifier: GPL-2.0-only */
/* A forecast: what becomes of a handover that nobody tries, laid out on paper and put to the estimators. Pure. */
#ifndef KHO_JUDGE_FORECAST_H
#define KHO_JUDGE_FORECAST_H

#include "harness/judge/paper_layout.h"

/* Where it was held against a recorded cell. */
struct kho_forecast_check {
	char *against;		/* which one */
	GPtrArray *differences; /* of char *; empty: there are none */
};

struct kho_forecast {
	char *id;     /* "6.19-x86_64/two-even/16M,128M,32M" */
	char *origin; /* where the machine's first boot is from, in a few words */
	struct kho_paper *paper;
	struct kho_prediction predictions[KHO_NR_ESTIMATORS]; /* all absent where there is no handover */
	GPtrArray *checks; /* of struct kho_forecast_check *, for the caller to fill */
	double seconds;	   /* that it took, for the caller to fill */
};

/*
 * @machine: a first boot, recorded or scaled; it must outlive the forecast. @requests: what is loaded, as of
 * kho_paper_new_loading(). Errors are KHO_ERROR_INPUT.
 */
struct kho_forecast *kho_forecast_new(const struct kho_result *machine, const struct kho_scratch_spec *spec,
				      const GArray *requests, GError **error);
/* The same for the scratch that @machine really has. */
struct kho_forecast *kho_forecast_as_is(const struct kho_result *machine, const GArray *requests, GError **error);
void kho_forecast_free(struct kho_forecast *forecast);
typedef struct kho_forecast KhoForecast;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoForecast, kho_forecast_free)

/* Holds it against @real, called @against, which is the same cell. */
void kho_forecast_check(struct kho_forecast *forecast, const struct kho_result *real, const char *against);

/* A handover takes place, and @estimator says that scratch suffices. */
bool kho_forecast_good(const struct kho_forecast *forecast, enum kho_estimator estimator);

#endif
