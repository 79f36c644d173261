// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/recording.h"

#include <string.h>

#include "harness/judge/run.h"
#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/plain_file.h"
#include "harness/report/json.h"
#include "harness/report/read_prediction.h"
#include "harness/report/read_result.h"
#include "harness/report/trace_file.h"

#define MAX_CELLS   1000000
#define MAX_KERNELS 1000
#define MAX_JOBS    1000000
#define MAX_TRACE   (16UL << 20) /* bytes */

/* --- what results point to --- */

struct kho_recording *kho_recording_new(const char *path)
{
	struct kho_recording *recording = g_new0(struct kho_recording, 1);

	recording->path = g_strdup(path);
	recording->directory = g_path_get_dirname(path);
	recording->run = kho_run_new();
	recording->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	recording->topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);
	recording->stand_ins = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	return recording;
}

void kho_recording_free(struct kho_recording *recording)
{
	kho_run_free(recording->run);
	g_ptr_array_unref(recording->stand_ins);
	g_ptr_array_unref(recording->cells);
	g_ptr_array_unref(recording->topologies);
	g_free(recording->path);
	g_free(recording->directory);
	kho_dataset_about_free(recording->about);
	g_free(recording->config);
	g_free(recording);
}

const struct kho_topology *kho_recording_topology(struct kho_recording *recording, const char *name)
{
	struct kho_topology *topology;

	for (guint i = 0; i < recording->topologies->len; i++) {
		topology = g_ptr_array_index(recording->topologies, i);
		if (g_str_equal(topology->name, name))
			return topology;
	}
	topology = kho_topology_new(name, "");
	g_ptr_array_add(recording->topologies, topology);
	return topology;
}

/* --- controls --- */

static const struct kho_result *find_control(const GPtrArray *controls, const struct kho_cell *cell,
					     enum kho_control kind, enum kho_outcome_name outcome)
{
	for (guint i = 0; i < controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(controls, i);

		if (control->cell->control == kind && control->ended && control->outcome.name == outcome &&
		    kho_cell_same_machine(control->cell, cell))
			return control;
	}
	return NULL;
}

static const struct kho_result *add_stand_in(struct kho_recording *recording, const struct kho_cell *cell,
					     enum kho_control kind, enum kho_outcome_name outcome)
{
	struct kho_cell *control_cell = kho_cell_new_control(cell, kind, cell->scratch);
	struct kho_result *control = kho_result_new(control_cell);

	control->ended = true;
	control->outcome = (struct kho_outcome){ .name = outcome, .reason = g_strdup("not recorded") };
	g_ptr_array_add(recording->cells, control_cell);
	g_ptr_array_add(recording->stand_ins, control);
	return control;
}

/* Cells of runs that were taken together may have had controls that ended in another way than the one that is listed.
 */
static void link_control(struct kho_recording *recording, struct kho_json_reader *reader, JsonObject *object,
			 struct kho_result *result, enum kho_control kind)
{
	enum kho_outcome_name outcome;

	if (!kho_read_control(reader, object, kind, &outcome) || reader->error)
		return;
	result->controls[kind] = find_control(recording->run->controls, result->cell, kind, outcome) ?:
				 find_control(recording->stand_ins, result->cell, kind, outcome) ?:
				 add_stand_in(recording, result->cell, kind, outcome);
}

/* --- a control or cell --- */

static struct kho_result *read_result(struct kho_recording *recording, struct kho_json_reader *reader,
				      JsonObject *object, enum kho_control kind)
{
	const char *topology = kho_read_topology(reader, object);
	struct kho_cell *cell =
		topology ? kho_read_cell(reader, object, kho_recording_topology(recording, topology), kind) : NULL;
	struct kho_result *result;

	if (!cell)
		return NULL;
	g_ptr_array_add(recording->cells, cell);
	result = kho_result_new(cell);
	kho_read_result(reader, object, result);
	return result;
}

