/* SPDX-License-Identifier: GPL-2.0-only */
/* Advice for people and for programs. What returns char * is to be freed. */
#ifndef KHO_REPORT_ADVICE_TEXT_H
#define KHO_REPORT_ADVICE_TEXT_H

#include "harness/judge/advice.h"
#include "harness/judge/forecast.h"

/* All borrowed. */
struct kho_advice_report {
	const char *machine;	  /* "6.19-x86_64/two-even" */
	const char *origin;	  /* where its first boot is from */
	const GPtrArray *unknown; /* of char *: what could not be read, or is not what it should be; may be NULL */
	const struct kho_advice *advices[KHO_NR_ESTIMATORS]; /* NULL: not asked */
	const struct kho_forecast
		*as_is; /* with the scratch that the machine has now; NULL: it has none, or not known */
	unsigned int tries;
	double seconds;
};

/*
 * Whose advice counts: replay's, if it has any; else, unless it has no hope, that of the next best. KHO_NR_ESTIMATORS:
 * nobody's.
 */
enum kho_estimator kho_advice_best(const struct kho_advice_report *report);

char *kho_advice_text(const struct kho_advice_report *report);
char *kho_advice_json(const struct kho_advice_report *report); /* docs/predicting.md describes every key */

#endif
