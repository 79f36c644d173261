// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/paper_difference.h"
#include "harness/report/forecast_text.h"
#include "harness/report/json_value.h"

static JsonArray *scratch_array(const struct kho_layout *layout)
{
	JsonArray *array = json_array_new();

	for (size_t i = 0; i < layout->nr_scratch; i++) {
		JsonObject *object = json_object_new();
		g_autofree char *name = kho_area_name(layout, i);

		put_text(object, "name", name);
		put_number(object, "start", layout->scratch[i].start);
		put_number(object, "size", layout->scratch[i].size);
		json_array_add_object_element(array, object);
	}
	return array;
}

static JsonObject *prediction_object(const struct kho_prediction *prediction)
{
	JsonObject *object = json_object_new();
	bool worst = prediction->answer == KHO_ANSWER_INSUFFICIENT;

	put_text(object, "answer", kho_answer_text(prediction->answer));
	put_known(object, "node", worst, prediction->node);
	put_known(object, "usable_bytes", worst, prediction->usable_bytes);
	put_known(object, "required_bytes", worst, prediction->required_bytes);
	put_text(object, "note", prediction->note);
	put_text(object, "reason", prediction->reason);
	put_known(object, "left_bytes", prediction->have_left, prediction->left_bytes);
	return object;
}

static JsonObject *predictions_object(const struct kho_forecast *forecast)
{
	JsonObject *object = json_object_new();

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		json_object_set_object_member(object, kho_estimator_text(i),
					      prediction_object(&forecast->predictions[i]));
	return object;
}

static JsonArray *checks_array(const GPtrArray *checks)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < checks->len; i++) {
		const struct kho_forecast_check *check = g_ptr_array_index(checks, i);
		JsonObject *object = json_object_new();

		put_text(object, "against", check->against);
		json_object_set_array_member(object, "differences", texts_array(check->differences));
		json_array_add_object_element(array, object);
	}
	return array;
}

JsonObject *kho_forecast_object(const struct kho_forecast *forecast)
{
	const struct kho_layout *layout = kho_paper_layout(forecast->paper);
	JsonObject *object = json_object_new();

	put_text(object, "id", forecast->id);
	json_object_set_boolean_member(object, "modelled", true);
	put_text(object, "origin", forecast->origin);
	put_text(object, "end", kho_paper_end_text(kho_paper_end(forecast->paper)));
	put_text(object, "reason", kho_paper_reason(forecast->paper));
	json_object_set_array_member(object, "scratch", scratch_array(layout));
	json_object_set_array_member(object, "segments", segments_array(layout->segments, layout->nr_segments));
	json_object_set_object_member(object, "predictions", predictions_object(forecast));
	json_object_set_array_member(object, "checks", checks_array(forecast->checks));
	put_seconds(object, "seconds", forecast->seconds);
	return object;
}

char *kho_forecast_json(const GPtrArray *forecasts)
{
	JsonNode *root = json_node_new(JSON_NODE_ARRAY);
	JsonArray *array = json_array_new();

	for (guint i = 0; i < forecasts->len; i++)
		json_array_add_object_element(array, kho_forecast_object(g_ptr_array_index(forecasts, i)));
	json_node_take_array(root, array);
	return json_text(root, true);
}
