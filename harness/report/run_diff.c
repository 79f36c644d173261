// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/run_diff.h"

#include <string.h>

#include "harness/report/colour.h"
#include "harness/report/text.h"

/* --- comparing --- */

static void free_pair(gpointer data)
{
	struct kho_result_pair *pair = data;

	g_free(pair->name);
	g_free(pair);
}

static const char *without_kernel(const char *id)
{
	const char *slash = strchr(id, '/');

	return slash ? slash + 1 : id;
}

/* NULL: it does not count. */
static const char *name_of(const struct kho_result *result, const char *kernel)
{
	const char *id = result->cell->id;

	if (!kernel)
		return id;
	return strncmp(id, kernel, strlen(kernel)) == 0 && id[strlen(kernel)] == '/' ? without_kernel(id) : NULL;
}

static void compare_estimates(struct kho_result_pair *pair)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_estimate *before = &pair->before->estimates[i], *after = &pair->after->estimates[i];

		pair->verdict |= strcmp(kho_text_verdict(pair->before, i), kho_text_verdict(pair->after, i)) != 0;
		pair->answer |= kho_estimate_prediction(before)->answer != kho_estimate_prediction(after)->answer;
	}
}

static void compare(struct kho_run_diff *diff, struct kho_result_pair *pair)
{
	const struct kho_result *before = pair->before, *after = pair->after;

	diff->compared++;
	pair->outcome = before->ended != after->ended || before->outcome.name != after->outcome.name;
	pair->reason = g_strcmp0(before->outcome.reason, after->outcome.reason) != 0 ||
		       g_strcmp0(before->outcome.remark, after->outcome.remark) != 0;
	compare_estimates(pair);
	diff->outcomes += pair->outcome;
	diff->verdicts += pair->verdict;
	diff->answers += pair->answer;
	diff->reasons += pair->reason;
	diff->same += !pair->outcome && !pair->verdict && !pair->answer && !pair->reason;
}

static struct kho_result_pair *add_pair(struct kho_run_diff *diff, const char *name)
{
	struct kho_result_pair *pair = g_new0(struct kho_result_pair, 1);

	pair->name = g_strdup(name);
	g_ptr_array_add(diff->pairs, pair);
	return pair;
}

static GHashTable *by_name(const struct kho_run *run, const char *kernel)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(run->results, i);
		const char *name = name_of(result, kernel);

		if (name)
			g_hash_table_insert(table, (gpointer)name, result);
	}
	return table;
}

static void add_after(struct kho_run_diff *diff, const struct kho_run *after, const char *kernel, GHashTable *before)
{
	for (guint i = 0; i < after->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(after->results, i);
		const char *name = name_of(result, kernel);
		struct kho_result_pair *pair;

		if (!name)
			continue;
		pair = add_pair(diff, name);
		pair->after = result;
		pair->before = g_hash_table_lookup(before, name);
		if (pair->before)
			compare(diff, pair);
		else
			diff->only_after++;
	}
}

static void add_gone(struct kho_run_diff *diff, const struct kho_run *before, const char *kernel, GHashTable *after)
{
	for (guint i = 0; i < before->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(before->results, i);
		const char *name = name_of(result, kernel);

		if (!name || g_hash_table_contains(after, name))
			continue;
		add_pair(diff, name)->before = result;
		diff->only_before++;
	}
}

struct kho_run_diff *kho_run_diff_new(const struct kho_run *before, const char *before_kernel,
				      const struct kho_run *after, const char *after_kernel)
{
	struct kho_run_diff *diff = g_new0(struct kho_run_diff, 1);
	g_autoptr(GHashTable) old = by_name(before, before_kernel), new = by_name(after, after_kernel);

	diff->pairs = g_ptr_array_new_with_free_func(free_pair);
	add_after(diff, after, after_kernel, old);
	add_gone(diff, before, before_kernel, new);
	return diff;
}

void kho_run_diff_free(struct kho_run_diff *diff)
{
	g_ptr_array_unref(diff->pairs);
	g_free(diff);
}

