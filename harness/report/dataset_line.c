// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/dataset_line.h"

#include <string.h>

#include "harness/model/kexec_segments.h"
#include "harness/report/json_value.h"
#include "harness/report/read_prediction.h"
#include "harness/report/read_result.h"

#define ANY_BYTES    G_MAXUINT64
#define MAX_OUTCOMES 1000
#define MAX_SCRATCH  4096

/* --- writing arrays --- */

static JsonArray *add_array(JsonArray *to)
{
	JsonArray *array = json_array_new();

	json_array_add_array_element(to, array);
	return array;
}

static char *line_of(JsonObject *object)
{
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);

	json_node_take_object(root, object);
	return json_text(root, false);
}

/* Of a machine or a trace. */
static const char *read_name(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *name = kho_read_text(reader, object, key);

	if (!name || kho_dataset_name_valid(name))
		return name;
	kho_read_fail(reader, object, key, "is not a name");
	return NULL;
}

/* --- machines --- */

char *kho_dataset_machine_line(const char *name, const struct kho_result *result)
{
	JsonObject *object = json_object_new();
	JsonArray *ranges = json_array_new();

	put_text(object, "machine", name);
	json_object_set_object_member(object, "geometry", geometry_object(&result->geometry));
	for (guint i = 0; i < result->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(result->ranges, struct kho_memory_range, i);
		JsonArray *triple = add_array(ranges);

		add_number(triple, range->node);
		add_number(triple, range->start);
		add_number(triple, range->end);
	}
	json_object_set_array_member(object, "ranges", ranges);
	return line_of(object);
}

struct kho_dataset_machine *kho_dataset_machine_read(struct kho_json_reader *reader, JsonObject *object)
{
	struct kho_dataset_machine *machine = g_new0(struct kho_dataset_machine, 1);
	JsonArray *ranges = kho_read_array(reader, object, "ranges", KHO_READ_RANGES_MAX);

	machine->name = g_strdup(read_name(reader, object, "machine"));
	machine->geometry = kho_read_geometry(reader, kho_read_object(reader, object, "geometry"));
	machine->ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	for (guint i = 0; i < kho_read_length(ranges); i++) {
		JsonArray *triple = kho_read_array_at(reader, object, "ranges", i, 3);
		struct kho_memory_range range = {
			.node = kho_read_number_in(reader, object, "ranges", triple, 0, KHO_READ_NODES_MAX - 1),
			.start = kho_read_number_in(reader, object, "ranges", triple, 1, ANY_BYTES),
			.end = kho_read_number_in(reader, object, "ranges", triple, 2, ANY_BYTES),
		};

		g_array_append_val(machine->ranges, range);
	}
	if (reader->error)
		g_clear_pointer(&machine, kho_dataset_machine_free);
	return machine;
}

void kho_dataset_machine_free(struct kho_dataset_machine *machine)
{
	g_free(machine->name);
	g_array_unref(machine->ranges);
	g_free(machine);
}

/* --- answers --- */

static void put_nodes(JsonObject *object, const GArray *nodes)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < nodes->len; i++) {
		const struct kho_sparsemem_node *node = &g_array_index(nodes, struct kho_sparsemem_node, i);
		JsonArray *numbers = add_array(array);

		add_number(numbers, node->map_count);
		add_number(numbers, node->required_bytes);
		add_number(numbers, node->usable_bytes);
		add_number(numbers, node->insufficient);
	}
	json_object_set_array_member(object, "nodes", array);
}

/* Keys that say nothing are left out. */
static JsonObject *answer_object(const struct kho_prediction *prediction)
{
	JsonObject *object = json_object_new();

	put_text(object, "answer", kho_answer_text(prediction->answer));
	if (prediction->answer == KHO_ANSWER_INSUFFICIENT) {
		put_number(object, "node", prediction->node);
		put_number(object, "usable_bytes", prediction->usable_bytes);
		put_number(object, "required_bytes", prediction->required_bytes);
		put_number(object, "map_count", prediction->map_count);
	}
	if (prediction->section_map_bytes)
		put_number(object, "section_map_bytes", prediction->section_map_bytes);
	if (prediction->whole_mib)
		json_object_set_boolean_member(object, "whole_mib", TRUE);
	if (prediction->nodes)
		put_nodes(object, prediction->nodes);
	if (prediction->note)
		put_text(object, "note", prediction->note);
	if (prediction->contradiction)
		put_text(object, "contradiction", prediction->contradiction);
	return object;
}

static GArray *read_nodes(struct kho_json_reader *reader, JsonObject *object)
{
	JsonArray *array = kho_read_array(reader, object, "nodes", KHO_READ_NODES_MAX);
	GArray *nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_sparsemem_node));

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonArray *numbers = kho_read_array_at(reader, object, "nodes", i, 4);
		struct kho_sparsemem_node node = {
			.map_count = kho_read_number_in(reader, object, "nodes", numbers, 0, ANY_BYTES),
			.required_bytes = kho_read_number_in(reader, object, "nodes", numbers, 1, ANY_BYTES),
			.usable_bytes = kho_read_number_in(reader, object, "nodes", numbers, 2, ANY_BYTES),
			.insufficient = kho_read_number_in(reader, object, "nodes", numbers, 3, 1),
		};

		g_array_append_val(nodes, node);
	}
	return nodes;
}

