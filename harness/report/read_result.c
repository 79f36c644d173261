// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/read_result.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/kexec_segments.h"
#include "harness/model/name.h"
#include "harness/report/read_prediction.h"
#include "harness/report/trace_file.h"

#define MAX_TEXTS 10000 /* messages about scratch, things that the probe missed */
#define ANY_BYTES G_MAXUINT64

/* --- what it is of --- */

const char *kho_read_name(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *name = kho_read_text(reader, object, key);

	if (!name || kho_name_valid(name))
		return name;
	kho_read_fail(reader, object, key, "is not a name (%s)", KHO_NAME_RULE);
	return NULL;
}

const char *kho_read_topology(struct kho_json_reader *reader, JsonObject *object)
{
	return kho_read_name(reader, object, "topology");
}

enum kho_control kho_read_kind(struct kho_json_reader *reader, JsonObject *object)
{
	enum kho_control kind = KHO_CONTROL_NONE;
	const char *text = kho_read_has(object, "kind") ? kho_read_text(reader, object, "kind") : NULL;

	if (text && !kho_control_from_text(text, &kind))
		kho_read_fail(reader, object, "kind", "is not a kind of control");
	return kind;
}

static const char *read_payload(struct kho_json_reader *reader, JsonObject *object)
{
	const char *text = kho_read_text(reader, object, "payload");
	g_autoptr(GError) error = NULL;
	struct kho_payload payload;

	if (!text || kho_payload_parse(text, &payload, &error))
		return text;
	kho_read_fail(reader, object, "payload", "%s", error->message);
	return NULL;
}

static struct kho_scratch_spec *read_spec(struct kho_json_reader *reader, JsonObject *object, enum kho_control kind)
{
	const char *text = kho_read_text_or_null(reader, object, "kho_scratch");
	bool off = kind == KHO_CONTROL_KHO_OFF;
	struct kho_scratch_spec *spec =
		text || off ? kho_scratch_spec_parse(off ? KHO_CONTROL_ANY_SCRATCH : text, NULL) : NULL;

	if (off && text)
		kho_read_fail(reader, object, "kho_scratch", "is not null, but KHO is off");
	if (!spec)
		kho_read_fail(reader, object, "kho_scratch", "is not a scratch spec");
	return spec;
}

/* The id is made of the other keys: where they contradict it, one of them was changed. */
static void check_id(struct kho_json_reader *reader, JsonObject *object, const struct kho_cell *cell)
{
	const char *id = kho_read_text(reader, object, "id");
	g_autofree char *quoted = kho_error_quote(cell->id);

	if (id && !g_str_equal(id, cell->id))
		kho_read_fail(reader, object, "id", "the other keys make it %s", quoted);
}

struct kho_cell *kho_read_cell(struct kho_json_reader *reader, JsonObject *object, const struct kho_topology *topology,
			       enum kho_control kind)
{
	const char *kernel = kho_read_name(reader, object, "kernel"),
		   *successor = kho_read_name(reader, object, "successor");
	const char *payload = kind == KHO_CONTROL_NONE ? read_payload(reader, object) : KHO_PAYLOAD_DEFAULT;
	g_autoptr(KhoScratchSpec) spec = read_spec(reader, object, kind);
	struct kho_cell *cell, *control;

	if (reader->error || !object)
		return NULL;
	cell = kho_cell_new(kernel, successor, topology, spec, payload);
	if (kind != KHO_CONTROL_NONE) {
		control = kho_cell_new_control(cell, kind, spec);
		kho_cell_free(cell);
		cell = control;
	}
	check_id(reader, object, cell);
	if (reader->error)
		g_clear_pointer(&cell, kho_cell_free);
	return cell;
}

/* --- the outcome --- */

enum kho_outcome_name kho_read_outcome_name(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	enum kho_outcome_name name = KHO_OUTCOME_LOST;
	const char *text = kho_read_text(reader, object, key);

	if (text && !kho_outcome_from_text(text, &name))
		kho_read_fail(reader, object, key, "is not an outcome");
	return name;
}

enum kho_stage kho_read_stage(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	enum kho_stage stage = KHO_STAGE_POWER_ON;
	const char *text = kho_read_text(reader, object, key);

	if (text && !kho_stage_from_text(text, &stage))
		kho_read_fail(reader, object, key, "is not a stage");
	return stage;
}

static GArray *read_memory_map(struct kho_json_reader *reader, JsonObject *object)
{
	JsonArray *array = kho_read_array_or_null(reader, object, "memory_map", KHO_READ_NODES_MAX);
	GArray *nodes;

	if (!array)
		return NULL;
	nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_map_node));
	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonObject *item = kho_read_object_at(reader, object, "memory_map", i);
		struct kho_map_node node = {
			.node = kho_read_number(reader, item, "node", KHO_READ_NODES_MAX - 1),
			.map_bytes = kho_read_number(reader, item, "map_bytes", ANY_BYTES),
			.fallen_bytes = kho_read_number(reader, item, "fallen_bytes", ANY_BYTES),
			.page_bytes = kho_read_number(reader, item, "page_bytes", ANY_BYTES),
			.foreign_bytes = kho_read_number(reader, item, "foreign_bytes", ANY_BYTES),
			.lost_bytes = kho_read_number(reader, item, "lost_bytes", ANY_BYTES),
		};

		g_array_append_val(nodes, node);
	}
	return nodes;
}

