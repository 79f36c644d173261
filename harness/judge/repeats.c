// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/repeats.h"

#include "harness/judge/expected.h"
#include "harness/judge/judge.h"

bool kho_repeats_disagree(const struct kho_result *result)
{
	guint outcomes = 0;

	for (int i = 0; i < KHO_NR_OUTCOMES; i++)
		outcomes += i != KHO_OUTCOME_LOST && result->seen[i];
	return outcomes > 1;
}

bool kho_repeats_disagree_for(const struct kho_result *result, enum kho_estimator estimator)
{
	return kho_repeats_disagree(result) ||
	       (result->ended && g_strcmp0(result->estimates[estimator].verdict.excluded, KHO_REPEATS_DISAGREE) == 0);
}

static bool same(const struct kho_verdict *a, const struct kho_verdict *b)
{
	return a->name == b->name && g_strcmp0(a->excluded, b->excluded) == 0;
}

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

static struct kho_result *find(const GPtrArray *runs, bool (*wanted)(const struct kho_result *result))
{
	for (guint i = 0; i < runs->len; i++)
		if (wanted(g_ptr_array_index(runs, i)))
			return g_ptr_array_index(runs, i);
	return NULL;
}

/* The first of those that show the most. */
static struct kho_result *representative(const GPtrArray *runs)
{
	return find(runs, tells_of_estimators)
		       ?: (find(runs, shows_something) ?: (find(runs, has_ended) ?: g_ptr_array_index(runs, 0)));
}

/* A recorded run may itself be of several that were taken together. */
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

/* Has an estimator different verdicts on runs of the same outcome? */
static bool verdicts_differ(const GPtrArray *runs, enum kho_estimator estimator)
{
	const struct kho_verdict *first = NULL;

	for (guint i = 0; i < runs->len; i++) {
		const struct kho_result *result = g_ptr_array_index(runs, i);
		const struct kho_verdict *verdict = &result->estimates[estimator].verdict;

		if (!tells_of_estimators(result))
			continue;
		if (first && !same(first, verdict))
			return true;
		first = verdict;
	}
	return false;
}

struct kho_result *kho_repeats_fold(const GPtrArray *runs)
{
	struct kho_result *result = representative(runs);
	bool differ[KHO_NR_ESTIMATORS];
	guint seen[KHO_NR_OUTCOMES] = { 0 };

	if (runs->len == 1 || !result->ended)
		return result;
	for (guint i = 0; i < runs->len; i++)
		count_outcomes(g_ptr_array_index(runs, i), seen);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		differ[i] = verdicts_differ(runs, i);
	memcpy(result->seen, seen, sizeof(seen));
	kho_judge_result(result);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (differ[i])
			result->estimates[i].verdict =
				(struct kho_verdict){ .name = KHO_VERDICT_EXCLUDED, .excluded = KHO_REPEATS_DISAGREE };
	kho_expected_again(result);
	return result;
}