static void read_answer(struct kho_json_reader *reader, JsonObject *object, struct kho_prediction *prediction)
{
	prediction->answer = kho_read_answer(reader, object, "answer");
	if (prediction->answer == KHO_ANSWER_INSUFFICIENT) {
		prediction->node = kho_read_number(reader, object, "node", KHO_READ_NODES_MAX - 1);
		prediction->usable_bytes = kho_read_number(reader, object, "usable_bytes", ANY_BYTES);
		prediction->required_bytes = kho_read_number(reader, object, "required_bytes", ANY_BYTES);
		prediction->map_count = kho_read_number(reader, object, "map_count", ANY_BYTES);
	}
	if (kho_read_has(object, "section_map_bytes"))
		prediction->section_map_bytes = kho_read_number(reader, object, "section_map_bytes", ANY_BYTES);
	if (kho_read_has(object, "whole_mib"))
		prediction->whole_mib = kho_read_flag(reader, object, "whole_mib");
	if (kho_read_has(object, "nodes"))
		prediction->nodes = read_nodes(reader, object);
	if (kho_read_has(object, "note"))
		prediction->note = g_strdup(kho_read_text(reader, object, "note"));
	if (kho_read_has(object, "contradiction"))
		prediction->contradiction = g_strdup(kho_read_text(reader, object, "contradiction"));
}

/* The guest's is left out where it is to the letter the kernel's: the normal case. */
static void put_answers(JsonObject *object, const struct kho_result *result)
{
	const struct kho_prediction *places = result->estimates[KHO_ESTIMATOR_SPARSEMEM].places;
	g_autofree char *kernel = line_of(answer_object(&places[KHO_PLACE_KERNEL]));
	g_autofree char *guest = line_of(answer_object(&places[KHO_PLACE_GUEST]));

	json_object_set_object_member(object, "kernel", answer_object(&places[KHO_PLACE_KERNEL]));
	if (!g_str_equal(kernel, guest))
		json_object_set_object_member(object, "guest", answer_object(&places[KHO_PLACE_GUEST]));
}

static void read_answers(struct kho_json_reader *reader, JsonObject *object, struct kho_dataset_cell *cell)
{
	read_answer(reader, kho_read_object(reader, object, "kernel"), &cell->kernel);
	if (kho_read_has(object, "guest"))
		read_answer(reader, kho_read_object(reader, object, "guest"), &cell->guest);
	else
		kho_prediction_copy(&cell->kernel, &cell->guest);
}

/* --- layouts --- */

static void put_scratch(JsonObject *object, const GArray *scratch)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < scratch->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(scratch, struct kho_scratch_area, i);
		JsonArray *pair = add_array(array);

		add_number(pair, area->start);
		add_number(pair, area->size);
	}
	json_object_set_array_member(object, "scratch", array);
}

static void read_scratch(struct kho_json_reader *reader, JsonObject *object, GArray *scratch)
{
	JsonArray *array = kho_read_array(reader, object, "scratch", MAX_SCRATCH);

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonArray *pair = kho_read_array_at(reader, object, "scratch", i, 2);
		struct kho_scratch_area area = {
			.start = kho_read_number_in(reader, object, "scratch", pair, 0, ANY_BYTES),
			.size = kho_read_number_in(reader, object, "scratch", pair, 1, ANY_BYTES),
		};

		g_array_append_val(scratch, area);
	}
}

static void put_segments(JsonObject *object, const GArray *segments)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < segments->len; i++) {
		const struct kho_segment *segment = &g_array_index(segments, struct kho_segment, i);
		JsonArray *triple = add_array(array);

		json_array_add_string_element(triple, kho_segment_kind_text(segment->kind));
		add_number(triple, segment->start);
		add_number(triple, segment->size);
	}
	json_object_set_array_member(object, "segments", array);
}

static void read_segments(struct kho_json_reader *reader, JsonObject *object, GArray *segments)
{
	JsonArray *array = kho_read_array(reader, object, "segments", KHO_KEXEC_SEGMENTS_MAX);

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonArray *triple = kho_read_array_at(reader, object, "segments", i, 3);
		const char *kind = kho_read_text_in(reader, object, "segments", triple, 0);
		struct kho_segment segment = {
			.kind = kho_read_segment_kind(reader, object, "segments", kind),
			.start = kho_read_number_in(reader, object, "segments", triple, 1, ANY_BYTES),
			.size = kho_read_number_in(reader, object, "segments", triple, 2, ANY_BYTES),
		};

		g_array_append_val(segments, segment);
	}
}