static void take_control(struct kho_recording *recording, struct kho_json_reader *reader, JsonObject *object)
{
	enum kho_control kind = kho_read_kind(reader, object);
	struct kho_result *control;

	if (kind == KHO_CONTROL_NONE)
		kho_read_fail(reader, object, "kind", "is missing");
	control = read_result(recording, reader, object, kind);
	if (control)
		g_ptr_array_add(recording->run->controls, control);
}

static void take_cell(struct kho_recording *recording, struct kho_json_reader *reader, JsonObject *object)
{
	struct kho_result *result = read_result(recording, reader, object, KHO_CONTROL_NONE);

	if (!result)
		return;
	g_ptr_array_add(recording->run->results, result);
	for (int kind = KHO_CONTROL_NONE + 1; kind < KHO_NR_CONTROLS; kind++)
		link_control(recording, reader, object, result, kind);
}

/* --- a run --- */

static void read_counts(struct kho_json_reader *reader, JsonObject *object, struct kho_confusion *confusion)
{
	JsonObject *excluded = kho_read_object(reader, object, "excluded");
	JsonObjectIter iter;
	const char *reason;
	JsonNode *node;

	confusion->tp = kho_read_number(reader, object, "tp", MAX_CELLS);
	confusion->fp = kho_read_number(reader, object, "fp", MAX_CELLS);
	confusion->tn = kho_read_number(reader, object, "tn", MAX_CELLS);
	confusion->fn = kho_read_number(reader, object, "fn", MAX_CELLS);
	if (!excluded)
		return;
	json_object_iter_init(&iter, excluded);
	while (json_object_iter_next(&iter, &reason, &node)) {
		guint count = kho_read_number(reader, excluded, reason, MAX_CELLS);

		if (!kho_read_is_word(reason))
			kho_read_fail(reader, excluded, NULL, "has a key that is not a word of small letters and '-'");
		else
			g_hash_table_insert(confusion->excluded, (gpointer)g_intern_string(reason),
					    GUINT_TO_POINTER(count));
	}
}

static void read_confusion(struct kho_json_reader *reader, JsonObject *root, const struct kho_run *run)
{
	JsonObject *confusion = kho_read_object(reader, root, "confusion");

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const char *name = kho_estimator_text(i);
		JsonObject *kernels = i == KHO_ESTIMATOR_SPARSEMEM || kho_read_has(confusion, name)
					      ? kho_read_object(reader, confusion, name)
					      : NULL;

		for (guint k = 0; kernels && k < run->kernels->len; k++) {
			struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, k);

			read_counts(reader, kho_read_object(reader, kernels, kernel->name), &kernel->confusion[i]);
		}
	}
}

/* "FIRST" or "FIRST>SUCCESSOR", as cells begin with it. */
static bool is_pair(const char *name)
{
	g_auto(GStrv) names = g_strsplit(name, ">", 2);

	return names[0] && kho_name_valid(names[0]) && (!names[1] || kho_name_valid(names[1]));
}

static void read_kernel(struct kho_json_reader *reader, JsonObject *object, struct kho_run *run)
{
	const char *name = kho_read_text(reader, object, "name");
	struct kho_run_kernel *kernel;

	if (!name)
		return;
	if (!is_pair(name) || kho_run_kernel_of(run, name)) {
		kho_read_fail(reader, object, "name", "is not the name of another kernel");
		return;
	}
	kernel = kho_run_add_kernel(run, name);
	kernel->release = g_strdup(kho_read_text_or_null(reader, object, "release"));
	kernel->source_hash = g_strdup(kho_read_text_or_null(reader, object, "source_hash"));
	kernel->key = g_strdup(kho_read_text_or_null(reader, object, "key"));
	kernel->carries_estimator = kho_read_flag(reader, object, "carries_estimator");
	kernel->have_expectations = kho_read_flag(reader, object, "have_expectations");
}

