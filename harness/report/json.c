// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/json.h"

#include "harness/judge/statistics.h"
#include "harness/report/json_value.h"
#include "harness/report/tally.h"

/* --- predictions --- */

static JsonArray *nodes_array(const GArray *nodes)
{
	JsonArray *array = json_array_new();

	for (guint nid = 0; nid < nodes->len; nid++) {
		const struct kho_sparsemem_node *node = &g_array_index(nodes, struct kho_sparsemem_node, nid);
		JsonObject *object = json_object_new();

		put_number(object, "node", nid);
		put_number(object, "usable_bytes", node->usable_bytes);
		put_number(object, "required_bytes", node->required_bytes);
		put_number(object, "map_count", node->map_count);
		json_object_set_boolean_member(object, "insufficient", node->insufficient);
		json_array_add_object_element(array, object);
	}
	return array;
}

static JsonObject *prediction_object(const struct kho_prediction *prediction)
{
	JsonObject *object = json_object_new();
	bool worst = prediction->answer == KHO_ANSWER_INSUFFICIENT;
	bool computed = worst || prediction->answer == KHO_ANSWER_SUFFICIENT;

	put_text(object, "answer", kho_answer_text(prediction->answer));
	put_known(object, "node", worst, prediction->node);
	put_known(object, "usable_bytes", worst, prediction->usable_bytes);
	put_known(object, "required_bytes", worst, prediction->required_bytes);
	put_known(object, "map_count", worst, prediction->map_count);
	/* A kernel that was silent has not told this either. */
	put_known(object, "section_map_bytes", computed && prediction->section_map_bytes,
		  prediction->section_map_bytes);
	json_object_set_boolean_member(object, "whole_mib", prediction->whole_mib);
	if (prediction->nodes)
		json_object_set_array_member(object, "nodes", nodes_array(prediction->nodes));
	else
		json_object_set_null_member(object, "nodes");
	put_text(object, "note", prediction->note);
	put_text(object, "contradiction", prediction->contradiction);
	put_text(object, "reason", prediction->reason);
	put_known(object, "left_bytes", prediction->have_left, prediction->left_bytes);
	return object;
}

static JsonObject *places_object(const struct kho_estimate *estimate)
{
	JsonObject *object = json_object_new();

	for (int place = 0; place < KHO_NR_PLACES; place++)
		json_object_set_object_member(object, kho_place_text(place),
					      prediction_object(&estimate->places[place]));
	return object;
}

/* --- outcome, verdict, expectation --- */

static JsonArray *memory_map_array(const GArray *nodes)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < nodes->len; i++) {
		const struct kho_map_node *node = &g_array_index(nodes, struct kho_map_node, i);
		JsonObject *object = json_object_new();

		put_number(object, "node", node->node);
		put_number(object, "map_bytes", node->map_bytes);
		put_number(object, "fallen_bytes", node->fallen_bytes);
		put_number(object, "page_bytes", node->page_bytes);
		put_number(object, "foreign_bytes", node->foreign_bytes);
		put_number(object, "lost_bytes", node->lost_bytes);
		json_array_add_object_element(array, object);
	}
	return array;
}

static JsonObject *evidence_object(const struct kho_result *result)
{
	bool kept = result->directory != NULL, autopsied = kept && result->outcome.autopsied;
	g_autofree char *console = g_build_filename(result->directory ?: "", "console.log", NULL);
	g_autofree char *text = g_build_filename(result->directory ?: "", "autopsy.txt", NULL);
	g_autofree char *json = g_build_filename(result->directory ?: "", "autopsy.json", NULL);
	JsonObject *object = json_object_new();

	put_text(object, "directory", result->directory);
	put_text(object, "console", kept ? console : NULL);
	put_text(object, "autopsy", autopsied ? text : NULL);
	put_text(object, "autopsy_json", autopsied ? json : NULL);
	return object;
}

