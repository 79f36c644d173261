// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/boundary_report.h"
#include "harness/report/json_value.h"

#define SCHEMA_VERSION 1
#define MIB	       ((double)(1 << 20))

static void put_value(JsonObject *object, const char *key, const struct kho_boundary_report *report, bool known,
		      uint64_t value)
{
	put_known(object, key, known, kho_axis_size(report->axis, value));
}

static JsonObject *edge_object(const struct kho_boundary_report *report, const struct kho_boundary_edge *edge)
{
	JsonObject *object = json_object_new();

	put_value(object, "below", report, edge->have_below, edge->below);
	put_value(object, "at", report, edge->have_at, edge->at);
	return object;
}

static void put_result(JsonObject *object, const struct kho_boundary_report *report,
		       const struct kho_boundary_result *result)
{
	json_object_set_object_member(object, "edge", edge_object(report, &result->last));
	json_object_set_object_member(object, "lowest_survivor", edge_object(report, &result->first));
	json_object_set_boolean_member(object, "monotonic", result->monotonic);
	put_value(object, "rejected_up_to", report, result->have_rejected, result->rejected);
	put_value(object, "disabled_from", report, result->have_disabled, result->disabled);
}

static JsonObject *machine_object(const struct kho_cell *cell)
{
	JsonObject *object = json_object_new();

	put_text(object, "kernel", cell->kernel);
	put_text(object, "successor", cell->successor);
	put_text(object, "topology", cell->topology->name);
	put_text(object, "payload", cell->payload);
	return object;
}

static JsonObject *axis_object(const struct kho_boundary_report *report)
{
	const struct kho_axis *axis = report->axis;
	JsonObject *object = json_object_new();

	put_text(object, "kho_scratch", axis->text);
	put_text(object, "kind", kho_axis_kind_text(axis->kind));
	put_text(object, "unit", axis->kind == KHO_AXIS_PERCENT ? "percent" : "bytes");
	put_number(object, "step", axis->step);
	put_value(object, "low", report, true, report->low);
	put_value(object, "high", report, true, report->high);
	return object;
}

static JsonObject *row_object(const struct kho_boundary_report *report, const struct kho_boundary_row *row)
{
	JsonObject *object = json_object_new(), *outcomes = json_object_new();

	put_value(object, "value", report, true, row->value);
	put_text(object, "cell", row->id);
	for (int i = 0; i < KHO_NR_OUTCOMES; i++)
		if (row->outcomes[i])
			put_number(outcomes, kho_outcome_text(i), row->outcomes[i]);
	json_object_set_object_member(object, "outcomes", outcomes);
	put_text(object, "reason", row->reason);
	put_known(object, "scratch_bytes", row->scratch_bytes, row->scratch_bytes);
	return object;
}

static JsonArray *rows_array(const struct kho_boundary_report *report)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < report->rows->len; i++)
		json_array_add_object_element(
			array, row_object(report, &g_array_index(report->rows, struct kho_boundary_row, i)));
	return array;
}

static void put_error(JsonObject *object, const struct kho_boundary_error *error)
{
	if (error->have_bytes)
		json_object_set_double_member(object, "error_mib", error->bytes / MIB);
	else
		json_object_set_null_member(object, "error_mib");
	if (error->have_ratio)
		json_object_set_double_member(object, "ratio", error->ratio);
	else
		json_object_set_null_member(object, "ratio");
}

static void put_opinion(JsonObject *object, const struct kho_boundary_report *report, const struct kho_opinion *opinion)
{
	static const char *const keys[] = { "edge", "lowest_survivor", "monotonic", "rejected_up_to", "disabled_from" };

	if (opinion->have) {
		put_result(object, report, &opinion->result);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		json_object_set_null_member(object, keys[i]);
}

static JsonObject *opinion_object(const struct kho_boundary_report *report, const struct kho_opinion *opinion)
{
	struct kho_boundary_error error = kho_boundary_error_of(report, opinion);
	JsonObject *object = json_object_new();

	json_object_set_boolean_member(object, "modelled", true);
	put_text(object, "note", opinion->note);
	put_opinion(object, report, opinion);
	put_known(object, "scratch_bytes", opinion->scratch_bytes, opinion->scratch_bytes);
	put_error(object, &error);
	return object;
}

static JsonObject *opinions_object(const struct kho_boundary_report *report)
{
	JsonObject *object = json_object_new();

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		json_object_set_object_member(object, kho_estimator_text(i),
					      opinion_object(report, &report->opinions[i]));
	return object;
}

char *kho_boundary_json(const struct kho_boundary_report *report)
{
	JsonObject *object = json_object_new();
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);

	put_number(object, "schema_version", SCHEMA_VERSION);
	json_object_set_object_member(object, "machine", machine_object(report->cell));
	json_object_set_object_member(object, "axis", axis_object(report));
	json_object_set_boolean_member(object, "finished", report->finished);
	json_object_set_boolean_member(object, "clean", kho_boundary_is_clean(report));
	put_result(object, report, &report->result);
	json_object_set_boolean_member(object, "agree", report->result.agree);
	put_number(object, "repeats", report->repeats);
	put_number(object, "survey", report->survey);
	put_number(object, "boots", report->result.tries);
	put_seconds(object, "seconds", report->seconds);
	put_text(object, "directory", report->directory);
	json_object_set_array_member(object, "values", rows_array(report));
	put_text(object, "modelled_from", report->known);
	json_object_set_object_member(object, "estimators", opinions_object(report));
	json_node_take_object(root, object);
	return json_text(root, true);
}
