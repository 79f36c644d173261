/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a data set's machines.jsonl and cells.jsonl: written from results, and read back into them. docs/datasets.md
 * describes every key; change them together. Pure.
 */
#ifndef KHO_REPORT_DATASET_LINE_H
#define KHO_REPORT_DATASET_LINE_H

#include "harness/model/result.h"
#include "harness/report/dataset_trace.h"
#include "harness/report/json_reader.h"

/* --- machines.jsonl: what all cells of a topology have in common --- */

/* A line without its newline, to be freed; only geometry and ranges of @result count. */
char *kho_dataset_machine_line(const char *name, const struct kho_result *result);

struct kho_dataset_machine {
	char *name;
	struct kho_geometry geometry;
	GArray *ranges; /* of struct kho_memory_range */
};

/* NULL: the reader has an error. */
struct kho_dataset_machine *kho_dataset_machine_read(struct kho_json_reader *reader, JsonObject *object);
void kho_dataset_machine_free(struct kho_dataset_machine *machine);

/* --- cells.jsonl --- */

/* An outcome of a cell, and how often it was seen. Borrows its texts. */
struct kho_dataset_outcome {
	enum kho_outcome_name name;
	enum kho_stage stage;
	const char *reason, *remark; /* remark may be NULL */
	guint times;
};

/*
 * What recordings of a cell must have in common to be one line: scratch, segments, trace and the answers of kernel and
 * guest. The same text for the same, to be freed.
 */
char *kho_dataset_facts(const struct kho_result *result, const struct kho_trace_delta *trace);

/* A line without its newline, to be freed. @outcomes: of struct kho_dataset_outcome. */
char *kho_dataset_cell_line(const struct kho_result *result, const char *machine, const GArray *outcomes,
			    const struct kho_trace_delta *trace);

struct kho_dataset_cell {
	const char *id, *machine; /* the document's */
	GArray *outcomes;	  /* of struct kho_dataset_outcome, with texts of the document */
	struct kho_trace_delta *trace;
	GArray *scratch, *segments;
	struct kho_prediction kernel, guest;
};

/* NULL: the reader has an error. */
struct kho_dataset_cell *kho_dataset_cell_read(struct kho_json_reader *reader, JsonObject *object);
void kho_dataset_cell_free(struct kho_dataset_cell *cell);

#endif