static void read_shard(struct kho_json_reader *reader, JsonObject *root, struct kho_shard *shard)
{
	JsonObject *object = kho_read_has(root, "shard") ? kho_read_object(reader, root, "shard") : NULL;
	JsonArray *planned;

	if (!object)
		return;
	shard->index = kho_read_number(reader, object, "index", KHO_SHARDS_MAX);
	shard->count = kho_read_number(reader, object, "count", KHO_SHARDS_MAX);
	shard->planned = g_ptr_array_new_with_free_func(g_free);
	planned = kho_read_array(reader, object, "planned", MAX_CELLS);
	for (guint i = 0; i < kho_read_length(planned); i++)
		g_ptr_array_add(shard->planned, g_strdup(kho_read_text_at(reader, object, "planned", i) ?: ""));
	if (shard->index < 1 || shard->index > shard->count)
		kho_read_fail(reader, object, "index", "is not one of 1 to count");
}

static void read_run(struct kho_json_reader *reader, JsonObject *root, struct kho_run *run)
{
	JsonArray *kernels;

	run->started = g_strdup(kho_read_text_or_null(reader, root, "started"));
	run->seconds = kho_read_seconds_or_null(reader, root, "seconds");
	run->interrupted = kho_read_flag(reader, root, "interrupted");
	run->matrix = g_strdup(kho_read_text_or_null(reader, root, "matrix"));
	run->accel = g_strdup(kho_read_text_or_null(reader, root, "accel"));
	run->qemu_version = g_strdup(kho_read_text_or_null(reader, root, "qemu"));
	run->jobs = kho_read_number(reader, root, "jobs", MAX_JOBS);
	read_shard(reader, root, &run->shard);
	kernels = kho_read_array(reader, root, "kernels", MAX_KERNELS);
	for (guint i = 0; i < kho_read_length(kernels); i++)
		read_kernel(reader, kho_read_object_at(reader, root, "kernels", i), run);
	read_confusion(reader, root, run);
}

/* Cells tell which kernels there were, where nothing else does. */
static void add_kernels(struct kho_run *run)
{
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *name = kho_run_kernel_name(result->cell->id);
		struct kho_run_kernel *kernel = kho_run_kernel_of(run, name) ?: kho_run_add_kernel(run, name);

		kernel->have_expectations |= result->ended && result->standing != KHO_STANDING_UNLISTED;
	}
}

/* Nothing is listed twice, and no cell is of a kernel that is not listed. */
static void check_ids(struct kho_json_reader *reader, JsonObject *root, const char *key, const GPtrArray *results,
		      const struct kho_run *run)
{
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < results->len && !reader->error; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);
		JsonObject *object = kho_read_object_at(reader, root, key, i);

		if (!g_hash_table_add(ids, result->cell->id))
			kho_read_fail(reader, object, "id", "is there twice");
		if (result->cell->control == KHO_CONTROL_NONE && !kho_run_kernel_of(run, result->cell->id))
			kho_read_fail(reader, object, "kernel", "is not in the file's list");
	}
}

static void read_whole_run(struct kho_json_reader *reader, JsonObject *root, struct kho_recording *recording)
{
	JsonArray *controls, *cells;

	if (kho_read_number(reader, root, "schema_version", G_MAXUINT64) != KHO_JSON_SCHEMA_VERSION)
		kho_read_fail(reader, root, "schema_version", "is not %d, which is what this program reads",
			      KHO_JSON_SCHEMA_VERSION);
	read_run(reader, root, recording->run);
	controls = kho_read_array(reader, root, "controls", MAX_CELLS);
	for (guint i = 0; i < kho_read_length(controls) && !reader->error; i++)
		take_control(recording, reader, kho_read_object_at(reader, root, "controls", i));
	cells = kho_read_array(reader, root, "cells", MAX_CELLS);
	for (guint i = 0; i < kho_read_length(cells) && !reader->error; i++)
		take_cell(recording, reader, kho_read_object_at(reader, root, "cells", i));
	check_ids(reader, root, "controls", recording->run->controls, recording->run);
	check_ids(reader, root, "cells", recording->run->results, recording->run);
}

/* --- traces --- */

static GArray *load_trace(const struct kho_recording *recording, const char *name, GError **error)
{
	g_autofree char *path =
		g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(recording->directory, name, NULL);
	gsize length;
	g_autofree char *text = kho_plain_file_read(path, MAX_TRACE, &length, error);

	return text ? kho_trace_parse(path, text, error) : NULL;
}

