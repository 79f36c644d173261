// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's log out of its memory: pure code, on the fake kernel and on memory that is made up. */
#include "tests/unit/printk_machine.h"

/* --- records --- */

static void no_records(void **state)
{
	expect_log(*state, "");
}

static void some_records(void **state)
{
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 0, "Linux version 0.0.0");
	made_up_log_add(&machine->log, 7, "a tab\tand \xc3\xa4, 8");
	machine->log.infos[1].ts_nsec += 89012999;
	made_up_log_add(&machine->log, 123456789, "late");
	expect_log(machine, "[    0.000000] Linux version 0.0.0\n"
			    "[    7.089012] a tab\tand \xc3\xa4, 8\n"
			    "[123456789.000000] late\n");
}

/* As on the console: the time before each line. */
static void several_lines(void **state)
{
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "one\ntwo\n\nfour");
	made_up_log_add(&machine->log, 2, "\n");
	expect_log(machine, "[    1.000000] one\n[    1.000000] two\n[    1.000000] \n[    1.000000] four\n"
			    "[    2.000000] \n[    2.000000] \n");
}

static void empty_lines(void **state)
{
	struct machine *machine = *state;
	guint lost;

	made_up_log_add(&machine->log, 1, "");
	made_up_log_add(&machine->log, 2, "text");
	lost = made_up_log_add(&machine->log, 3, "");
	/* FAILED_LPOS: there was no room for its text */
	machine->log.descs[lost].text_blk_lpos = (struct prb_data_blk_lpos){ .begin = 1, .next = 1 };
	expect_log(machine, "[    1.000000] \n[    2.000000] text\n");
}

/* A machine must not write on a person's terminal: escape sequences, 8-bit ones, NUL, what is not UTF-8. */
static void control_characters(void **state)
{
	static const char nasty[] = "\033[2J\r\b\x7f|\0|\xff\xfe|\xc2\x9b|\xc2\x85|\xc3\x9c";
	struct machine *machine = *state;

	made_up_log_add_bytes(&machine->log, 1, nasty, sizeof(nasty) - 1);
	expect_log(machine, "[    1.000000] ?[2J???|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|?|?|\xc3\x9c\n");
}

/* --- the ring goes round --- */

/*
 * 20 records with blocks of 40 bytes in a ring of 256: six remain. All eight descriptors still say "finalized", but the
 * texts of two are overwritten.
 */
static void overwritten(void **state)
{
	struct machine *machine = *state;
	g_autoptr(GString) expected = g_string_new(NULL);

	for (guint i = 0; i < 20; i++) {
		g_autofree char *text = g_strdup_printf("record %2u of thirty-two bytes ..", i);

		assert_int_equal(strlen(text), 32);
		made_up_log_add(&machine->log, i, text);
		if (i >= 14)
			g_string_append_printf(expected, "[%5u.000000] %s\n", i, text);
	}
	expect_log(machine, expected->str);
}

/*
 *	|bbbbbbb|  ...  |aaaaaaaaa|...|		b does not fit behind a, and lies at the beginning
 */
static void wrapped_text(void **state)
{
	struct machine *machine = *state;
	g_autofree char *gone = g_strnfill(64, 'x'), *first = g_strnfill(120, 'a'), *second = g_strnfill(60, 'b');
	g_autofree char *expected = g_strdup_printf("[    2.000000] %s\n[    3.000000] %s\n", first, second);

	made_up_log_add(&machine->log, 1, gone);
	made_up_log_add(&machine->log, 2, first);
	made_up_log_add(&machine->log, 3, second);
	assert_memory_equal(machine->log.text + 8, second, 60);
	expect_log(machine, expected);
}

/* Since 6.19 a block may end where the ring does. */
static void exact_fit(void **state)
{
	struct machine *machine = *state;
	g_autofree char *first = g_strnfill(200, 'a'), *second = g_strnfill(40, 'b');
	g_autofree char *expected = g_strdup_printf("[    1.000000] %s\n[    2.000000] %s\n", first, second);

	made_up_log_add(&machine->log, 1, first);
	made_up_log_add(&machine->log, 2, second);
	assert_int_equal(machine->log.lpos, 0);
	expect_log(machine, expected);
}

