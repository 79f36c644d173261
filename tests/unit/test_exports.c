// SPDX-License-Identifier: GPL-2.0-only
/* A recorded run in other formats, and held against another run. */
#include "harness/report/csv.h"
#include "harness/report/ktap.h"
#include "harness/report/run_diff.h"
#include "tests/unit/made_up_run.h"

static void test_ktap(void **state)
{
	g_autofree char *text = kho_ktap(*state);

	assert_harmless(text);
	assert_true(
		g_str_has_prefix(text, "KTAP version 1\n1..2\n  KTAP version 1\n  # Subtest: 6.19-x86_64\n  1..12\n"));
	assert_contains(text, "\n  ok 1 6.19-x86_64/two-even/control:kho-off\n");
	assert_contains(text, "\n  not ok 2 6.19-x86_64/two-even/control:ample # control: panicked: ");
	assert_contains(text, "\n  ok 5 6.19-x86_64/two-even/16M,128M,32M\n");
	assert_contains(text,
			"\n  not ok 6 6.19-x86_64/two-even/200% # new: expected: survived, sufficient, TN; seen: ");
	assert_contains(text, "\n  ok 9 6.19-x86_64/two-even/16M,128M,32M+keep=64M # SKIP load-rejected\n");
	assert_contains(text, "\nnot ok 1 6.19-x86_64\n");
	assert_true(g_str_has_suffix(text, "\nok 2 7.3-x86_64\n"));
}

static guint count_fields(const char *line)
{
	guint count = 1;
	bool quoted = false;

	for (; *line && *line != '\r'; line++) {
		quoted ^= *line == '"';
		count += *line == ',' && !quoted;
	}
	return count;
}

static void test_csv(void **state)
{
	struct kho_run *run = *state;
	struct kho_result *result = g_ptr_array_index(run->results, CELL_TP);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_free(result->outcome.reason);
	result->outcome.reason = g_strdup("=1+1");
	text = kho_csv(run);
	lines = g_strsplit(text, "\r\n", -1);
	assert_int_equal(g_strv_length(lines), 1 + NR_CELLS + NR_CONTROLS + 1);
	for (guint i = 0; i < 1 + NR_CELLS + NR_CONTROLS; i++) {
		assert_harmless(lines[i]);
		assert_int_equal(count_fields(lines[i]), count_fields(lines[0]));
	}
	assert_true(
		g_str_has_prefix(lines[0], "id,kernel,successor,topology,kho_scratch,payload,control,ended,outcome,"));
	assert_contains(lines[0], ",sparsemem_verdict,sparsemem_excluded,sparsemem_answer,sparsemem_node,");
	assert_contains(lines[1 + NR_CONTROLS + CELL_TP], ",\"'=1+1\",");
	assert_contains(lines[1 + NR_CONTROLS + CELL_FN], "gone <script>alert(1)</script> & \"\"quoted\"\" ");
	assert_contains(lines[1 + NR_CONTROLS + CELL_FP],
			",FP,,insufficient,0,9007199254740993,67108864,,TN,,sufficient,");
	assert_contains(lines[1], ",two-even,,default,kho-off,true,survived,");
}

static void test_same(void **state)
{
	g_autoptr(KhoRunDiff) diff = kho_run_diff_new(*state, NULL, *state, NULL);
	g_autofree char *text = kho_run_diff_text(diff, true, true);

	assert_false(kho_run_diff_differs(diff));
	assert_string_equal(text,
			    "9 cells in both: 9 the same; other outcome 0, other verdict 0, other answer 0, other "
			    "reason 0\nonly before 0, only after 0\n");
}

static void test_changes(void **state)
{
	struct kho_run *before = *state, after = *before;
	void *other_state = NULL;
	struct kho_result *changed, *reason;
	g_autoptr(KhoRunDiff) diff = NULL;
	g_autofree char *text = NULL, *brief = NULL;

	set_up(&other_state);
	after = *(struct kho_run *)other_state;
	changed = g_ptr_array_index(after.results, CELL_TP);
	changed->outcome.name = KHO_OUTCOME_SURVIVED;
	changed->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name = KHO_VERDICT_FP;
	reason = g_ptr_array_index(after.results, CELL_FP);
	g_free(reason->outcome.reason);
	reason->outcome.reason = g_strdup(NASTY);
	g_ptr_array_remove_index(after.results, CELL_OTHER_KERNEL);
	diff = kho_run_diff_new(before, NULL, &after, NULL);
	text = kho_run_diff_text(diff, true, false);
	brief = kho_run_diff_text(diff, false, false);
	assert_true(kho_run_diff_differs(diff));
	assert_harmless(text);
	assert_contains(text, "! 6.19-x86_64/four/16M,128M,32M: panicked -> survived\n    sparsemem TP -> FP: ");
	assert_contains(text, "~ 6.19-x86_64/two-even/16M,128M,32M\n    was: made up; " REMARK "\n    is:  ?[2Jgone");
	assert_lacks(brief, "two-even/16M,128M,32M\n");
	assert_contains(text,
			"- 7.3-x86_64/four/200%: survived TN\n8 cells in both: 6 the same; other outcome 1, other "
			"verdict 1, other answer 0, other reason 1\nonly before 1, only after 0\n");
	tear_down(&other_state);
}

/* Two kernels of one run: what they have in common but for the kernel. */
static void test_kernels(void **state)
{
	g_autoptr(KhoRunDiff) diff = kho_run_diff_new(*state, "6.19-x86_64", *state, "7.3-x86_64");
	g_autofree char *text = kho_run_diff_text(diff, false, false);

	assert_int_equal(diff->compared, 1);
	assert_int_equal(diff->only_before, 7);
	assert_int_equal(diff->only_after, 0);
	assert_contains(text, "- two-even/200%: hung FN\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ktap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_csv, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kernels, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
