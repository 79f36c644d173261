// SPDX-License-Identifier: GPL-2.0-only
/* What a person sees of a run, and the pieces of text that it is made of. */
#include "harness/report/comparison.h"
#include "harness/report/terminal.h"
#include "harness/report/text.h"
#include "tests/unit/made_up_run.h"

static char *cell_line(void **state, int cell)
{
	struct kho_run *run = *state;

	return kho_terminal_cell_line(g_ptr_array_index(run->results, cell), 7, 12, false);
}

static void test_cell_lines(void **state)
{
	g_autofree char *known = cell_line(state, CELL_FP);
	g_autofree char *new = cell_line(state, CELL_FN);
	g_autofree char *excluded = cell_line(state, CELL_EXCLUDED);
	g_autofree char *unfinished = cell_line(state, CELL_UNFINISHED);
	g_autofree char *disagrees = cell_line(state, CELL_DISAGREES);

	assert_string_equal(known, "[ 7/12] FP  survived           warned      3.1s  "
				   "6.19-x86_64/two-even/16M,128M,32M  known");
	assert_string_equal(new, "[ 7/12] FN  hung               silent      3.1s  6.19-x86_64/two-even/200%"
				 "  NEW: survived, sufficient, TN -> hung, sufficient, FN");
	assert_string_equal(excluded, "[ 7/12] --  load-rejected      silent      3.1s  "
				      "6.19-x86_64/two-even/16M,128M,32M+keep=64M");
	assert_string_equal(unfinished, "[ 7/12] --  -                  -              -  "
					"6.19-x86_64/four/16M,128M,32M+keep=64M  not ended");
	assert_contains(disagrees, "  places disagree: kernel and host differ: node 0");
}

static char *control_line(void **state, int control, bool colour)
{
	struct kho_run *run = *state;

	return kho_terminal_control_line(g_ptr_array_index(run->controls, control), 2, 18, colour);
}

/* In the columns of cells; what did not survive says why, and harmlessly. */
static void test_control_lines(void **state)
{
	g_autofree char *good = control_line(state, CONTROL_GOOD, false);
	g_autofree char *dead = control_line(state, CONTROL_DEAD, false);
	g_autofree char *coloured = control_line(state, CONTROL_DEAD, true);

	assert_string_equal(good, "[ 2/18] ok  survived           control     2.5s  "
				  "6.19-x86_64/two-even/control:kho-off");
	assert_true(g_str_has_prefix(dead, "[ 2/18] --  panicked           control     2.5s  "
					   "6.19-x86_64/two-even/control:ample  ?[2Jgone"));
	assert_harmless(dead);
	assert_lacks(coloured, "[2J");
}

static void test_colour(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *line = kho_terminal_cell_line(g_ptr_array_index(run->results, CELL_FN), 7, 12, true);

	assert_true(g_str_has_prefix(line, "[ 7/12] \033[31mFN\033[0m  hung"));
}

