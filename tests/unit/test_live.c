// SPDX-License-Identifier: GPL-2.0-only
/* What a terminal shows while a run runs. */
#include "harness/report/tally.h"
#include "harness/report/terminal_live.h"
#include "tests/unit/made_up_run.h"

static const struct kho_live_machine machines[] = {
	{ "6.19-x86_64/two-even/16M,16M,16M", KHO_STAGE_SUCCESSOR_BOOT, 3.4 },
	{ "6.19-x86_64/one/200%", KHO_STAGE_POWER_ON, 0.2 },
	{ "\033[2J\xe6\xbc\xa2\xe6\xbc\xa2/a/very/long/name/that/does/not/fit/any/more/because/it/is/so/long",
	  KHO_STAGE_DONE, 1 },
};

static const struct kho_live live = {
	.done = 12,
	.total = 72,
	.seconds = 63,
	.left = 200,
	.verdicts = { [KHO_VERDICT_TP] = 5, [KHO_VERDICT_FN] = 1, [KHO_VERDICT_EXCLUDED] = 2 },
	.machines = machines,
	.nr_machines = COUNT(machines),
};

static void test_lines(void **state)
{
	g_autofree char *text = kho_terminal_live(&live, 80, 24, false);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	assert_int_equal(g_strv_length(lines), 4);
	assert_string_equal(lines[0], "[12/72] 1m 03s, about 3m 20s left; TP 5, FN 1, excluded 2");
	assert_string_equal(lines[1], "     3s  successor-boot  6.19-x86_64/two-even/16M,16M,16M");
	assert_string_equal(lines[2], "     0s  power-on        6.19-x86_64/one/200%");
	assert_harmless(lines[3]);
	/* Two characters of two columns each. */
	assert_int_equal(g_utf8_strlen(lines[3], -1), 79 - 2);
	assert_true(g_str_has_suffix(lines[3], "..."));
}

/* Whatever the window, nothing wraps or scrolls. */
static void test_windows(void **state)
{
	for (guint columns = 1; columns < 100; columns++) {
		for (guint most = 1; most < 6; most++) {
			g_autofree char *text = kho_terminal_live(&live, columns, most, false);
			g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

			assert_true(g_strv_length(lines) <= most);
			for (guint i = 0; lines[i]; i++)
				assert_true(g_utf8_strlen(lines[i], -1) <= MAX(columns, 5) - 1);
		}
	}
}

static void test_crowd(void **state)
{
	g_autofree char *text = kho_terminal_live(&live, 80, 3, false);

	assert_contains(text, "\n     3s  successor-boot  6.19-x86_64/two-even/16M,16M,16M\n  ... and 2 more");
}

static void test_beginning(void **state)
{
	const struct kho_live early = { .total = 18, .controls = true, .seconds = 3, .left = -1 };
	const struct kho_live surprised = { .done = 1, .total = 2, .seconds = 5, .left = 5, .surprises = 1 };
	g_autofree char *text = kho_terminal_live(&early, 80, 24, false);
	g_autofree char *coloured = kho_terminal_live(&surprised, 80, 24, true);

	assert_string_equal(text, "[ 0/18] controls, 3s");
	assert_string_equal(coloured, "\033[31m[1/2] 5s, about 5s left; 1 surprise\033[0m");
}

static void test_surprises(void **state)
{
	struct kho_run *run = *state;
	static const bool expected[NR_CELLS] = { [CELL_FN] = true, [CELL_LOST] = true, [CELL_DISAGREES] = true };

	for (guint i = 0; i < NR_CELLS; i++)
		assert_int_equal(kho_tally_surprises(g_ptr_array_index(run->results, i)), expected[i]);
	assert_false(kho_tally_surprises(g_ptr_array_index(run->controls, CONTROL_GOOD)));
	assert_true(kho_tally_surprises(g_ptr_array_index(run->controls, CONTROL_DEAD)));
	assert_false(kho_tally_surprises(g_ptr_array_index(run->controls, CONTROL_UNFINISHED)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_beginning),
		cmocka_unit_test_setup_teardown(test_surprises, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
