// SPDX-License-Identifier: GPL-2.0-only
/* expected/: reading, comparing, renewing. */
#include "harness/judge/expected.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

static const char text[] = "# a comment\n"
			   "\n"
			   "two/16M,16M,16M  panicked  insufficient  TP\n"
			   "two/16M,128M,32M\tsurvived  insufficient  FP\n"
			   "two/8M,8M,8M     load-rejected insufficient excluded\n";

static struct kho_result *seen(const char *id, enum kho_outcome_name outcome, enum kho_answer answer,
			       struct kho_verdict verdict)
{
	static struct kho_cell cells[8];
	static int next;
	struct kho_cell *cell = &cells[next++ % 8];
	struct kho_result *result;

	cell->id = (char *)id;
	result = kho_result_new(cell);
	result->ended = true;
	result->outcome.name = outcome;
	result->estimates[0].places[KHO_PLACE_KERNEL].answer = answer;
	result->estimates[0].verdict = verdict;
	return result;
}

#define TP   ((struct kho_verdict){ KHO_VERDICT_TP, NULL })
#define FP   ((struct kho_verdict){ KHO_VERDICT_FP, NULL })
#define TN   ((struct kho_verdict){ KHO_VERDICT_TN, NULL })
#define FN   ((struct kho_verdict){ KHO_VERDICT_FN, NULL })
#define LOST ((struct kho_verdict){ KHO_VERDICT_EXCLUDED, "lost" })

