// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recorded consoles (tests/golden/NAME.console) and what must be read from them (NAME.expected).
 * KHO_RENEW_GOLDEN=1 writes the expectations anew: read the diff.
 */
#include <glib/gstdio.h>
#include <stdlib.h>

#include "harness/handover/death.h"
#include "tests/unit/test.h"

#define GOLDEN "tests/golden"

static char *describe(const struct kho_console *console)
{
	struct kho_outcome outcome = { 0 };
	char *text;

	kho_death_name(&(struct kho_death){ .sign = KHO_DEATH_STILL, .speech = console }, &outcome);
	text = g_strdup_printf("entered: %s\nlines: %u\npanic: %s\npanic over: %s\nreason: %s\nlast: %s\n",
			       console->entered ? "yes" : "no", console->lines, console->panic ?: "none",
			       console->panic_over ? "yes" : "no", outcome.reason, console->last ?: "none");
	kho_outcome_clear(&outcome);
	return text;
}

/* The same findings, however the bytes are cut into pieces. */
static char *read_in_pieces(const char *bytes, gsize length, gsize piece)
{
	struct kho_console console;
	char *text;

	kho_console_init(&console);
	for (gsize at = 0; at < length; at += piece)
		kho_console_take(&console, bytes + at, MIN(piece, length - at));
	text = describe(&console);
	kho_console_clear(&console);
	return text;
}

static void check(const char *name)
{
	g_autofree char *path = g_build_filename(GOLDEN, name, NULL);
	g_autofree char *base = g_strndup(path, strlen(path) - strlen(".console"));
	g_autofree char *expected_path = g_strconcat(base, ".expected", NULL);
	g_autofree char *bytes = NULL, *expected = NULL, *whole = NULL, *pieces = NULL;
	gsize length;

	print_message("%s\n", name);
	assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	whole = read_in_pieces(bytes, length, length);
	pieces = read_in_pieces(bytes, length, 7);
	assert_string_equal(whole, pieces);
	if (getenv("KHO_RENEW_GOLDEN"))
		assert_true(g_file_set_contents(expected_path, whole, -1, NULL));
	assert_true(g_file_get_contents(expected_path, &expected, NULL, NULL));
	assert_string_equal(whole, expected);
}

static void golden(void **state)
{
	GDir *dir = g_dir_open(GOLDEN, 0, NULL);
	const char *name;
	int count = 0;

	assert_non_null(dir);
	while ((name = g_dir_read_name(dir))) {
		/* early-boot-*: what of those must be read is in test_trace_file.c */
		if (!g_str_has_suffix(name, ".console") || g_str_has_prefix(name, "early-boot-"))
			continue;
		check(name);
		count++;
	}
	g_dir_close(dir);
	assert_true(count >= 4);
}

/* What the first kernel says does not count against the successor. */
static void trouble_before_the_handover(void **state)
{
	static const char text[] = "[ 1.0] swapper: Failed to allocate a luxury\n"
				   "[ 2.0] kexec_core: Starting new kernel\n[ 0.0] hello\n";
	struct kho_console console;

	kho_console_init(&console);
	kho_console_take(&console, text, strlen(text));
	assert_null(console.cause);
	assert_int_equal(console.lines, 1);
	kho_console_clear(&console);
}

/* What the first kernel prints because of memblock=debug is no measure for the successor's log. */
static void lines_of_a_trace(void **state)
{
	static const char text[] = "[    0.000000] Linux version 6.19.6\r\n"
				   "[    0.000000] memblock_add: [0x1000-0x9fbff] e820__memblock_setup+0x58/0xc0\r\n"
				   "[    0.000000] MEMBLOCK configuration:\r\n"
				   "[    0.000000]  memory size = 0x1000 reserved size = 0x1000\r\n"
				   "[    0.000000]  memory.cnt  = 0x1\r\n"
				   "[    0.000000]  memory[0x0]\t[0x1000-0x1fff], 0x1000 bytes flags: 0x0\r\n"
				   "[    0.000000]  reserved.cnt  = 0x1\r\n"
				   "[    0.000000]  reserved[0x0]\t[0x1000-0x1fff], 0x1000 bytes flags: 0x0\r\n"
				   "[    0.000000] memblock: reserved is doubled to 256 at [0x1000-0x27ff]\r\n"
				   "[    0.000000] __memblock_reserve: [0x1000-0x1fff] nid=-1 flags=0 a+0x1/0x2\r\n"
				   "[    0.000000] software IO TLB: swiotlb_memblock_alloc: Failed\r\n"
				   "[    0.000000] Memory: 7697384K/8388088K available\r\n";
	struct kho_console console;

	kho_console_init(&console);
	kho_console_take(&console, text, strlen(text));
	assert_int_equal(console.lines, 12);
	assert_int_equal(console.trace_lines, 9);
	assert_int_equal(console.trace->events->len, 4);
	kho_console_take(&console, "kexec_core: Starting new kernel\n", 32);
	kho_console_take(&console, text, strlen(text));
	assert_int_equal(console.lines, 12);
	assert_int_equal(console.trace_lines, 0);
	assert_int_equal(console.trace->events->len, 4);
	kho_console_clear(&console);
}

/* The same few lines, whatever the numbers in them; anything else is progress. */
static void repetition(void **state)
{
	struct kho_console console;

	kho_console_init(&console);
	kho_console_take_log(&console, "[ 0.0] Linux version 6.19.6\n");
	for (int i = 0; i < 80; i++) {
		g_autofree char *line = g_strdup_printf("[ %d.0] round %d of many\n", i, i);

		assert_false(i < 62 && kho_console_repeats(&console));
		kho_console_take_log(&console, line);
	}
	assert_true(kho_console_repeats(&console));
	kho_console_take_log(&console, "a\nb\nc\nd\ne\n");
	assert_false(kho_console_repeats(&console));
	kho_console_clear(&console);
}

/* A successor cannot be entered twice, and no guest can fill memory with one line. */
static void nasty_lines(void **state)
{
	g_autofree char *flood = g_strnfill(5 << 20, 'x');
	struct kho_console console;

	kho_console_init(&console);
	kho_console_take(&console, "kexec_core: Starting new kernel\n", 32);
	kho_console_take(&console, "Kernel panic - not syncing: a\n", 30);
	kho_console_take(&console, "kexec_core: Starting new kernel\n", 32);
	assert_string_equal(console.panic, "a");
	kho_console_take(&console, flood, strlen(flood));
	assert_true(console.line->len < 4096);
	kho_console_take(&console, "\n\0\xff\xfe[[[[] ] \n", 13);
	kho_console_clear(&console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),	    cmocka_unit_test(trouble_before_the_handover),
		cmocka_unit_test(lines_of_a_trace), cmocka_unit_test(repetition),
		cmocka_unit_test(nasty_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
