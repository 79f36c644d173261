// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/read_prediction.h"

#include <string.h>

#include "harness/model/error.h"

#define MAX_WORD 40

/* --- names --- */

enum kho_answer kho_read_answer(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *text = kho_read_text(reader, object, key);
	enum kho_answer answer = KHO_ANSWER_ABSENT;

	if (text && !kho_answer_from_text(text, &answer))
		kho_read_fail(reader, object, key, "is not an answer");
	return answer;
}

enum kho_verdict_name kho_read_verdict_name(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *text = kho_read_text(reader, object, key);
	enum kho_verdict_name name = KHO_VERDICT_EXCLUDED;

	if (text && !kho_verdict_from_text(text, &name))
		kho_read_fail(reader, object, key, "is not a verdict");
	return name;
}

bool kho_read_is_word(const char *text)
{
	return *text && strlen(text) <= MAX_WORD && text[strspn(text, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

const char *kho_read_word(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *text = kho_read_text(reader, object, key);

	if (!text || kho_read_is_word(text))
		return text ? g_intern_string(text) : NULL;
	kho_read_fail(reader, object, key, "is not a word of small letters and '-'");
	return NULL;
}

/* --- predictions --- */

static GArray *read_nodes(struct kho_json_reader *reader, JsonObject *object)
{
	JsonArray *array = kho_read_array_or_null(reader, object, "nodes", KHO_READ_NODES_MAX);
	GArray *nodes;

	if (!array)
		return NULL;
	nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_sparsemem_node));
	for (guint nid = 0; nid < kho_read_length(array); nid++) {
		JsonObject *item = kho_read_object_at(reader, object, "nodes", nid);
		struct kho_sparsemem_node node = {
			.map_count = kho_read_number(reader, item, "map_count", G_MAXUINT64),
			.required_bytes = kho_read_number(reader, item, "required_bytes", G_MAXUINT64),
			.usable_bytes = kho_read_number(reader, item, "usable_bytes", G_MAXUINT64),
			.insufficient = kho_read_flag(reader, item, "insufficient"),
		};

		if (kho_read_number(reader, item, "node", G_MAXUINT) != nid)
			kho_read_fail(reader, item, "node", "is not %u: nodes are in order", nid);
		g_array_append_val(nodes, node);
	}
	return nodes;
}

/* The worst node's, which are null unless there is one. */
static u64 read_worst(struct kho_json_reader *reader, JsonObject *object, const char *key, bool insufficient, u64 most)
{
	bool known;
	u64 number = kho_read_number_or_null(reader, object, key, most, &known);

	if (known != insufficient)
		kho_read_fail(reader, object, key, insufficient ? "is null" : "is not null");
	return number;
}

static void read_additions(struct kho_json_reader *reader, JsonObject *object, struct kho_prediction *prediction)
{
	if (kho_read_has(object, "contradiction"))
		prediction->contradiction = g_strdup(kho_read_text(reader, object, "contradiction"));
	if (kho_read_has(object, "reason"))
		prediction->reason = g_strdup(kho_read_text(reader, object, "reason"));
	prediction->have_left = kho_read_has(object, "left_bytes");
	if (prediction->have_left)
		prediction->left_bytes = kho_read_number(reader, object, "left_bytes", G_MAXUINT64);
}

static void read_prediction(struct kho_json_reader *reader, JsonObject *object, struct kho_prediction *prediction)
{
	bool worst, known;

	prediction->answer = kho_read_answer(reader, object, "answer");
	worst = prediction->answer == KHO_ANSWER_INSUFFICIENT;
	prediction->node = read_worst(reader, object, "node", worst, KHO_READ_NODES_MAX - 1);
	prediction->usable_bytes = read_worst(reader, object, "usable_bytes", worst, G_MAXUINT64);
	prediction->required_bytes = read_worst(reader, object, "required_bytes", worst, G_MAXUINT64);
	prediction->map_count = read_worst(reader, object, "map_count", worst, G_MAXUINT64);
	prediction->section_map_bytes =
		kho_read_number_or_null(reader, object, "section_map_bytes", G_MAXUINT64, &known);
	prediction->whole_mib = kho_read_flag(reader, object, "whole_mib");
	prediction->nodes = read_nodes(reader, object);
	prediction->note = g_strdup(kho_read_text_or_null(reader, object, "note"));
	read_additions(reader, object, prediction);
}

/* --- an estimator --- */

static struct kho_verdict read_verdict(struct kho_json_reader *reader, JsonObject *object)
{
	struct kho_verdict verdict = { .name = kho_read_verdict_name(reader, object, "name") };
	bool excluded = verdict.name == KHO_VERDICT_EXCLUDED;

	if (excluded)
		verdict.excluded = kho_read_word(reader, object, "excluded");
	else if (kho_read_text_or_null(reader, object, "excluded"))
		kho_read_fail(reader, object, "excluded", "is not null");
	return verdict;
}

static void read_estimate(struct kho_json_reader *reader, JsonObject *object, const char *name,
			  struct kho_estimate *estimate)
{
	JsonObject *places = kho_read_object(reader, kho_read_object(reader, object, "predictions"), name);
	JsonObject *verdict = kho_read_object(reader, kho_read_object(reader, object, "verdict"), name);

	for (int place = 0; place < KHO_NR_PLACES; place++)
		read_prediction(reader, kho_read_object(reader, places, kho_place_text(place)),
				&estimate->places[place]);
	estimate->verdict = read_verdict(reader, verdict);
	estimate->disagreement =
		g_strdup(kho_read_text_or_null(reader, kho_read_object(reader, object, "disagreement"), name));
}

static void not_recorded(struct kho_estimate *estimate)
{
	for (int place = 0; place < KHO_NR_PLACES; place++)
		estimate->places[place] =
			(struct kho_prediction){ .answer = KHO_ANSWER_ABSENT, .note = g_strdup("not recorded") };
	estimate->verdict = (struct kho_verdict){ .name = KHO_VERDICT_EXCLUDED, .excluded = KHO_NOT_RECORDED };
}

void kho_read_estimates(struct kho_json_reader *reader, JsonObject *object, struct kho_result *result)
{
	JsonObject *predictions = kho_read_object(reader, object, "predictions");

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const char *name = kho_estimator_text(i);

		if (i == KHO_ESTIMATOR_SPARSEMEM || kho_read_has(predictions, name))
			read_estimate(reader, object, name, &result->estimates[i]);
		else
			not_recorded(&result->estimates[i]);
	}
}
