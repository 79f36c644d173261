/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A data set: recorded cells in a form that can live in the repository, small and made for diffs. docs/datasets.md
 * describes it:
 *
 *	about.yaml	what the cells ran on
 *	config		the kernel's configuration
 *	machines.jsonl	geometry and memory, a line for each machine
 *	cells.jsonl	a line for each cell: everything that judging needs
 *	verdicts.txt	what the estimators were worth
 *	traces/		what first kernels asked of memblock as they booted
 */
#ifndef KHO_REPORT_DATASET_H
#define KHO_REPORT_DATASET_H

#include "harness/report/dataset_about.h"
#include "harness/report/recording.h"

#define KHO_DATASET_ABOUT    "about.yaml"
#define KHO_DATASET_CONFIG   "config"
#define KHO_DATASET_MACHINES "machines.jsonl"
#define KHO_DATASET_CELLS    "cells.jsonl"
#define KHO_DATASET_VERDICTS "verdicts.txt"
#define KHO_DATASET_TRACES   "traces"

/* --- making one --- */

/* What a result lacks so that it cannot be in a data set, in a few words; NULL: nothing. */
const char *kho_dataset_lacking(const struct kho_result *result);

/* Texts of files. */
struct kho_dataset {
	char *machines, *cells;
	GHashTable *traces; /* char * by char *: texts by the files' names, "two-even.trace" */
	guint nr_cells, nr_recordings;
};

/*
 * From @results, of struct kho_result *, none of which lacks anything, with their traces: the same whatever their
 * order. They are of one kernel pair.
 */
struct kho_dataset *kho_dataset_make(const GPtrArray *results);
void kho_dataset_free(struct kho_dataset *dataset);
typedef struct kho_dataset KhoDataset;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoDataset, kho_dataset_free)

/* A kernel's .config: the lines that set something, sorted. To be freed. */
char *kho_dataset_config(const char *config);

/* --- reading one --- */

/* Is there one in @directory? */
bool kho_dataset_is(const char *directory);

/*
 * Reads one: of each cell as many results as it has outcomes, with @seen telling how often. Errors are KHO_ERROR_INPUT,
 * "FILE:LINE: cell 'ID': key: what is wrong".
 */
struct kho_recording *kho_dataset_load(const char *directory, GError **error);

#endif