static void read_evidence(struct kho_json_reader *reader, JsonObject *outcome, struct kho_result *result)
{
	JsonObject *evidence = kho_read_object(reader, outcome, "evidence");

	g_free(result->directory);
	result->directory = g_strdup(kho_read_text_or_null(reader, evidence, "directory"));
	kho_read_text_or_null(reader, evidence, "console");
	kho_read_text_or_null(reader, evidence, "autopsy_json");
	result->outcome.autopsied = kho_read_text_or_null(reader, evidence, "autopsy") != NULL;
}

static void read_outcome(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result)
{
	struct kho_outcome *outcome = &result->outcome;

	outcome->name = kho_read_outcome_name(reader, object, "name");
	outcome->stage = kho_read_stage(reader, object, "stage");
	outcome->reason = g_strdup(kho_read_text(reader, object, "reason"));
	outcome->detail = g_strdup(kho_read_text_or_null(reader, object, "detail"));
	outcome->remark = g_strdup(kho_read_text_or_null(reader, object, "remark"));
	outcome->memory_map = read_memory_map(reader, object);
	outcome->seconds = kho_read_seconds_or_null(reader, object, "seconds");
	outcome->verdict_seconds = kho_read_seconds_or_null(reader, object, "verdict_seconds");
	outcome->first_boot_seconds = kho_read_seconds_or_null(reader, object, "first_boot_seconds");
	outcome->cpu_seconds = kho_read_seconds_or_null(reader, object, "cpu_seconds");
	read_evidence(reader, object, result);
}

/* --- what was expected --- */

static void read_expected(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result)
{
	static const char *const keys[] = { "outcome", "answer", "verdict" };
	const char *standing = kho_read_text(reader, object, "standing");
	guint listed = 0;

	if (standing && !kho_standing_from_text(standing, &result->standing))
		kho_read_fail(reader, object, "standing", "is not a standing");
	for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
		listed += kho_read_text_or_null(reader, object, keys[i]) != NULL;
	if (!listed)
		return;
	result->have_expectation = true;
	result->expectation = (struct kho_expectation){
		.outcome = kho_read_outcome_name(reader, object, "outcome"),
		.answer = kho_read_answer(reader, object, "answer"),
		.verdict = kho_read_verdict_name(reader, object, "verdict"),
	};
}

/* --- what the first kernel reported --- */

struct kho_geometry kho_read_geometry(struct kho_json_reader *reader, JsonObject *object)
{
	return (struct kho_geometry){
		.struct_page_size = kho_read_number(reader, object, "struct_page_size", ANY_BYTES),
		.page_size = kho_read_number(reader, object, "page_size", ANY_BYTES),
		.pmd_size = kho_read_number(reader, object, "pmd_size", ANY_BYTES),
		.pages_per_section = kho_read_number(reader, object, "pages_per_section", ANY_BYTES),
		.map_virtual = kho_read_flag(reader, object, "vmemmap"),
	};
}

static void read_ranges(struct kho_json_reader *reader, JsonObject *layout, GArray *ranges)
{
	JsonArray *array = kho_read_array(reader, layout, "ranges", KHO_READ_RANGES_MAX);

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonObject *item = kho_read_object_at(reader, layout, "ranges", i);
		struct kho_memory_range range = {
			.node = kho_read_number(reader, item, "node", KHO_READ_NODES_MAX - 1),
			.start = kho_read_number(reader, item, "start", ANY_BYTES),
			.end = kho_read_number(reader, item, "end", ANY_BYTES),
		};

		g_array_append_val(ranges, range);
	}
}

static void read_areas(struct kho_json_reader *reader, JsonObject *layout, const char *key, GArray *areas)
{
	JsonArray *array = kho_read_array(reader, layout, key, KHO_READ_RANGES_MAX);

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonObject *item = kho_read_object_at(reader, layout, key, i);
		struct kho_scratch_area area = {
			.start = kho_read_number(reader, item, "start", ANY_BYTES),
			.size = kho_read_number(reader, item, "size", ANY_BYTES),
		};

		g_array_append_val(areas, area);
	}
}

enum kho_segment_kind kho_read_segment_kind(struct kho_json_reader *reader, JsonObject *object, const char *key,
					    const char *text)
{
	enum kho_segment_kind kind = KHO_SEGMENT_OTHER;

	if (text && !kho_segment_kind_from_text(text, &kind))
		kho_read_fail(reader, object, key, "is not a kind of segment");
	return kind;
}