static void test_summary(void **state)
{
	g_autofree char *text = kho_terminal_summary(*state, false);
	g_autofree char *coloured = kho_terminal_summary(*state, true);

	assert_harmless(text);
	assert_lacks(coloured, "\033[2J");
	assert_contains(text, "6.19-x86_64\n"
			      "  estimator    TP    FP    FN    TN  excluded  precision [95%]        recall [95%]\n"
			      "  sparsemem     1     1     1     1         4  50.0% [9.5-90.5]       50.0% [9.5-90.5]\n"
			      "  aggregate     0     1     2     1         4  0.0% [0.0-79.3]        0.0% [0.0-65.8]\n"
			      "  replay     no prediction: no trace?[2Jgone <script>");
	assert_contains(text, "\n  excluded   1 load-rejected, 1 lost, 1 not-run, 1 places-disagree\n");
	assert_contains(text, "\n7.3-x86_64\n");
	assert_contains(text, "  aggregate     0     0     0     1         0  -                      -\n");
	assert_contains(text,
			"False positives (warned, survived): 1 of sparsemem, 1 of aggregate\n"
			"    6.19-x86_64/two-even/16M,128M,32M: sparsemem: node 0 has 8589934592.0 MiB, needs 64 MiB; "
			"survived, but " REMARK "\n"
			"    6.19-x86_64/four/200%: aggregate: too little in all ?[2Jgone");
	assert_contains(text, "\nSurvivors with a remark: 2\n");
	assert_contains(text, "\nDeaths; the autopsy of each is in its directory\n");
	assert_lacks(text, "void: it did not survive");
	/* Both were silent: the cell is named once. */
	assert_contains(text,
			"False negatives (silent, failed): 1 of sparsemem, 2 of aggregate\n"
			"    6.19-x86_64/two-even/200%: sparsemem: sufficient; aggregate: sufficient, 3 MiB left; "
			"hung: ?[2Jgone <script>");
	assert_contains(text,
			"\n    6.19-x86_64/four/16M,128M,32M: aggregate: sufficient, 3 MiB left; panicked: made up\n");
	assert_contains(text, "New, not as in expected/: 1\n  6.19-x86_64/two-even/200%: survived, sufficient, TN -> "
			      "hung, sufficient, FN: ?[2Jgone");
	assert_contains(text, "Fixed, so that expected/ can be renewed: 1\n  6.19-x86_64/four/200%: ");
	assert_contains(text, "Lost, so that they show nothing: 1\n  6.19-x86_64/two-even/200%+keep=64M: made up\n");
	assert_contains(text, "Not ended: 1\n  6.19-x86_64/four/16M,128M,32M+keep=64M\n");
	assert_contains(text, "disagree: 1\n  6.19-x86_64/four/200%+keep=64M: kernel and host differ: node 0\n");
	assert_contains(text, "Controls that did not survive, so that the cells of their machines are excluded: 1\n"
			      "  6.19-x86_64/two-even/control:ample: panicked: ?[2Jgone");
	assert_true(g_str_has_suffix(text, "\nInterrupted: 9 cells in 3m 41s: 4 as expected, 1 new, 1 fixed, "
					   "1 not compared, 1 lost, 1 not ended; 2 of 4 controls survived; "
					   "places disagree in 1; "
					   "results in results/20261123T101500Z\n"));
}

/* Which runs of a cell disagree, or only what an estimator said of them; and which run a line is of. */
static void test_repeats(void **state)
{
	struct kho_run *run = *state;
	struct kho_result *outcomes = g_ptr_array_index(run->results, CELL_TP);
	struct kho_result *layouts = g_ptr_array_index(run->results, CELL_TN);
	g_autofree char *text = NULL, *line = NULL;

	outcomes->seen[KHO_OUTCOME_PANICKED] = 2;
	outcomes->seen[KHO_OUTCOME_SURVIVED] = 1;
	layouts->seen[KHO_OUTCOME_SURVIVED] = 3;
	layouts->estimates[KHO_ESTIMATOR_AGGREGATE].verdict = (struct kho_verdict){ .excluded = KHO_REPEATS_DISAGREE };
	text = kho_terminal_summary(run, false);
	assert_contains(text, "\nRepeats disagree, so that the cell is excluded: 2\n"
			      "  6.19-x86_64/four/16M,128M,32M: panicked 2, survived 1\n"
			      "  6.19-x86_64/four/200%: survived 3, but not from the same layout\n");
	assert_contains(text, "; repeats disagree in 2; results in ");
	outcomes->repeat = 2;
	line = cell_line(state, CELL_TP);
	assert_contains(line, "  6.19-x86_64/four/16M,128M,32M (repeat 2)");
}

/* A list that nobody would read to its end is cut; the estimators' counts are not. */
static void test_many_wrong(void **state)
{
	struct kho_run *run = *state;
	struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, 0);
	g_autofree char *text = NULL;

	for (int i = 0; i < 24; i++)
		add(run, CELL_FP, KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP);
	kernel->confusion[KHO_ESTIMATOR_SPARSEMEM].fp += 24;
	text = kho_terminal_summary(run, false);
	assert_contains(text, "False positives (warned, survived): 25 of sparsemem, 1 of aggregate\n");
	assert_contains(text, "\n    ... and 6 more cells: report.html has them all");
	assert_int_equal(count(text, ": sparsemem: node 0 has "), 19);
}

