/* SPDX-License-Identifier: GPL-2.0-only */
/* Where recordings come from: what a person names on the command line. */
#ifndef KHO_COMMAND_SOURCES_H
#define KHO_COMMAND_SOURCES_H

#include "harness/report/recording.h"

/*
 * Reads what @names (ended by NULL) name, into an array of struct kho_recording * that frees them: a run's directory,
 * its results.json or journal.jsonl, a cell's record.json, a data set, or a directory of several of these. What is
 * named twice, also by a link, is read once. Evidence and traces of the results get absolute paths, so that reports
 * which are made of them may lie anywhere.
 *
 * Errors are KHO_ERROR_INPUT: nothing is there, a file is not as docs/results.md has it, or there is no cell in it. A
 * torn journal is said on standard error.
 */
GPtrArray *kho_sources_load(const char *const *names, GError **error);

/* All results of @recordings, in order (struct kho_result *, not owned); to be freed. */
GPtrArray *kho_sources_results(const GPtrArray *recordings);

#endif