bool kho_recording_load_traces(struct kho_recording *recording, GError **error)
{
	g_autoptr(GHashTable) traces =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

	for (guint i = 0; i < recording->run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(recording->run->results, i);
		GArray *events = result->trace ? g_hash_table_lookup(traces, result->trace) : NULL;

		if (!result->trace)
			continue;
		if (!events) {
			events = load_trace(recording, result->trace, error);
			if (!events)
				return false;
			g_hash_table_insert(traces, result->trace, events);
		}
		g_array_unref(result->events);
		result->events = g_array_ref(events);
	}
	return true;
}

/* --- files --- */

struct kho_recording *kho_recording_parse_run(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoJsonDocument) document = kho_json_document_parse(path, 1, text, length, error);
	g_autoptr(KhoRecording) recording = NULL;
	struct kho_json_reader reader = { .document = document };

	if (!document)
		return NULL;
	recording = kho_recording_new(path);
	read_whole_run(&reader, kho_json_document_root(document), recording);
	return kho_read_end(&reader, error) ? g_steal_pointer(&recording) : NULL;
}

/* A line of a journal, or a file of its own. */
static bool take_record(struct kho_recording *recording, guint line, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoJsonDocument) document = kho_json_document_parse(recording->path, line, text, length, error);
	struct kho_json_reader reader = { .document = document };
	JsonObject *root;

	if (!document)
		return false;
	root = kho_json_document_root(document);
	if (kho_read_kind(&reader, root) == KHO_CONTROL_NONE)
		take_cell(recording, &reader, root);
	else
		take_control(recording, &reader, root);
	return kho_read_end(&reader, error);
}

/* The record of a cell is in the cell's own directory, deep in that of its run. */
static void leave_cell(struct kho_recording *recording)
{
	const struct kho_result *result =
		recording->run->results->len ? g_ptr_array_index(recording->run->results, 0) : NULL;
	const char *cell = result ? result->directory : NULL;
	gsize run;

	if (!cell || !g_str_has_suffix(recording->directory, cell))
		return;
	run = strlen(recording->directory) - strlen(cell);
	if (run == 0)
		strcpy(recording->directory, ".");
	else if (recording->directory[run - 1] == '/')
		recording->directory[run - 1] = '\0';
}

struct kho_recording *kho_recording_parse_cell(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoRecording) recording = kho_recording_new(path);

	if (!take_record(recording, 1, text, length, error))
		return NULL;
	add_kernels(recording->run);
	leave_cell(recording);
	return g_steal_pointer(&recording);
}

struct kho_recording *kho_recording_parse_journal(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoRecording) recording = kho_recording_new(path);
	const char *end = text + length, *newline;
	guint number = 1;

	for (const char *line = text; (newline = memchr(line, '\n', end - line)); line = newline + 1, number++) {
		g_autofree char *one = g_strndup(line, newline - line);

		if (!take_record(recording, number, one, newline - line, error))
			return NULL;
		recording->torn = newline + 1 != end;
	}
	recording->torn |= number == 1 && length;
	add_kernels(recording->run);
	return g_steal_pointer(&recording);
}

/* A cell's record begins with its id, a run's with the version. */
static bool is_run(const char *text)
{
	const char *key = text + strspn(text, " \t\r\n{");

	return g_str_has_prefix(key, "\"schema_version\"");
}

static struct kho_recording *parse(const char *path, GError **error)
{
	gsize length;
	g_autofree char *text = kho_plain_file_read(path, KHO_RECORDING_MOST, &length, error);

	if (!text)
		return NULL;
	if (g_str_has_suffix(path, ".jsonl"))
		return kho_recording_parse_journal(path, text, length, error);
	if (is_run(text))
		return kho_recording_parse_run(path, text, length, error);
	return kho_recording_parse_cell(path, text, length, error);
}

struct kho_recording *kho_recording_load(const char *path, GError **error)
{
	g_autoptr(KhoRecording) recording = parse(path, error);

	return recording && kho_recording_load_traces(recording, error) ? g_steal_pointer(&recording) : NULL;
}
