// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/rejudge.h"

#include "harness/judge/expected.h"
#include "harness/judge/judge.h"
#include "harness/judge/repeats.h"

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
		struct kho_result *result = kho_repeats_fold(g_ptr_array_index(rejudgement->repeats, i));

		g_ptr_array_add(rejudgement->results, result);
		compare_together(rejudgement, result);
	}
}
