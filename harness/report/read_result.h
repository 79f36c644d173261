/* SPDX-License-Identifier: GPL-2.0-only */
/* A recorded cell or control, read back from JSON (docs/results.md, a cell and a control): what json.h writes. */
#ifndef KHO_REPORT_READ_RESULT_H
#define KHO_REPORT_READ_RESULT_H

#include "harness/model/result.h"
#include "harness/report/json_reader.h"

/* Most of what a file can list of one cell: far beyond any machine, and no more than a reader can take. */
#define KHO_READ_RANGES_MAX 65536

/* A name, as of kernels and topologies (name.h). */
const char *kho_read_name(struct kho_json_reader *reader, JsonObject *object, const char *key);

/* The topology's name. NULL: the reader has an error. */
const char *kho_read_topology(struct kho_json_reader *reader, JsonObject *object);

/*
 * The cell that @object is of, to be freed; @topology goes by kho_read_topology(), and is borrowed. The id must be what
 * the other keys make it. @kind: of a control; KHO_CONTROL_NONE: it is a cell. NULL: the reader has an error.
 */
struct kho_cell *kho_read_cell(struct kho_json_reader *reader, JsonObject *object, const struct kho_topology *topology,
			       enum kho_control kind);

/* "ample", "kho-off"; KHO_CONTROL_NONE: @object has no kind, and so is a cell. */
enum kho_control kho_read_kind(struct kho_json_reader *reader, JsonObject *object);

/* Everything of a new result but its controls. After an error it holds what was read until then. */
void kho_read_result(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result);

/* The outcome's name of the control @kind of a cell's machine. False: not run, or not ended. */
bool kho_read_control(struct kho_json_reader *reader, JsonObject *object, enum kho_control kind,
		      enum kho_outcome_name *outcome);

/* An outcome's name. */
enum kho_outcome_name kho_read_outcome_name(struct kho_json_reader *reader, JsonObject *object, const char *key);
enum kho_stage kho_read_stage(struct kho_json_reader *reader, JsonObject *object, const char *key);

/* What @text stands for, which was read from @object's @key. */
enum kho_segment_kind kho_read_segment_kind(struct kho_json_reader *reader, JsonObject *object, const char *key,
					    const char *text);

struct kho_geometry kho_read_geometry(struct kho_json_reader *reader, JsonObject *object);

#endif