static void standings(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoExpected) expected = kho_expected_parse("x", text, &error);
	g_autoptr(KhoExpected) none = kho_expected_load("/nonexistent", "k", &error);
	const struct {
		struct kho_result *result;
		enum kho_standing standing;
	} cases[] = {
		{ seen("k/two/16M,16M,16M", KHO_OUTCOME_PANICKED, KHO_ANSWER_INSUFFICIENT, TP), KHO_STANDING_SAME },
		{ seen("k/two/16M,16M,16M", KHO_OUTCOME_HUNG, KHO_ANSWER_INSUFFICIENT, TP), KHO_STANDING_NEW },
		{ seen("k/two/16M,16M,16M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, FP), KHO_STANDING_NEW },
		{ seen("k/two/16M,128M,32M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, FP), KHO_STANDING_KNOWN },
		{ seen("k/two/16M,128M,32M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, TN), KHO_STANDING_FIXED },
		{ seen("k/two/16M,128M,32M", KHO_OUTCOME_LOST, KHO_ANSWER_INSUFFICIENT, LOST), KHO_STANDING_NEW },
		{ seen("k/two/1G,1G,1G", KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, TN), KHO_STANDING_NEW },
	};

	assert_non_null(expected);
	assert_non_null(none);
	for (size_t i = 0; i < COUNT(cases); i++) {
		kho_expected_compare(expected, cases[i].result);
		assert_string_equal(kho_standing_text(cases[i].result->standing), kho_standing_text(cases[i].standing));
		kho_expected_compare(none, cases[i].result);
		assert_int_equal(cases[i].result->standing, KHO_STANDING_UNLISTED);
		kho_result_free(cases[i].result);
	}
}

static void renewed(void **state)
{
	g_autoptr(KhoExpected) expected = kho_expected_parse("x", text, NULL), again = NULL;
	struct kho_result *changed = seen("k/two/16M,128M,32M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, TN);
	struct kho_result *added = seen("k/one/1%", KHO_OUTCOME_PANICKED, KHO_ANSWER_SUFFICIENT, FN);
	struct kho_result *lost = seen("k/two/16M,16M,16M", KHO_OUTCOME_LOST, KHO_ANSWER_SUFFICIENT, LOST);
	struct kho_result *unfinished = seen("k/two/8M,8M,8M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, TN);
	struct kho_result *unsound = seen("k/two/16M,16M,16M", KHO_OUTCOME_HUNG, KHO_ANSWER_SUFFICIENT, FN);
	struct kho_result *flaky = seen("k/two/16M,16M,16M", KHO_OUTCOME_SURVIVED, KHO_ANSWER_SUFFICIENT, TN);
	const struct kho_result control = { .ended = true, .outcome.name = KHO_OUTCOME_LOST };
	g_autofree char *written = NULL, *rewritten = NULL;

	unfinished->ended = false;
	flaky->seen[KHO_OUTCOME_SURVIVED] = flaky->seen[KHO_OUTCOME_HUNG] = 1;
	unsound->controls[KHO_CONTROL_AMPLE] = &control;
	assert_true(kho_expected_renew(expected, changed));
	assert_true(kho_expected_renew(expected, added));
	assert_false(kho_expected_renew(expected, lost));
	assert_false(kho_expected_renew(expected, unfinished));
	assert_false(kho_expected_renew(expected, unsound));
	assert_false(kho_expected_renew(expected, flaky));
	written = kho_expected_format(expected);
	assert_non_null(strstr(written, "\ntwo/16M,16M,16M   panicked           insufficient  TP\n"
					"two/16M,128M,32M  survived           sufficient    TN\n"
					"two/8M,8M,8M      load-rejected      insufficient  excluded\n"
					"one/1%            panicked           sufficient    FN\n"));
	again = kho_expected_parse("x", written, NULL);
	rewritten = kho_expected_format(again);
	assert_string_equal(written, rewritten);
	kho_result_free(changed);
	kho_result_free(added);
	kho_result_free(lost);
	kho_result_free(unfinished);
	kho_result_free(unsound);
	kho_result_free(flaky);
}

static void bad_files(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a survived sufficient\n", "x:1: 3 words instead of 4 (id, outcome, answer, verdict)" },
		{ "# c\na survive sufficient TN\n", "x:2: 'survive' is not an outcome" },
		{ "a survived enough TN\n", "x:1: 'enough' is not an answer" },
		{ "a survived sufficient tn\n", "x:1: 'tn' is not a verdict" },
		{ "a survived sufficient TN\na survived sufficient TN\n", "x:2: cell 'a' is listed twice" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(kho_expected_parse("x", cases[i].text, &error));
		assert_string_equal(error->message, cases[i].message);
		assert_int_equal(kho_error_exit(error), KHO_EXIT_INPUT);
	}
}

/* A control has a line only where it is known to fail. */
static void controls(void **state)
{
	g_autoptr(KhoExpected) expected = kho_expected_parse("x", text, NULL);
	struct kho_result *off =
		seen("k/two/control:ample", KHO_OUTCOME_KHO_DISABLED, KHO_ANSWER_ABSENT, (struct kho_verdict){ 0 });
	g_autofree char *with = NULL, *without = NULL;

	kho_expected_compare_control(expected, off);
	assert_false(kho_expected_control_is_known(off));
	kho_expected_renew_control(expected, off);
	kho_expected_compare_control(expected, off);
	assert_true(kho_expected_control_is_known(off));
	with = kho_expected_format(expected);
	assert_non_null(strstr(with, "\ntwo/control:ample  kho-disabled"));
	off->outcome.name = KHO_OUTCOME_SURVIVED; /* mended: the line is wrong now */
	assert_false(kho_expected_control_is_known(off));
	off->outcome.name = KHO_OUTCOME_LOST; /* shows nothing */
	kho_expected_renew_control(expected, off);
	off->outcome.name = KHO_OUTCOME_SURVIVED;
	kho_expected_renew_control(expected, off);
	kho_expected_compare_control(expected, off);
	assert_true(kho_expected_control_is_known(off));
	without = kho_expected_format(expected);
	assert_null(strstr(without, "control"));
	off->ended = false;
	assert_false(kho_expected_control_is_known(off));
	kho_result_free(off);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standings),
		cmocka_unit_test(renewed),
		cmocka_unit_test(controls),
		cmocka_unit_test(bad_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