bool kho_run_diff_differs(const struct kho_run_diff *diff)
{
	return diff->outcomes || diff->verdicts || diff->answers || diff->only_before || diff->only_after;
}

/* --- for a terminal --- */

static const char *outcome_of(const struct kho_result *result)
{
	return result->ended ? kho_outcome_text(result->outcome.name) : "not ended";
}

static bool moved(const struct kho_result_pair *pair, enum kho_estimator estimator)
{
	const struct kho_estimate *before = &pair->before->estimates[estimator];
	const struct kho_estimate *after = &pair->after->estimates[estimator];

	return strcmp(kho_text_verdict(pair->before, estimator), kho_text_verdict(pair->after, estimator)) != 0 ||
	       kho_estimate_prediction(before)->answer != kho_estimate_prediction(after)->answer;
}

static void add_estimates(GString *text, const struct kho_result_pair *pair)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		g_autofree char *before = kho_text_prediction(kho_estimate_prediction(&pair->before->estimates[i]));
		g_autofree char *after = kho_text_prediction(kho_estimate_prediction(&pair->after->estimates[i]));
		g_autofree char *old = kho_text_clean(before), *new = kho_text_clean(after);

		if (moved(pair, i))
			g_string_append_printf(text, "    %-9s %s -> %s: %s%s%s\n", kho_estimator_text(i),
					       kho_text_verdict(pair->before, i), kho_text_verdict(pair->after, i), old,
					       g_str_equal(old, new) ? "" : " -> ", g_str_equal(old, new) ? "" : new);
	}
}

static void add_reasons(GString *text, const struct kho_result_pair *pair)
{
	g_autofree char *old = kho_text_clean(pair->before->outcome.reason);
	g_autofree char *new = kho_text_clean(pair->after->outcome.reason);
	g_autofree char *old_remark = kho_text_clean(pair->before->outcome.remark);
	g_autofree char *new_remark = kho_text_clean(pair->after->outcome.remark);

	g_string_append_printf(text, "    was: %s%s%s\n    is:  %s%s%s\n", old, *old_remark ? "; " : "", old_remark,
			       new, *new_remark ? "; " : "", new_remark);
}

static void add_pair_text(GString *text, const struct kho_result_pair *pair, bool reasons, bool colour)
{
	g_autofree char *name = kho_text_clean(pair->name);
	const struct kho_result *only = pair->before ?: pair->after;
	enum kho_verdict_name verdict = only->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name;
	bool judged = only->ended && verdict != KHO_VERDICT_EXCLUDED;
	bool worse;

	if (!pair->before || !pair->after) {
		g_string_append_printf(text, "%c %s: %s%s%s\n", pair->before ? '-' : '+', name, outcome_of(only),
				       judged ? " " : "", judged ? kho_verdict_text(verdict) : "");
		return;
	}
	if (!pair->outcome && !pair->verdict && !pair->answer && !(reasons && pair->reason))
		return;
	worse = pair->after->ended && kho_outcome_failed(pair->after->outcome.name);
	g_string_append_printf(text, "%c %s", pair->outcome ? '!' : '~', name);
	if (pair->outcome)
		g_string_append_printf(text, ": %s -> %s%s%s", outcome_of(pair->before),
				       !colour ? ""
				       : worse ? KHO_RED
					       : KHO_GREEN,
				       outcome_of(pair->after), colour ? KHO_PLAIN : "");
	g_string_append_c(text, '\n');
	add_estimates(text, pair);
	if (pair->reason && (reasons || pair->outcome))
		add_reasons(text, pair);
}

char *kho_run_diff_text(const struct kho_run_diff *diff, bool reasons, bool colour)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < diff->pairs->len; i++)
		add_pair_text(text, g_ptr_array_index(diff->pairs, i), reasons, colour);
	g_string_append_printf(
		text,
		"%u cells in both: %u the same; other outcome %u, other verdict %u, other answer %u, other "
		"reason %u\nonly before %u, only after %u\n",
		diff->compared, diff->same, diff->outcomes, diff->verdicts, diff->answers, diff->reasons,
		diff->only_before, diff->only_after);
	return g_string_free(text, FALSE);
}