static JsonObject *outcome_object(const struct kho_result *result)
{
	const struct kho_outcome *outcome = &result->outcome;
	JsonObject *object = json_object_new();

	put_text(object, "name", kho_outcome_text(outcome->name));
	put_text(object, "stage", kho_stage_text(outcome->stage));
	put_text(object, "reason", outcome->reason);
	put_text(object, "detail", outcome->detail);
	put_text(object, "remark", outcome->remark);
	if (outcome->memory_map)
		json_object_set_array_member(object, "memory_map", memory_map_array(outcome->memory_map));
	else
		json_object_set_null_member(object, "memory_map");
	put_seconds(object, "seconds", outcome->seconds);
	put_seconds(object, "verdict_seconds", outcome->verdict_seconds);
	put_seconds(object, "first_boot_seconds", outcome->first_boot_seconds);
	put_seconds(object, "cpu_seconds", outcome->cpu_seconds);
	json_object_set_object_member(object, "evidence", evidence_object(result));
	return object;
}

static JsonObject *verdict_object(const struct kho_verdict *verdict)
{
	JsonObject *object = json_object_new();

	put_text(object, "name", kho_verdict_text(verdict->name));
	put_text(object, "excluded", verdict->name == KHO_VERDICT_EXCLUDED ? verdict->excluded : NULL);
	return object;
}

static JsonObject *expected_object(const struct kho_result *result)
{
	const struct kho_expectation *expectation = &result->expectation;
	bool listed = result->have_expectation;
	JsonObject *object = json_object_new();

	put_text(object, "standing", kho_standing_text(result->standing));
	put_text(object, "outcome", listed ? kho_outcome_text(expectation->outcome) : NULL);
	put_text(object, "answer", listed ? kho_answer_text(expectation->answer) : NULL);
	put_text(object, "verdict", listed ? kho_verdict_text(expectation->verdict) : NULL);
	return object;
}

/* --- what the first kernel reported --- */

static JsonArray *ranges_array(const GArray *ranges)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(ranges, struct kho_memory_range, i);
		JsonObject *object = json_object_new();

		put_number(object, "node", range->node);
		put_number(object, "start", range->start);
		put_number(object, "end", range->end);
		json_array_add_object_element(array, object);
	}
	return array;
}

static JsonArray *scratch_array(const GArray *scratch)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < scratch->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(scratch, struct kho_scratch_area, i);
		JsonObject *object = json_object_new();

		put_number(object, "start", area->start);
		put_number(object, "size", area->size);
		json_array_add_object_element(array, object);
	}
	return array;
}

static JsonObject *layout_object(const struct kho_result *result)
{
	JsonObject *object = json_object_new(), *releases = json_object_new();

	put_text(releases, "first", result->first_release);
	put_text(releases, "successor", result->successor_release);
	json_object_set_object_member(object, "releases", releases);
	if (result->have_geometry)
		json_object_set_object_member(object, "geometry", geometry_object(&result->geometry));
	else
		json_object_set_null_member(object, "geometry");
	json_object_set_array_member(object, "ranges", ranges_array(result->ranges));
	json_object_set_array_member(object, "scratch", scratch_array(result->scratch));
	json_object_set_array_member(object, "preserved", scratch_array(result->preserved));
	json_object_set_array_member(
		object, "segments",
		segments_array((const struct kho_segment *)result->segments->data, result->segments->len));
	put_text(object, "trace", result->trace);
	json_object_set_array_member(object, "warnings", texts_array(result->warnings));
	json_object_set_array_member(object, "missing", texts_array(result->missing));
	put_text(object, "unlike", result->unlike);
	return object;
}

/* --- cells --- */

static void put_estimates(JsonObject *cell, const struct kho_result *result)
{
	JsonObject *predictions = json_object_new(), *verdicts = json_object_new();
	JsonObject *disagreements = json_object_new();

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_estimate *estimate = &result->estimates[i];
		const char *name = kho_estimator_text(i);

		json_object_set_object_member(predictions, name, places_object(estimate));
		json_object_set_object_member(verdicts, name, verdict_object(&estimate->verdict));
		put_text(disagreements, name, estimate->disagreement);
	}
	json_object_set_object_member(cell, "predictions", predictions);
	json_object_set_object_member(cell, "verdict", verdicts);
	json_object_set_object_member(cell, "disagreement", disagreements);
}

