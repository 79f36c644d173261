// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/rejudge.h"

#include "harness/judge/expected.h"
#include "harness/judge/judge.h"

struct kho_rejudgement *kho_rejudgement_new(void)
{
	struct kho_rejudgement *rejudgement = g_new0(struct kho_rejudgement, 1);

	rejudgement->changes = g_array_new(FALSE, TRUE, sizeof(struct kho_change));
	rejudgement->together = g_array_new(FALSE, TRUE, sizeof(struct kho_change));
	rejudgement->results = g_ptr_array_new();
	rejudgement->repeats = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	rejudgement->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	return rejudgement;
}

void kho_rejudgement_free(struct kho_rejudgement *rejudgement)
{
	g_array_unref(rejudgement->changes);
	g_array_unref(rejudgement->together);
	g_ptr_array_unref(rejudgement->results);
	g_hash_table_unref(rejudgement->by_id);
	g_ptr_array_unref(rejudgement->repeats);
	g_free(rejudgement);
}

/* --- one recording --- */

static bool same(const struct kho_verdict *a, const struct kho_verdict *b)
{
	return a->name == b->name && g_strcmp0(a->excluded, b->excluded) == 0;
}

static bool is_of_all(const struct kho_verdict *verdict)
{
	return g_strcmp0(verdict->excluded, KHO_REPEATS_DISAGREE) == 0;
}

/* An estimator that is younger than the recording has no verdict in it that could change. */
static bool was_recorded(const struct kho_verdict *verdict)
{
	return g_strcmp0(verdict->excluded, KHO_NOT_RECORDED) != 0;
}

static void judge(struct kho_rejudgement *rejudgement, struct kho_result *result)
{
	struct kho_verdict was[KHO_NR_ESTIMATORS];

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		was[i] = result->estimates[i].verdict;
	kho_judge_result(result);
	kho_expected_again(result);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct kho_change change = { result, i, was[i], result->estimates[i].verdict };

		if (is_of_all(&change.was))
			g_array_append_val(rejudgement->together, change);
		else if (was_recorded(&change.was) && !same(&change.was, &change.is))
			g_array_append_val(rejudgement->changes, change);
	}
}

void kho_rejudge_take(struct kho_rejudgement *rejudgement, struct kho_result *result)
{
	GPtrArray *repeats = g_hash_table_lookup(rejudgement->by_id, result->cell->id);

	if (!repeats) {
		repeats = g_ptr_array_new();
		g_ptr_array_add(rejudgement->repeats, repeats);
		g_hash_table_insert(rejudgement->by_id, result->cell->id, repeats);
	}
	if (result->ended)
		judge(rejudgement, result);
	g_ptr_array_add(repeats, result);
	rejudgement->recordings++;
}

/* --- all recordings of a cell --- */

static bool shows_something(const struct kho_result *result)
{
	return result->ended && result->outcome.name != KHO_OUTCOME_LOST;
}

static bool tells_of_estimators(const struct kho_result *result)
{
	return shows_something(result) && !kho_control_exclusion(result);
}

static bool has_ended(const struct kho_result *result)
{
	return result->ended;
}

static struct kho_result *find(const GPtrArray *repeats, bool (*wanted)(const struct kho_result *result))
{
	for (guint i = 0; i < repeats->len; i++)
		if (wanted(g_ptr_array_index(repeats, i)))
			return g_ptr_array_index(repeats, i);
	return NULL;
}

/* The first of those that show the most. */
static struct kho_result *representative(const GPtrArray *repeats)
{
	return find(repeats, tells_of_estimators)
		       ?: (find(repeats, shows_something)
				   ?: (find(repeats, has_ended) ?: g_ptr_array_index(repeats, 0)));
}

/* A recording may itself be of several that were taken together. */
static void count_outcomes(const struct kho_result *result, guint *seen)
{
	bool together = false;

	for (int i = 0; i < KHO_NR_OUTCOMES; i++) {
		seen[i] += result->seen[i];
		together |= result->seen[i] > 0;
	}
	if (!together && result->ended)
		seen[result->outcome.name]++;
}

/* Has an estimator different verdicts on recordings of the same outcome? */
static bool verdicts_differ(const GPtrArray *repeats, enum kho_estimator estimator)
{
	const struct kho_verdict *first = NULL;

	for (guint i = 0; i < repeats->len; i++) {
		const struct kho_result *result = g_ptr_array_index(repeats, i);
		const struct kho_verdict *verdict = &result->estimates[estimator].verdict;

		if (!tells_of_estimators(result))
			continue;
		if (first && !same(first, verdict))
			return true;
		first = verdict;
	}
	return false;
}

static struct kho_result *fold(const GPtrArray *repeats)
{
	struct kho_result *result = representative(repeats);
	bool differ[KHO_NR_ESTIMATORS];
	guint seen[KHO_NR_OUTCOMES] = { 0 };

	if (repeats->len == 1 || !result->ended)
		return result;
	for (guint i = 0; i < repeats->len; i++)
		count_outcomes(g_ptr_array_index(repeats, i), seen);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		differ[i] = verdicts_differ(repeats, i);
	memcpy(result->seen, seen, sizeof(seen));
	kho_judge_result(result);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (differ[i])
			result->estimates[i].verdict =
				(struct kho_verdict){ .name = KHO_VERDICT_EXCLUDED, .excluded = KHO_REPEATS_DISAGREE };
	kho_expected_again(result);
	return result;
}

/* Were recordings of @id said to disagree for @estimator, and was that looked at already? */
static bool has_change(const GArray *changes, const char *id, enum kho_estimator estimator)
{
	for (guint i = 0; i < changes->len; i++) {
		const struct kho_change *change = &g_array_index(changes, struct kho_change, i);

		if (change->estimator == estimator && g_str_equal(change->result->cell->id, id) &&
		    is_of_all(&change->was))
			return true;
	}
	return false;
}

/* That recordings disagree was said of all of them, so it is held against what all show. */
static void compare_together(struct kho_rejudgement *rejudgement, const struct kho_result *result)
{
	for (guint i = 0; i < rejudgement->together->len; i++) {
		struct kho_change change = g_array_index(rejudgement->together, struct kho_change, i);

		if (!g_str_equal(change.result->cell->id, result->cell->id) ||
		    has_change(rejudgement->changes, result->cell->id, change.estimator))
			continue;
		change.result = result;
		change.is = result->estimates[change.estimator].verdict;
		if (!same(&change.was, &change.is))
			g_array_append_val(rejudgement->changes, change);
	}
}

void kho_rejudge_end(struct kho_rejudgement *rejudgement)
{
	for (guint i = 0; i < rejudgement->repeats->len; i++) {
		struct kho_result *result = fold(g_ptr_array_index(rejudgement->repeats, i));

		g_ptr_array_add(rejudgement->results, result);
		compare_together(rejudgement, result);
	}
}