/* A ring of one record that fills it. */
static void whole_ring(void **state)
{
	struct machine *machine = *state;
	g_autofree char *text = g_strnfill(LOG_SIZE - 8, 'a');
	g_autofree char *expected = g_strdup_printf("[    1.000000] %s\n", text);

	made_up_log_add(&machine->log, 1, text);
	expect_log(machine, expected);
}

/* --- descriptors --- */

static void states(void **state)
{
	static const struct {
		guint64 state;
		const char *expected;
	} cases[] = {
		{ RESERVED, "" },
		{ COMMITTED, "[    1.000000] text\n" },
		{ FINALIZED, "[    1.000000] text\n" },
		{ REUSABLE, "" },
	};
	struct machine *machine = *state;
	guint index = made_up_log_add(&machine->log, 1, "text");

	for (gsize i = 0; i < COUNT(cases); i++) {
		made_up_log_set_state(&machine->log, index, cases[i].state);
		expect_log(machine, cases[i].expected);
	}
}

/* A descriptor's id tells where it must lie. */
static void misplaced_descriptor(void **state)
{
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "here");
	machine->log.descs[5] = machine->log.descs[0];
	machine->log.infos[5] = machine->log.infos[0];
	expect_log(machine, "[    1.000000] here\n");
}

/* A block begins with its record's id; without it it is someone else's. */
static void foreign_text(void **state)
{
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "first");
	made_up_log_add(&machine->log, 2, "second");
	machine->log.text[0] ^= 1;
	expect_log(machine, "[    2.000000] second\n");
}

static void illegal_positions(void **state)
{
	static const struct prb_data_blk_lpos positions[] = {
		{ .begin = 0, .next = 0 },
		{ .begin = 0, .next = 3 },
		{ .begin = 3, .next = 8 },
		{ .begin = 8, .next = 0 },
		{ .begin = 4, .next = 20 },
		{ .begin = 0, .next = 0x1000 },
		{ .begin = 0x1000, .next = 0 },
		{ .begin = UINT64_MAX - 7, .next = UINT64_MAX - 7 },
		{ .begin = 0, .next = UINT64_MAX },
		{ .begin = 0, .next = (1ULL << 63) + 8 },
		{ .begin = LOG_SIZE, .next = 512 + 8 },
	};
	struct machine *machine = *state;
	guint index = made_up_log_add(&machine->log, 1, "text");

	for (gsize i = 0; i < COUNT(positions); i++) {
		machine->log.descs[index].text_blk_lpos = positions[i];
		if (positions[i].begin == LOG_SIZE) /* wrapped, with 8 bytes: no room for more than the id */
			expect_log(machine, "[    1.000000] \n");
		else
			expect_log(machine, "");
	}
}

/* The text's length is an information of its own, and is cut to the block. */
static void lengths(void **state)
{
	struct machine *machine = *state;
	guint index = made_up_log_add(&machine->log, 1, "length 8");

	machine->log.infos[index].text_len = 65535;
	expect_log(machine, "[    1.000000] length 8\n");
	machine->log.infos[index].text_len = 6;
	expect_log(machine, "[    1.000000] length\n");
	machine->log.infos[index].text_len = 0;
	expect_log(machine, "[    1.000000] \n");
}

/* The order is that of the numbers, wherever the descriptors lie and whatever the times are. */
static void order(void **state)
{
	struct machine *machine = *state;

	machine->log.id += 6;
	made_up_log_add(&machine->log, 9, "first");
	made_up_log_add(&machine->log, 3, "second");
	made_up_log_add(&machine->log, 5, "third");
	assert_int_equal(machine->log.infos[0].seq, 2);
	expect_log(machine, "[    9.000000] first\n[    3.000000] second\n[    5.000000] third\n");
	machine->log.infos[0].seq = G_MAXUINT64;
	machine->log.infos[7].seq = G_MAXUINT64;
	machine->log.infos[0].ts_nsec = G_MAXUINT64;
	expect_log(machine, "[    9.000000] first\n[18446744073.709551] third\n[    3.000000] second\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_records),
		TEST(some_records),
		TEST(several_lines),
		TEST(empty_lines),
		TEST(control_characters),
		TEST(overwritten),
		TEST(wrapped_text),
		TEST(exact_fit),
		TEST(whole_ring),
		TEST(states),
		TEST(misplaced_descriptor),
		TEST(foreign_text),
		TEST(illegal_positions),
		TEST(lengths),
		TEST(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
