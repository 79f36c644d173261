// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/advice_text.h"

#include "harness/report/forecast_text.h"
#include "harness/report/json_value.h"

enum kho_estimator kho_advice_best(const struct kho_advice_report *report)
{
	static const enum kho_estimator best[] = { KHO_ESTIMATOR_REPLAY, KHO_ESTIMATOR_AGGREGATE,
						   KHO_ESTIMATOR_SPARSEMEM };

	for (gsize i = 0; i < G_N_ELEMENTS(best); i++) {
		const struct kho_advice *advice = report->advices[best[i]];

		if (advice && advice->sizes.spec)
			return best[i];
		if (advice && advice->hopeless)
			break;
	}
	return KHO_NR_ESTIMATORS;
}

/* --- text --- */

static void add_value(GString *text, const char *what, const struct kho_advice_value *value)
{
	g_autofree char *bytes = kho_text_mib(value->bytes);

	if (value->spec)
		g_string_append_printf(text, "  %s%s (%s)", what, value->spec, bytes);
}

static void add_estimator(GString *text, enum kho_estimator estimator, const struct kho_advice *advice)
{
	g_string_append_printf(text, "  %-9s", kho_estimator_text(estimator));
	if (advice->note) {
		g_autofree char *note = kho_text_clean(advice->note);

		g_string_append_printf(text, "  %s", note);
	}
	add_value(text, "", &advice->sizes);
	add_value(text, "or ", &advice->percent);
	g_string_append_c(text, '\n');
}

static void add_bounce(GString *text, const struct kho_advice *advice)
{
	g_autofree char *have = kho_text_mib(advice->bounce_bytes), *wanted = kho_text_mib(advice->bounce_wanted);

	if (advice->have_bounce && advice->bounce_bytes < advice->bounce_wanted)
		g_string_append_printf(
			text,
			"  The successor has %s for swiotlb instead of %s: where devices need more, lowmem must be "
			"larger\n",
			have, wanted);
}

static void add_best(GString *text, const struct kho_advice_report *report)
{
	enum kho_estimator best = kho_advice_best(report);
	const struct kho_advice *advice;
	g_autofree char *bytes = NULL;

	if (best == KHO_NR_ESTIMATORS)
		return;
	advice = report->advices[best];
	if (!advice->sizes_more.spec) {
		g_string_append(text, "  With a margin it cannot be set aside, or does not do\n");
	} else {
		bytes = kho_text_mib(advice->sizes_more.bytes);
		g_string_append_printf(text, "kho_scratch=%s  %s in all: enough for %s, with a margin\n",
				       advice->sizes_more.spec, bytes, kho_estimator_text(best));
	}
	if (advice->percent_more.spec) {
		g_autofree char *percent = kho_text_mib(advice->percent_more.bytes);

		g_string_append_printf(text, "kho_scratch=%s  %s in all: in percent, with a margin\n",
				       advice->percent_more.spec, percent);
	}
	if (advice->sizes_more.spec && !advice->monotonic)
		g_string_append(text, "  Not everything that is a little less does\n");
	g_string_append_printf(text, "  With 2 MiB less than the smallest of\n");
	for (guint i = 0; i < advice->limits->len; i++) {
		g_autofree char *limit = kho_text_clean(g_ptr_array_index(advice->limits, i));

		g_string_append_printf(text, "    %s\n", limit);
	}
	add_bounce(text, advice);
}

char *kho_advice_text(const struct kho_advice_report *report)
{
	g_autofree char *took = kho_text_decimal(report->seconds * 1000, 0);
	g_autofree char *origin = kho_text_clean(report->origin);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s, modelled %u times in %s ms: %s\n", report->machine, report->tries, took,
			       origin);
	for (guint i = 0; report->unknown && i < report->unknown->len; i++) {
		g_autofree char *unknown = kho_text_clean(g_ptr_array_index(report->unknown, i));

		g_string_append_printf(text, "  not known: %s\n", unknown);
	}
	if (report->as_is) {
		g_autofree char *as_is = kho_forecast_text(report->as_is);

		g_string_append(text, as_is);
	}
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (report->advices[i])
			add_estimator(text, i, report->advices[i]);
	add_best(text, report);
	return g_string_free(text, FALSE);
}

/* --- JSON --- */

static void put_value(JsonObject *object, const char *key, const struct kho_advice_value *value)
{
	JsonObject *member;

	if (!value->spec) {
		json_object_set_null_member(object, key);
		return;
	}
	member = json_object_new();
	put_text(member, "kho_scratch", value->spec);
	put_number(member, "bytes", value->bytes);
	json_object_set_object_member(object, key, member);
}

static JsonObject *advice_object(const struct kho_advice *advice)
{
	JsonObject *object = json_object_new();

	put_text(object, "note", advice->note);
	put_value(object, "smallest", &advice->sizes);
	put_value(object, "smallest_percent", &advice->percent);
	put_value(object, "advised", &advice->sizes_more);
	put_value(object, "advised_percent", &advice->percent_more);
	json_object_set_array_member(object, "limits", texts_array(advice->limits));
	json_object_set_boolean_member(object, "monotonic", advice->monotonic);
	put_known(object, "swiotlb_bytes", advice->have_bounce, advice->bounce_bytes);
	put_known(object, "swiotlb_wanted_bytes", advice->have_bounce, advice->bounce_wanted);
	return object;
}

char *kho_advice_json(const struct kho_advice_report *report)
{
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new(), *estimators = json_object_new();
	enum kho_estimator best = kho_advice_best(report);
	g_autofree char *text = NULL;

	put_text(object, "machine", report->machine);
	json_object_set_boolean_member(object, "modelled", true);
	put_text(object, "origin", report->origin);
	if (report->unknown)
		json_object_set_array_member(object, "unknown", texts_array(report->unknown));
	else
		json_object_set_array_member(object, "unknown", json_array_new());
	if (report->as_is)
		json_object_set_object_member(object, "as_is", kho_forecast_object(report->as_is));
	else
		json_object_set_null_member(object, "as_is");
	put_text(object, "by", best == KHO_NR_ESTIMATORS ? NULL : kho_estimator_text(best));
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (report->advices[i])
			json_object_set_object_member(estimators, kho_estimator_text(i),
						      advice_object(report->advices[i]));
	json_object_set_object_member(object, "estimators", estimators);
	put_number(object, "tries", report->tries);
	put_seconds(object, "seconds", report->seconds);
	json_node_take_object(root, object);
	text = json_to_string(root, true);
	return g_strconcat(text, "\n", NULL);
}