static void put_trace(JsonObject *object, const struct kho_trace_delta *trace)
{
	JsonArray *array = json_array_new();

	put_text(object, "trace", trace->base);
	for (guint i = 0; i < trace->lines->len; i++) {
		const struct kho_trace_line *line = g_ptr_array_index(trace->lines, i);
		JsonArray *pair = add_array(array);

		add_number(pair, line->number);
		json_array_add_string_element(pair, line->text);
	}
	if (trace->lines->len)
		json_object_set_array_member(object, "trace_lines", array);
	else
		json_array_unref(array);
}

static struct kho_trace_delta *read_trace(struct kho_json_reader *reader, JsonObject *object)
{
	struct kho_trace_delta *trace = kho_trace_delta_new(read_name(reader, object, "trace"));
	JsonArray *array = kho_read_has(object, "trace_lines")
				   ? kho_read_array(reader, object, "trace_lines", KHO_TRACE_LINES_MAX)
				   : NULL;

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonArray *pair = kho_read_array_at(reader, object, "trace_lines", i, 2);
		guint number = kho_read_number_in(reader, object, "trace_lines", pair, 0, KHO_TRACE_LINES_MAX);
		const char *text = kho_read_text_in(reader, object, "trace_lines", pair, 1);

		if (text && strchr(text, '\n'))
			kho_read_fail(reader, object, "trace_lines", "one of them is more than a line");
		kho_trace_delta_add(trace, number, text);
	}
	return trace;
}

/* --- cells --- */

static void put_facts(JsonObject *object, const struct kho_result *result, const struct kho_trace_delta *trace)
{
	put_scratch(object, result->scratch);
	put_segments(object, result->segments);
	put_trace(object, trace);
	put_answers(object, result);
}

char *kho_dataset_facts(const struct kho_result *result, const struct kho_trace_delta *trace)
{
	JsonObject *object = json_object_new();

	put_facts(object, result, trace);
	return line_of(object);
}

static JsonArray *outcomes_array(const GArray *outcomes)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < outcomes->len; i++) {
		const struct kho_dataset_outcome *outcome = &g_array_index(outcomes, struct kho_dataset_outcome, i);
		JsonObject *object = json_object_new();

		put_text(object, "outcome", kho_outcome_text(outcome->name));
		put_number(object, "times", outcome->times);
		put_text(object, "stage", kho_stage_text(outcome->stage));
		put_text(object, "reason", outcome->reason);
		if (outcome->remark)
			put_text(object, "remark", outcome->remark);
		json_array_add_object_element(array, object);
	}
	return array;
}

char *kho_dataset_cell_line(const struct kho_result *result, const char *machine, const GArray *outcomes,
			    const struct kho_trace_delta *trace)
{
	JsonObject *object = json_object_new();

	put_text(object, "id", result->cell->id);
	put_text(object, "machine", machine);
	json_object_set_array_member(object, "outcomes", outcomes_array(outcomes));
	put_facts(object, result, trace);
	return line_of(object);
}

static void read_outcomes(struct kho_json_reader *reader, JsonObject *object, GArray *outcomes)
{
	JsonArray *array = kho_read_array(reader, object, "outcomes", MAX_OUTCOMES);

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonObject *item = kho_read_object_at(reader, object, "outcomes", i);
		struct kho_dataset_outcome outcome = {
			.name = kho_read_outcome_name(reader, item, "outcome"),
			.times = kho_read_number(reader, item, "times", KHO_SEEN_MAX),
			.stage = kho_read_stage(reader, item, "stage"),
			.reason = kho_read_text(reader, item, "reason"),
			.remark = kho_read_has(item, "remark") ? kho_read_text(reader, item, "remark") : NULL,
		};

		if (!outcome.times)
			kho_read_fail(reader, item, "times", "is 0");
		g_array_append_val(outcomes, outcome);
	}
	if (!outcomes->len)
		kho_read_fail(reader, object, "outcomes", "is empty");
}

struct kho_dataset_cell *kho_dataset_cell_read(struct kho_json_reader *reader, JsonObject *object)
{
	struct kho_dataset_cell *cell = g_new0(struct kho_dataset_cell, 1);

	cell->id = kho_read_text(reader, object, "id");
	cell->machine = read_name(reader, object, "machine");
	cell->outcomes = g_array_new(FALSE, TRUE, sizeof(struct kho_dataset_outcome));
	cell->scratch = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	cell->segments = g_array_new(FALSE, TRUE, sizeof(struct kho_segment));
	read_outcomes(reader, object, cell->outcomes);
	read_scratch(reader, object, cell->scratch);
	read_segments(reader, object, cell->segments);
	cell->trace = read_trace(reader, object);
	read_answers(reader, object, cell);
	if (reader->error)
		g_clear_pointer(&cell, kho_dataset_cell_free);
	return cell;
}

void kho_dataset_cell_free(struct kho_dataset_cell *cell)
{
	g_array_unref(cell->outcomes);
	g_array_unref(cell->scratch);
	g_array_unref(cell->segments);
	kho_trace_delta_free(cell->trace);
	kho_prediction_clear(&cell->kernel);
	kho_prediction_clear(&cell->guest);
	g_free(cell);
}
