// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/bisecting.h"
#include "tests/unit/test.h"

static struct kho_cell cell = { .id = (char *)"k/t/s" };

static struct kho_result seen(enum kho_outcome_name outcome, enum kho_verdict_name verdict)
{
	struct kho_result result = { .cell = &cell,
				     .ended = true,
				     .outcome = { .name = outcome, .reason = (char *)"r" } };

	result.estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name = verdict;
	return result;
}

static void check(const struct kho_result *result, const char *good, const char *bad, enum kho_bisect_answer answer)
{
	const char *const goods[] = { good, NULL }, *const bads[] = { bad, NULL };
	const struct kho_bisect_words words = { .good = goods, .bad = bad ? bads : NULL };
	g_autofree char *why = NULL;

	assert_int_equal(kho_bisect_cell(result, &words, &why), answer);
	assert_non_null(why);
}

static void outcomes(void **state)
{
	struct kho_result survived = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_FP);
	struct kho_result panicked = seen(KHO_OUTCOME_PANICKED, KHO_VERDICT_TP);
	struct kho_result off = seen(KHO_OUTCOME_KHO_DISABLED, KHO_VERDICT_EXCLUDED);

	check(&survived, "survived", NULL, KHO_BISECT_GOOD);
	check(&panicked, "survived", NULL, KHO_BISECT_BAD);
	check(&panicked, "panicked", "survived", KHO_BISECT_GOOD);
	check(&survived, "panicked", "survived", KHO_BISECT_BAD);
	/* With words for bad, nothing else is. */
	check(&panicked, "survived", "hung", KHO_BISECT_UNTOLD);
	/* No handover tells nothing, unless it is what is looked for. */
	check(&off, "survived", NULL, KHO_BISECT_UNTOLD);
	check(&off, "survived", "kho-disabled", KHO_BISECT_BAD);
	check(&off, "kho-disabled", NULL, KHO_BISECT_GOOD);
}

static void verdicts(void **state)
{
	struct kho_result wrong = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_FP);
	struct kho_result right = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN);

	check(&right, "TN", NULL, KHO_BISECT_GOOD);
	check(&wrong, "TN", NULL, KHO_BISECT_BAD);
	check(&wrong, "TN", "FN", KHO_BISECT_UNTOLD);
}

static void nothing_can_be_told(void **state)
{
	struct kho_result lost = seen(KHO_OUTCOME_LOST, KHO_VERDICT_EXCLUDED);
	struct kho_result unended = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN);
	struct kho_result unlike = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_EXCLUDED);
	struct kho_result control = seen(KHO_OUTCOME_HUNG, KHO_VERDICT_TP);
	struct kho_result machine = seen(KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN);

	unended.ended = false;
	unlike.unlike = (char *)"it sees other memory";
	machine.controls[0] = &control; /* the machine dies without KHO, too */
	check(&lost, "survived", NULL, KHO_BISECT_UNTOLD);
	check(&unended, "survived", NULL, KHO_BISECT_UNTOLD);
	check(&unlike, "survived", NULL, KHO_BISECT_UNTOLD);
	check(&machine, "survived", NULL, KHO_BISECT_UNTOLD);
}

static void words(void **state)
{
	static const char *const good[] = { "survived",
					    "hung",
					    "panicked",
					    "reset",
					    "kho-disabled",
					    "load-rejected",
					    "not-handed-over",
					    "first-boot-failed",
					    "TP",
					    "FP",
					    "TN",
					    "FN" };
	static const char *const bad[] = { "", "lost", "excluded", "tp", "dead", "Survived" };

	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(kho_bisect_word_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(kho_bisect_word_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(nothing_can_be_told),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