static void put_findings(JsonObject *cell, const struct kho_result *result)
{
	static const char *const keys[] = { "outcome", "predictions", "verdict", "disagreement", "expected", "layout" };

	if (!result->ended) {
		for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
			json_object_set_null_member(cell, keys[i]);
		return;
	}
	json_object_set_object_member(cell, "outcome", outcome_object(result));
	put_estimates(cell, result);
	json_object_set_object_member(cell, "expected", expected_object(result));
	json_object_set_object_member(cell, "layout", layout_object(result));
}

/* How often it was seen with which outcome, where recordings were taken together; NULL: they were not. */
static JsonObject *seen_object(const struct kho_result *result)
{
	JsonObject *object = NULL;

	for (int i = 0; i < KHO_NR_OUTCOMES; i++) {
		if (!result->seen[i])
			continue;
		object = object ?: json_object_new();
		put_number(object, kho_outcome_text(i), result->seen[i]);
	}
	return object;
}

/* Outcomes of the machine's controls; null where there was none. */
static JsonObject *controls_object(const struct kho_result *result)
{
	JsonObject *object = json_object_new();

	for (int i = KHO_CONTROL_NONE + 1; i < KHO_NR_CONTROLS; i++) {
		const struct kho_result *control = result->controls[i];

		put_text(object, kho_control_text(i),
			 control && control->ended ? kho_outcome_text(control->outcome.name) : NULL);
	}
	return object;
}

static JsonObject *machine_object(const struct kho_cell *cell)
{
	JsonObject *object = json_object_new();

	put_text(object, "id", cell->id);
	put_text(object, "kernel", cell->kernel);
	put_text(object, "successor", cell->successor);
	put_text(object, "topology", cell->topology->name);
	return object;
}

static JsonObject *control_object(const struct kho_result *result)
{
	const struct kho_cell *cell = result->cell;
	JsonObject *object = machine_object(cell);

	put_text(object, "kind", kho_control_text(cell->control));
	put_text(object, "kho_scratch", cell->control == KHO_CONTROL_AMPLE ? cell->scratch->text : NULL);
	json_object_set_boolean_member(object, "ended", result->ended);
	put_text(object, "expected", result->have_expectation ? kho_outcome_text(result->expectation.outcome) : NULL);
	if (result->ended) {
		json_object_set_object_member(object, "outcome", outcome_object(result));
		json_object_set_object_member(object, "layout", layout_object(result));
	} else {
		json_object_set_null_member(object, "outcome");
		json_object_set_null_member(object, "layout");
	}
	return object;
}

static JsonObject *cell_object(const struct kho_result *result)
{
	const struct kho_cell *cell = result->cell;
	JsonObject *object = machine_object(cell), *seen = seen_object(result);

	put_text(object, "kho_scratch", cell->scratch->text);
	put_text(object, "payload", cell->payload);
	json_object_set_boolean_member(object, "ended", result->ended);
	json_object_set_object_member(object, "controls", controls_object(result));
	if (seen)
		json_object_set_object_member(object, "seen", seen);
	else
		json_object_set_null_member(object, "seen");
	put_findings(object, result);
	return object;
}

static char *render(JsonObject *object, bool pretty)
{
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);

	json_node_take_object(root, object);
	return json_text(root, pretty);
}

char *kho_json_cell(const struct kho_result *result, bool pretty)
{
	if (result->cell->control != KHO_CONTROL_NONE)
		return render(control_object(result), pretty);
	return render(cell_object(result), pretty);
}

/* --- runs --- */