/* Not every version wrote them. */
static void read_segments(struct kho_json_reader *reader, JsonObject *layout, GArray *segments)
{
	JsonArray *array = kho_read_has(layout, "segments")
				   ? kho_read_array(reader, layout, "segments", KHO_KEXEC_SEGMENTS_MAX)
				   : NULL;

	for (guint i = 0; i < kho_read_length(array); i++) {
		JsonObject *item = kho_read_object_at(reader, layout, "segments", i);
		struct kho_segment segment = {
			.kind = kho_read_segment_kind(reader, item, "kind", kho_read_text(reader, item, "kind")),
			.start = kho_read_number(reader, item, "start", ANY_BYTES),
			.size = kho_read_number(reader, item, "size", ANY_BYTES),
		};

		g_array_append_val(segments, segment);
	}
}

static void read_trace(struct kho_json_reader *reader, JsonObject *layout, struct kho_result *result)
{
	result->trace = kho_read_has(layout, "trace") ? g_strdup(kho_read_text(reader, layout, "trace")) : NULL;
	/* A report that was made anew lies elsewhere, and says where they are. */
	if (result->trace && !kho_trace_name_valid(result->trace) && !g_path_is_absolute(result->trace))
		kho_read_fail(reader, layout, "trace", "is not the name of a trace");
}

static void read_texts(struct kho_json_reader *reader, JsonObject *object, const char *key, GPtrArray *texts)
{
	JsonArray *array = kho_read_array(reader, object, key, MAX_TEXTS);

	for (guint i = 0; i < kho_read_length(array); i++)
		g_ptr_array_add(texts, g_strdup(kho_read_text_at(reader, object, key, i) ?: ""));
}

static void read_layout(struct kho_json_reader *reader, JsonObject *layout, struct kho_result *result)
{
	JsonObject *releases = kho_read_object(reader, layout, "releases");
	JsonObject *geometry = kho_read_object_or_null(reader, layout, "geometry");

	result->first_release = g_strdup(kho_read_text_or_null(reader, releases, "first"));
	result->successor_release = g_strdup(kho_read_text_or_null(reader, releases, "successor"));
	result->have_geometry = geometry != NULL;
	if (geometry)
		result->geometry = kho_read_geometry(reader, geometry);
	read_ranges(reader, layout, result->ranges);
	read_areas(reader, layout, "scratch", result->scratch);
	if (kho_read_has(layout, "preserved"))
		read_areas(reader, layout, "preserved", result->preserved);
	read_segments(reader, layout, result->segments);
	read_trace(reader, layout, result);
	read_texts(reader, layout, "warnings", result->warnings);
	read_texts(reader, layout, "missing", result->missing);
	if (kho_read_has(layout, "unlike"))
		result->unlike = g_strdup(kho_read_text_or_null(reader, layout, "unlike"));
}

/* --- all of it --- */

bool kho_read_control(struct kho_json_reader *reader, JsonObject *object, enum kho_control kind,
		      enum kho_outcome_name *outcome)
{
	JsonObject *controls = kho_read_object(reader, object, "controls");

	if (!kho_read_text_or_null(reader, controls, kho_control_text(kind)))
		return false;
	*outcome = kho_read_outcome_name(reader, controls, kho_control_text(kind));
	return true;
}

/* Recordings that were taken together; not every version wrote it. */
static void read_seen(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result)
{
	JsonObject *seen = kho_read_has(object, "seen") ? kho_read_object(reader, object, "seen") : NULL;

	for (int i = 0; seen && i < KHO_NR_OUTCOMES; i++)
		if (kho_read_has(seen, kho_outcome_text(i)))
			result->seen[i] = kho_read_number(reader, seen, kho_outcome_text(i), KHO_SEEN_MAX);
}

static void read_nothing(struct kho_json_reader *reader, JsonObject *object, const char *const *keys)
{
	for (; *keys; keys++)
		if (kho_read_has(object, *keys))
			kho_read_fail(reader, object, *keys, "is not null, but the run was interrupted before it");
}

/* Not every version wrote these. */
static void read_control(struct kho_json_reader *reader, JsonObject *object, struct kho_result *control)
{
	if (kho_read_has(object, "layout"))
		read_layout(reader, kho_read_object(reader, object, "layout"), control);
	if (!kho_read_has(object, "expected"))
		return;
	control->have_expectation = true;
	control->expectation.outcome = kho_read_outcome_name(reader, object, "expected");
}

void kho_read_result(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result)
{
	static const char *const findings[] = { "outcome",  "predictions", "verdict", "disagreement",
						"expected", "layout",	   NULL };

	result->ended = kho_read_flag(reader, object, "ended");
	read_seen(reader, object, result);
	if (!result->ended) {
		read_nothing(reader, object, findings);
		return;
	}
	read_outcome(reader, kho_read_object(reader, object, "outcome"), result);
	if (result->cell->control != KHO_CONTROL_NONE) {
		read_control(reader, object, result);
		return;
	}
	kho_read_estimates(reader, object, result);
	read_expected(reader, kho_read_object(reader, object, "expected"), result);
	read_layout(reader, kho_read_object(reader, object, "layout"), result);
}
