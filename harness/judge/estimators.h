/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The estimators on the host: plug-ins, each a file with one function, and one line in the table of estimators.c. Pure.
 *
 * To add one: a name in enum kho_estimator and in kho_estimator_text(), harness/judge/predict_NAME.c, its declaration
 * below, and its line.
 */
#ifndef KHO_JUDGE_ESTIMATORS_H
#define KHO_JUDGE_ESTIMATORS_H

#include "estimator/layout.h"
#include "harness/model/result.h"

/*
 * Layout in, prediction out: fills all of @prediction, to be cleared by the caller. @layout has geometry, memory ranges
 * and scratch, and is valid (layout_of.h); where an estimator needs more and does not find it, its answer is "absent",
 * with a note that says what is missing.
 */
typedef void kho_predict(const struct kho_layout *layout, struct kho_prediction *prediction);

kho_predict kho_predict_sparsemem, kho_predict_aggregate, kho_predict_replay;

/* What @estimator says of @layout. Absent, with a note, for one that is not built yet. */
void kho_estimator_predict(enum kho_estimator estimator, const struct kho_layout *layout,
			   struct kho_prediction *prediction);

/* An answer of its own: none, and why. Copies @note. */
void kho_predict_absent(struct kho_prediction *prediction, const char *note);

#endif
