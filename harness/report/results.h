/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory of a run's results, and how things get into it without ever being half there:
 *
 *	BASE/latest -> STAMP		moved in one step, once there is something to see
 *	BASE/STAMP/journal.jsonl	a line per cell, synced as it ends
 *	BASE/STAMP/results.json ...	written beside their names, synced, then renamed
 *	BASE/STAMP/cells/CELL ID/	evidence
 *	BASE/STAMP/traces/HASH.trace	what first kernels asked of memblock as they booted
 *
 * A journal line counts once its newline is there: a last line without one is of a runner that was
 * killed while it wrote, and void.
 *
 * All errors are KHO_ERROR_HOST, "cannot do what to which path: why".
 */
#ifndef KHO_REPORT_RESULTS_H
#define KHO_REPORT_RESULTS_H

#include "harness/model/result.h"

struct kho_results;

/* Makes BASE (if need be) and BASE/STAMP; BASE/STAMP-2 and so on where another run was there first. */
struct kho_results *kho_results_open(const char *base, const char *utc_stamp, GError **error);
void kho_results_free(struct kho_results *results); /* NULL is fine */
typedef struct kho_results KhoResults;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoResults, kho_results_free)

const char *kho_results_directory(const struct kho_results *results); /* "BASE/STAMP" */

/* Keeps the trace of a result that has events, once for all that have the same, and sets result->trace. */
bool kho_results_keep_trace(const struct kho_results *results, struct kho_result *result, GError **error);

/* Adds a cell to the journal; on the disk when this returns. A failure leaves the lines before whole. */
bool kho_results_append(struct kho_results *results, const struct kho_result *result, GError **error);

/* Writes a file; @name is relative to the directory ("results.json", "cells/ID/record.json"). */
bool kho_results_write(const struct kho_results *results, const char *name, const char *text, GError **error);

/* Makes cells/ID/ and returns its path, to be freed. */
char *kho_results_cell_dir(const struct kho_results *results, const char *id, GError **error);

/* Lets BASE/latest point here. */
bool kho_results_publish(const struct kho_results *results, GError **error);

#endif