static JsonArray *kernels_array(const struct kho_run *run)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);
		JsonObject *object = json_object_new();

		put_text(object, "name", kernel->name);
		put_text(object, "release", kernel->release);
		put_text(object, "source_hash", kernel->source_hash);
		put_text(object, "key", kernel->key);
		json_object_set_boolean_member(object, "carries_estimator", kernel->carries_estimator);
		json_object_set_boolean_member(object, "have_expectations", kernel->have_expectations);
		json_array_add_object_element(array, object);
	}
	return array;
}

static void put_share(JsonObject *object, const char *key, struct kho_share share)
{
	JsonObject *interval;

	if (!share.defined) {
		json_object_set_null_member(object, key);
		return;
	}
	interval = json_object_new();
	json_object_set_double_member(interval, "value", share.value);
	json_object_set_double_member(interval, "low", share.low);
	json_object_set_double_member(interval, "high", share.high);
	json_object_set_object_member(object, key, interval);
}

static JsonObject *counts_object(const struct kho_confusion *confusion)
{
	g_autoptr(GPtrArray) reasons = kho_tally_exclusions(confusion);
	JsonObject *object = json_object_new(), *excluded = json_object_new();

	put_number(object, "tp", confusion->tp);
	put_number(object, "fp", confusion->fp);
	put_number(object, "tn", confusion->tn);
	put_number(object, "fn", confusion->fn);
	for (guint i = 0; i < reasons->len; i++)
		put_number(excluded, g_ptr_array_index(reasons, i),
			   kho_tally_excluded(confusion, g_ptr_array_index(reasons, i)));
	json_object_set_object_member(object, "excluded", excluded);
	put_share(object, "precision", kho_precision(confusion));
	put_share(object, "recall", kho_recall(confusion));
	return object;
}

static JsonObject *confusion_object(const struct kho_run *run)
{
	JsonObject *object = json_object_new();

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		JsonObject *kernels = json_object_new();

		for (guint k = 0; k < run->kernels->len; k++) {
			const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, k);

			json_object_set_object_member(kernels, kernel->name, counts_object(&kernel->confusion[i]));
		}
		json_object_set_object_member(object, kho_estimator_text(i), kernels);
	}
	return object;
}

/* The whole of a run has none. */
static void put_shard(JsonObject *object, const struct kho_shard *shard)
{
	JsonObject *own;
	JsonArray *planned;

	if (!shard->count) {
		json_object_set_null_member(object, "shard");
		return;
	}
	own = json_object_new();
	planned = json_array_new();
	put_number(own, "index", shard->index);
	put_number(own, "count", shard->count);
	for (guint i = 0; i < shard->planned->len; i++)
		json_array_add_string_element(planned, g_ptr_array_index(shard->planned, i));
	json_object_set_array_member(own, "planned", planned);
	json_object_set_object_member(object, "shard", own);
}

char *kho_json_run(const struct kho_run *run)
{
	JsonObject *object = json_object_new();
	JsonArray *controls = json_array_new(), *cells = json_array_new();

	put_number(object, "schema_version", KHO_JSON_SCHEMA_VERSION);
	put_text(object, "started", run->started);
	put_seconds(object, "seconds", run->seconds);
	json_object_set_boolean_member(object, "interrupted", run->interrupted);
	put_text(object, "matrix", run->matrix);
	put_text(object, "accel", run->accel);
	put_text(object, "qemu", run->qemu_version);
	put_number(object, "jobs", run->jobs);
	put_shard(object, &run->shard);
	json_object_set_array_member(object, "kernels", kernels_array(run));
	json_object_set_object_member(object, "confusion", confusion_object(run));
	for (guint i = 0; i < run->controls->len; i++)
		json_array_add_object_element(controls, control_object(g_ptr_array_index(run->controls, i)));
	json_object_set_array_member(object, "controls", controls);
	for (guint i = 0; i < run->results->len; i++)
		json_array_add_object_element(cells, cell_object(g_ptr_array_index(run->results, i)));
	json_object_set_array_member(object, "cells", cells);
	return render(object, true);
}
