/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces of text that all reports share. What returns char * is to be freed. */
#ifndef KHO_REPORT_TEXT_H
#define KHO_REPORT_TEXT_H

#include "harness/model/result.h"

/*
 * Text that may come from a guest, made harmless: valid UTF-8, one line, and nothing in it that a
 * terminal would obey (white space becomes a space, anything else not printable a '?'). NULL gives "".
 */
char *kho_text_clean(const char *text);

/* The same, escaped for XML and HTML, inside elements and quoted attributes. */
char *kho_text_markup(const char *text);

/* The same in double quotes, for YAML: nothing in the text can end it, or be more than text. */
char *kho_text_quoted(const char *text);

/* Independent of the locale: "3.1". What is not a finite number gives "0". */
char *kho_text_decimal(double number, guint decimals);
char *kho_text_duration(double seconds); /* "41s", "3m 41s", "2h 05m" */

/* "32 MiB", or "31.5 MiB" rounded down, so that "has" never looks like enough when it is not. */
char *kho_text_mib(u64 bytes);

/* In few characters, rounded down: "4G", "2984M", "34.4M", "1469K". */
char *kho_text_short(u64 bytes);

/* What an answer amounts to: "warned" or "silent"; "skipped" and "absent" as they are. */
const char *kho_text_answer(enum kho_answer answer);

/* "TP"; for an excluded cell the reason ("load-rejected"); "not ended". */
const char *kho_text_verdict(const struct kho_result *result, enum kho_estimator estimator);

/*
 * "node 0 has 32 MiB, needs 64 MiB" or the estimator's own reason; "sufficient", with what is left and its reason where
 * it says so; else why there is no answer.
 */
char *kho_text_prediction(const struct kho_prediction *prediction);

/* How often a cell was seen with which outcome: "panicked 1, survived 2"; "" if just once. */
char *kho_text_outcomes(const struct kho_result *result);

/* What a line in expected/ would say: "survived, insufficient, FP". */
char *kho_text_expected(const struct kho_result *result); /* "not listed" where there is none */
char *kho_text_seen(const struct kho_result *result);

#endif
