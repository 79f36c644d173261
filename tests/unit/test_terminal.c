// SPDX-License-Identifier: GPL-2.0-only
/* What a person sees of a run, and the pieces of text that it is made of. */
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
				      "6.19-x86_64/two-even/16M,128M,32M+big");
	assert_string_equal(unfinished, "[ 7/12] --  -                  -              -  "
					"6.19-x86_64/four/16M,128M,32M+big  not ended");
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
	assert_contains(text, "6.19-x86_64, estimator sparsemem\n"
			      "               failed  survived\n"
			      "  warned         1 TP      1 FP\n"
			      "  silent         1 FN      1 TN\n"
			      "  excluded  1 load-rejected, 1 lost, 1 places-disagree\n");
	assert_contains(text, "False positives (warned, survived):\n    6.19-x86_64/two-even/16M,128M,32M: "
			      "node 0 has 8589934592.0 MiB, needs 64 MiB; survived: made up; but " REMARK "\n");
	assert_contains(text, "\nSurvivors with a remark: 2\n");
	assert_contains(text, "\nDeaths; the autopsy of each is in its directory\n");
	assert_lacks(text, "void: it did not survive");
	assert_contains(text, "False negatives (silent, failed):\n    6.19-x86_64/two-even/200%: sufficient; "
			      "hung: ?[2Jgone <script>");
	assert_contains(text, "New, not as in expected/: 1\n  6.19-x86_64/two-even/200%: survived, sufficient, TN -> "
			      "hung, sufficient, FN: ?[2Jgone");
	assert_contains(text, "Fixed, so that expected/ can be renewed: 1\n  6.19-x86_64/four/200%: ");
	assert_contains(text, "Lost, so that they show nothing: 1\n  6.19-x86_64/two-even/200%+big: made up\n");
	assert_contains(text, "Not ended: 1\n  6.19-x86_64/four/16M,128M,32M+big\n");
	assert_contains(text, "disagree: 1\n  6.19-x86_64/four/200%+big: kernel and host differ: node 0\n");
	assert_contains(text, "Controls that did not survive, so that the cells of their machines are excluded: 1\n"
			      "  6.19-x86_64/two-even/control:ample: panicked: ?[2Jgone");
	assert_true(g_str_has_suffix(text, "\nInterrupted: 9 cells in 3m 41s: 4 as expected, 1 new, 1 fixed, "
					   "1 not compared, 1 lost, 1 not ended; 2 of 4 controls survived; "
					   "places disagree in 1; "
					   "results in results/20261123T101500Z\n"));
}

static void test_progress(void **state)
{
	g_autofree char *early = kho_terminal_progress(0, 72, 2, 3, -1, NULL);
	g_autofree char *line = kho_terminal_progress(12, 72, 2, 63, 200, "two-even/16M");
	g_autofree char *longer = kho_terminal_progress(
		12, 72, 2, 63, 200, "\033[2J\xe6\xbc\xa2\xe6\xbc\xa2/a/very/long/name/that/does/not/fit/any/more");

	assert_string_equal(early, "[ 0/72] 3s, 2 running");
	assert_string_equal(line, "[12/72] 1m 03s, 2 running, about 3m 20s left: two-even/16M");
	/* Two characters of two columns each. */
	assert_int_equal(g_utf8_strlen(longer, -1), 79 - 2);
	assert_harmless(longer);
	assert_true(g_str_has_suffix(longer, "..."));
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cell_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_control_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_colour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_summary, set_up, tear_down),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
