/* SPDX-License-Identifier: GPL-2.0-only */
/* Forecasts for people and for programs. What returns char * is to be freed. */
#ifndef KHO_REPORT_FORECAST_TEXT_H
#define KHO_REPORT_FORECAST_TEXT_H

#include <json-glib/json-glib.h>

#include "harness/judge/forecast.h"

/* A few lines: areas, segments, what each estimator says and why, and how it differs from what was recorded. */
char *kho_forecast_text(const struct kho_forecast *forecast);

/* JSON: an array of them (of struct kho_forecast *); docs/predicting.md describes every key. */
char *kho_forecast_json(const GPtrArray *forecasts);

/* One of them. */
JsonObject *kho_forecast_object(const struct kho_forecast *forecast);

#endif
