// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/bisecting.h"

#include "harness/judge/judge.h"
#include "harness/judge/repeats.h"

static bool holds(const char *const *words, const char *word)
{
	return words && word && g_strv_contains(words, word);
}

static const char *verdict_word(const struct kho_result *result)
{
	enum kho_verdict_name verdict = result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name;

	return verdict == KHO_VERDICT_EXCLUDED ? NULL : kho_verdict_text(verdict);
}

bool kho_bisect_word_valid(const char *word)
{
	enum kho_outcome_name outcome;

	for (int i = 0; i < KHO_NR_VERDICTS; i++)
		if (i != KHO_VERDICT_EXCLUDED && g_str_equal(word, kho_verdict_text(i)))
			return true;
	return kho_outcome_from_text(word, &outcome) && outcome != KHO_OUTCOME_LOST;
}

/* Why the cell shows nothing of the commit, whatever its outcome; NULL: it does. */
static const char *void_reason(const struct kho_result *result)
{
	if (!result->ended)
		return "it did not end";
	if (result->outcome.name == KHO_OUTCOME_LOST)
		return "the machine was lost";
	if (result->unlike)
		return "it is not the machine that its topology describes";
	if (kho_repeats_disagree(result))
		return "its runs disagree";
	return kho_control_exclusion(result);
}

static bool counts(const struct kho_result *result)
{
	return result->outcome.name == KHO_OUTCOME_SURVIVED || kho_outcome_failed(result->outcome.name);
}

static enum kho_bisect_answer answer_of(const struct kho_result *result, const struct kho_bisect_words *words)
{
	const char *outcome = kho_outcome_text(result->outcome.name), *verdict = verdict_word(result);

	if (holds(words->good, outcome) || holds(words->good, verdict))
		return KHO_BISECT_GOOD;
	if (holds(words->bad, outcome) || holds(words->bad, verdict))
		return KHO_BISECT_BAD;
	return !words->bad && counts(result) ? KHO_BISECT_BAD : KHO_BISECT_UNTOLD;
}

enum kho_bisect_answer kho_bisect_cell(const struct kho_result *result, const struct kho_bisect_words *words,
				       char **why)
{
	const char *nothing = void_reason(result), *verdict = verdict_word(result);

	if (nothing) {
		*why = g_strdup(nothing);
		return KHO_BISECT_UNTOLD;
	}
	*why = g_strdup_printf("%s%s%s: %s", kho_outcome_text(result->outcome.name), verdict ? ", " : "", verdict ?: "",
			       result->outcome.reason);
	return answer_of(result, words);
}
