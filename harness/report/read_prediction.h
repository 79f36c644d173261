/* SPDX-License-Identifier: GPL-2.0-only */
/* What the estimators said of a recorded cell, and what was made of it: read back from JSON (docs/results.md). */
#ifndef KHO_REPORT_READ_PREDICTION_H
#define KHO_REPORT_READ_PREDICTION_H

#include "harness/model/result.h"
#include "harness/report/json_reader.h"

#define KHO_READ_NODES_MAX 1024 /* NODES_SHIFT is at most 10 */

/*
 * Reads predictions, verdict and disagreement of the cell @object, for all estimators. Those that it does not know are
 * passed over; one that is known only today is absent, and its verdict excluded as KHO_NOT_RECORDED.
 */
void kho_read_estimates(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result);

/* "insufficient" and so on. */
enum kho_answer kho_read_answer(struct kho_json_reader *reader, JsonObject *object, const char *key);
enum kho_verdict_name kho_read_verdict_name(struct kho_json_reader *reader, JsonObject *object, const char *key);

/* A short fixed word, such as a reason for exclusion: interned. */
const char *kho_read_word(struct kho_json_reader *reader, JsonObject *object, const char *key);
bool kho_read_is_word(const char *text);

#endif
