// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/tally.h"

#include <string.h>

#include "harness/judge/expected.h"
#include "harness/judge/repeats.h"
#include "harness/report/text.h"

static enum kho_tally_class class_of(enum kho_standing standing)
{
	switch (standing) {
	case KHO_STANDING_UNLISTED:
		return KHO_TALLY_UNLISTED;
	case KHO_STANDING_SAME:
		return KHO_TALLY_SAME;
	case KHO_STANDING_KNOWN:
		return KHO_TALLY_KNOWN;
	case KHO_STANDING_FIXED:
		return KHO_TALLY_FIXED;
	case KHO_STANDING_NEW:
	case KHO_NR_STANDINGS:
		break;
	}
	return KHO_TALLY_NEW;
}

enum kho_tally_class kho_tally_class(const struct kho_result *result)
{
	if (!result->ended)
		return KHO_TALLY_UNFINISHED;
	if (result->outcome.name == KHO_OUTCOME_LOST)
		return KHO_TALLY_LOST;
	return class_of(result->standing);
}

void kho_tally_count(const struct kho_run *run, struct kho_tally *tally)
{
	*tally = (struct kho_tally){ .cells = run->results->len, .controls = run->controls->len };
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		tally->classes[kho_tally_class(result)]++;
		if (kho_tally_disagreement(result))
			tally->disagreements++;
		if (kho_tally_flaky(run, result))
			tally->flaky++;
		if (result->unlike)
			tally->unlike++;
		if (kho_tally_remark(result))
			tally->remarks++;
	}
	for (guint i = 0; i < run->controls->len; i++)
		tally->survivors += kho_tally_survived(g_ptr_array_index(run->controls, i));
}

bool kho_tally_survived(const struct kho_result *result)
{
	return result->ended && result->outcome.name == KHO_OUTCOME_SURVIVED;
}

bool kho_tally_wrong(const struct kho_result *result)
{
	if (!result->ended || result->cell->control != KHO_CONTROL_NONE)
		return false;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (result->estimates[i].verdict.name == KHO_VERDICT_FP ||
		    result->estimates[i].verdict.name == KHO_VERDICT_FN)
			return true;
	return false;
}

bool kho_tally_surprises(const struct kho_result *result)
{
	enum kho_tally_class class = kho_tally_class(result);

	if (!result->ended)
		return false;
	if (result->cell->control != KHO_CONTROL_NONE)
		return !kho_tally_survived(result) && !kho_expected_control_is_known(result);
	return class == KHO_TALLY_NEW || class == KHO_TALLY_LOST || kho_tally_disagreement(result);
}

const char *kho_tally_remark(const struct kho_result *result)
{
	return kho_tally_survived(result) ? result->outcome.remark : NULL;
}

const char *kho_tally_disagreement(const struct kho_result *result)
{
	for (int i = 0; result->ended && i < KHO_NR_ESTIMATORS; i++)
		if (result->estimates[i].disagreement)
			return result->estimates[i].disagreement;
	return NULL;
}

bool kho_tally_flaky(const struct kho_run *run, const struct kho_result *result)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (!run->hidden[i] && kho_repeats_disagree_for(result, i))
			return true;
	return kho_repeats_disagree(result);
}

static void add_once(GPtrArray *names, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_ptr_array_add(names, (gpointer)name);
}

GPtrArray *kho_tally_kernels(const struct kho_run *run)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < run->kernels->len; i++)
		add_once(names, ((const struct kho_run_kernel *)g_ptr_array_index(run->kernels, i))->name);
	for (guint i = 0; i < run->controls->len; i++)
		add_once(names, ((const struct kho_result *)g_ptr_array_index(run->controls, i))->cell->kernel);
	for (guint i = 0; i < run->results->len; i++)
		add_once(names, ((const struct kho_result *)g_ptr_array_index(run->results, i))->cell->kernel);
	return names;
}

static int by_count(gconstpointer a, gconstpointer b, gpointer data)
{
	const char *reason_a = *(const char *const *)a, *reason_b = *(const char *const *)b;
	guint count_a = kho_tally_excluded(data, reason_a), count_b = kho_tally_excluded(data, reason_b);

	/* By name among equals: a hash table's order changes from run to run. */
	return count_a != count_b ? (count_a < count_b) - (count_a > count_b) : strcmp(reason_a, reason_b);
}

GPtrArray *kho_tally_exclusions(const struct kho_confusion *confusion)
{
	GPtrArray *reasons = g_ptr_array_new();
	GHashTableIter iter;
	gpointer reason;

	if (!confusion->excluded)
		return reasons;
	g_hash_table_iter_init(&iter, confusion->excluded);
	while (g_hash_table_iter_next(&iter, &reason, NULL))
		g_ptr_array_add(reasons, reason);
	g_ptr_array_sort_with_data(reasons, by_count, (gpointer)confusion);
	return reasons;
}

guint kho_tally_excluded(const struct kho_confusion *confusion, const char *reason)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(confusion->excluded, reason));
}

static void add_count(GString *text, guint count, const char *what)
{
	if (count)
		g_string_append_printf(text, ", %u %s", count, what);
}

char *kho_tally_text(const struct kho_run *run, const struct kho_tally *tally)
{
	g_autofree char *duration = kho_text_duration(run->seconds);
	GString *text = g_string_new(run->interrupted ? "Interrupted: " : NULL);

	g_string_append_printf(text, "%u cells in %s: %u as expected", tally->cells, duration,
			       tally->classes[KHO_TALLY_SAME] + tally->classes[KHO_TALLY_KNOWN]);
	add_count(text, tally->classes[KHO_TALLY_NEW], "new");
	add_count(text, tally->classes[KHO_TALLY_FIXED], "fixed");
	add_count(text, tally->classes[KHO_TALLY_UNLISTED], "not compared");
	add_count(text, tally->classes[KHO_TALLY_LOST], "lost");
	add_count(text, tally->classes[KHO_TALLY_UNFINISHED], "not ended");
	if (tally->controls)
		g_string_append_printf(text, "; %u of %u controls survived", tally->survivors, tally->controls);
	if (tally->disagreements)
		g_string_append_printf(text, "; places disagree in %u", tally->disagreements);
	if (tally->flaky)
		g_string_append_printf(text, "; repeats disagree in %u", tally->flaky);
	if (tally->unlike)
		g_string_append_printf(text, "; another machine seen in %u", tally->unlike);
	return g_string_free(text, FALSE);
}