/* Where estimators are excluded for reasons of their own, each says its own; who never answers says nothing. */
static void test_exclusions(void **state)
{
	struct kho_run *run = *state;
	struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, 0);
	g_autoptr(GPtrArray) same = kho_exclusion_lines(run, kernel), differ = NULL;

	assert_int_equal(same->len, 1);
	assert_string_equal(same->pdata[0], "1 load-rejected, 1 lost, 1 not-run, 1 places-disagree");
	kernel->confusion[KHO_ESTIMATOR_REPLAY].tp = 1;
	differ = kho_exclusion_lines(run, kernel);
	assert_int_equal(differ->len, 2);
	assert_string_equal(differ->pdata[0],
			    "sparsemem, aggregate: 1 load-rejected, 1 lost, 1 not-run, 1 places-disagree");
	assert_string_equal(differ->pdata[1],
			    "replay: 4 no-prediction, 1 load-rejected, 1 lost, 1 not-run, 1 places-disagree");
}

static void test_predictions(void **state)
{
	static const struct {
		struct kho_prediction prediction;
		const char *text;
	} cases[] = {
		{ { .answer = KHO_ANSWER_SUFFICIENT }, "sufficient" },
		{ { .answer = KHO_ANSWER_SUFFICIENT, .have_left = true, .left_bytes = 3 * MIB },
		  "sufficient, 3 MiB left" },
		{ { .answer = KHO_ANSWER_SUFFICIENT, .have_left = true, .reason = (char *)"so\nso" },
		  "sufficient, 0 MiB left (so so)" },
		{ { .answer = KHO_ANSWER_INSUFFICIENT, .node = 2, .usable_bytes = MIB, .required_bytes = 2 * MIB },
		  "node 2 has 1 MiB, needs 2 MiB" },
		{ { .answer = KHO_ANSWER_INSUFFICIENT, .reason = (char *)"no\033[2J room" }, "no?[2J room" },
		{ { .answer = KHO_ANSWER_ABSENT, .note = (char *)"not told" }, "absent: not told" },
		{ { .answer = KHO_ANSWER_SKIPPED }, "skipped" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autofree char *text = kho_text_prediction(&cases[i].prediction);

		assert_string_equal(text, cases[i].text);
	}
}

static void assert_text(char *text, const char *expected)
{
	assert_string_equal(text, expected);
	g_free(text);
}

static void test_clean(void **state)
{
	assert_text(kho_text_clean(NULL), "");
	assert_text(kho_text_clean("a\tb\r\nc\033[31m"), "a b  c?[31m");
	/* The 8-bit escape, a right-to-left override, half a character. */
	assert_text(kho_text_clean("\xc2\x9b"
				   "31m \xe2\x80\xae \xc3"),
		    "?31m ? \xef\xbf\xbd");
	assert_text(kho_text_clean("M\xc3\xbcnchen"), "M\xc3\xbcnchen");
	assert_text(kho_text_markup("<a b='c'>&\x01"), "&lt;a b=&apos;c&apos;&gt;&amp;?");
}

static void test_numbers(void **state)
{
	assert_text(kho_text_decimal(3.14, 1), "3.1");
	assert_text(kho_text_decimal(1e300, 3), "0");
	assert_text(kho_text_duration(59.4), "59s");
	assert_text(kho_text_duration(59.6), "1m 00s");
	assert_text(kho_text_duration(7509), "2h 05m");
	assert_text(kho_text_duration(-1), "?");
	assert_text(kho_text_mib(32 * MIB), "32 MiB");
	assert_text(kho_text_mib(64 * MIB - 1), "63.9 MiB");
	assert_text(kho_text_mib(UINT64_MAX), "17592186044415.9 MiB");
	assert_text(kho_text_short(0), "0");
	assert_text(kho_text_short(4 * GIB), "4G");
	assert_text(kho_text_short(2984 * MIB), "2984M");
	assert_text(kho_text_short(12368 * KIB), "12.0M");
	assert_text(kho_text_short(12368 * MIB), "12.0G");
	assert_text(kho_text_short(64 * MIB - 1), "63.9M");
	assert_text(kho_text_short(64 * TIB - 1), "63.9T");
	assert_text(kho_text_short(UINT64_MAX), "16777215.9T");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cell_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_control_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_colour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_summary, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_repeats, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exclusions, set_up, tear_down),
		cmocka_unit_test(test_predictions),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
