// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/case.h"

#include "harness/judge/expected.h"
#include "harness/judge/repeats.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

static struct kho_case judgement(enum kho_case_state state, const char *type, char *message)
{
	return (struct kho_case){ .state = state, .type = type, .message = message };
}

static struct kho_case judge_ended(const struct kho_result *result)
{
	const struct kho_verdict *verdict = &result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict;
	const char *disagreement = kho_tally_disagreement(result);

	if (disagreement)
		return judgement(KHO_CASE_FAILURE, "disagreement", g_strdup(disagreement));
	if (result->unlike)
		return judgement(KHO_CASE_FAILURE, "unlike", g_strdup(result->unlike));
	if (kho_repeats_disagree(result))
		return judgement(KHO_CASE_FAILURE, "flaky", kho_text_outcomes(result));
	if (kho_tally_class(result) == KHO_TALLY_NEW) {
		g_autofree char *expected = kho_text_expected(result), *seen = kho_text_seen(result);

		return judgement(KHO_CASE_FAILURE, "new", g_strdup_printf("expected: %s; seen: %s", expected, seen));
	}
	if (verdict->name == KHO_VERDICT_EXCLUDED)
		return judgement(KHO_CASE_SKIPPED, "excluded",
				 g_strdup(kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM)));
	return judgement(KHO_CASE_PASSED, NULL, NULL);
}

static struct kho_case judge_control(const struct kho_result *control)
{
	if (!control->ended)
		return judgement(KHO_CASE_ERROR, "not-ended",
				 g_strdup("the run was interrupted before this control was over"));
	if (kho_tally_survived(control))
		return judgement(KHO_CASE_PASSED, NULL, NULL);
	if (kho_expected_control_is_known(control))
		return judgement(KHO_CASE_SKIPPED, NULL,
				 g_strdup_printf("%s, as expected: the cells of this machine are excluded",
						 kho_outcome_text(control->outcome.name)));
	return judgement(
		control->outcome.name == KHO_OUTCOME_LOST ? KHO_CASE_ERROR : KHO_CASE_FAILURE, "control",
		g_strdup_printf("%s: the cells of this machine are excluded", kho_outcome_text(control->outcome.name)));
}

struct kho_case kho_case_of(const struct kho_result *result)
{
	if (result->cell->control != KHO_CONTROL_NONE)
		return judge_control(result);
	switch (kho_tally_class(result)) {
	case KHO_TALLY_UNFINISHED:
		return judgement(KHO_CASE_ERROR, "not-ended",
				 g_strdup("the run was interrupted before this cell was over"));
	case KHO_TALLY_LOST:
		return judgement(KHO_CASE_ERROR, "lost", kho_text_clean(result->outcome.reason));
	case KHO_TALLY_NEW:
	case KHO_TALLY_FIXED:
	case KHO_TALLY_KNOWN:
	case KHO_TALLY_SAME:
	case KHO_TALLY_UNLISTED:
	case KHO_NR_TALLY_CLASSES:
		break;
	}
	return judge_ended(result);
}

void kho_case_clear(struct kho_case *judged)
{
	g_clear_pointer(&judged->message, g_free);
}
