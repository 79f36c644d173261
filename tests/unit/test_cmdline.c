// SPDX-License-Identifier: GPL-2.0-only
/* The command lines of both kernels: each word where it belongs, and the successor's inside of the first one's. */
#include <stdlib.h>
#include <string.h>

#include "guest/cmdline.h"
#include "guest/protocol.h"
#include "harness/handover/cmdline.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

static struct kho_scratch_spec spec = { .text = (char *)"200%" };
static struct kho_cell cell = { .id = (char *)"k/t/200%", .scratch = &spec, .payload = (char *)KHO_PAYLOAD_DEFAULT };

static bool has_word(const char *line, const char *word)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);

	return g_strv_contains((const char *const *)words, word);
}

/* What the guest decodes is what the harness meant, to the letter. */
static void successor_inside_of_first(void **state)
{
	const struct kho_cmdline_config config = {
		.cell = &cell,
		.run = "0123456789abcdef",
		.first_extra = "one=1",
		.successor_extra = "two=2 three=\"a%b\"",
	};
	g_autofree char *first = kho_cmdline_first(&config, NULL);
	g_autofree char *successor = kho_cmdline_successor(&config);
	char *inside = cmdline_value(first, KHO_WORD_SUCCESSOR);

	assert_true(percent_decode(inside));
	assert_string_equal(inside, successor);
	free(inside);
	assert_true(has_word(first, "kho_scratch=200%"));
	assert_true(has_word(first, "one=1"));
	assert_false(has_word(first, "two=2"));
	assert_true(has_word(first, KHO_WORD_STAGE KHO_STAGE_FIRST));
	assert_true(has_word(successor, "two=2"));
	assert_false(has_word(successor, "one=1"));
	assert_true(has_word(successor, KHO_WORD_STAGE KHO_STAGE_SUCCESSOR));
	assert_true(has_word(successor, KHO_WORD_RUN "0123456789abcdef"));
}

/* 6.18 has no orchestrator: its test_kho is told how much. */
static void keep_is_for_who_can(void **state)
{
	struct kho_cell keeping = cell;
	struct kho_cmdline_config config = { .cell = &keeping, .run = "0123456789abcdef" };
	g_autofree char *with = NULL, *without = NULL, *mute = NULL;

	keeping.payload = (char *)"keep=64M";
	keeping.kernel = (char *)"6.18-x86_64";
	without = kho_cmdline_first(&config, NULL);
	keeping.kernel = (char *)"6.19-x86_64";
	with = kho_cmdline_first(&config, NULL);
	config.no_folios = true;
	mute = kho_cmdline_first(&config, NULL);
	assert_true(has_word(without, "test_kho.max_mem=67108864"));
	assert_true(has_word(with, "test_kho.max_mem=65536"));
	assert_true(has_word(mute, KHO_CMDLINE_NO_FOLIOS));
	assert_null(strstr(mute, "test_kho.max_mem"));
	assert_true(has_word(with, KHO_WORD_KEEP "67108864:block:0:-1"));
}

static void silence_is_the_default(void **state)
{
	struct kho_cell heard = cell;
	const struct kho_cmdline_config config = { .cell = &heard, .run = "0123456789abcdef" };
	g_autofree char *quiet_line = kho_cmdline_successor(&config), *loud_line = NULL, *first = NULL;

	heard.payload = (char *)KHO_PAYLOAD_CONSOLE;
	loud_line = kho_cmdline_successor(&config);
	first = kho_cmdline_first(&config, NULL);
	assert_true(has_word(loud_line, "earlyprintk=ttyS0,115200"));
	assert_null(strstr(quiet_line, "earlyprintk"));
	assert_true(has_word(first, "earlyprintk=ttyS0,115200"));
}

/* KHO is off in both kernels of one control and in nothing else; and only its first kernel is told to go on. */
static void controls(void **state)
{
	static const struct {
		enum kho_control control;
		bool off;
	} cases[] = { { KHO_CONTROL_NONE, false }, { KHO_CONTROL_KHO_OFF, true }, { KHO_CONTROL_AMPLE, false } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_cell run = cell;
		const struct kho_cmdline_config config = { .cell = &run, .run = "0123456789abcdef" };
		g_autofree char *successor = NULL, *first = NULL;

		run.control = cases[i].control;
		successor = kho_cmdline_successor(&config);
		first = kho_cmdline_first(&config, NULL);
		assert_int_equal(has_word(first, "kho=off"), cases[i].off);
		assert_int_equal(has_word(successor, "kho=off"), cases[i].off);
		assert_int_equal(has_word(first, "kho=on"), !cases[i].off);
		assert_int_equal(has_word(first, KHO_WORD_CONTROL KHO_CONTROL_WORD_OFF), cases[i].off);
		assert_null(strstr(successor, KHO_WORD_CONTROL));
		/* Only the first kernel's boot is traced, and only where there is a handover to be replayed. */
		assert_int_equal(has_word(first, "memblock=debug"), !cases[i].off);
		assert_null(strstr(successor, "memblock"));
	}
}

static void too_long(void **state)
{
	g_autofree char *flood = g_strnfill(KHO_CMDLINE_MAX, 'x');
	const struct kho_cmdline_config config = { .cell = &cell, .run = "0123456789abcdef", .successor_extra = flood };
	g_autoptr(GError) error = NULL;

	assert_null(kho_cmdline_first(&config, &error));
	assert_int_equal(kho_error_exit(error), KHO_EXIT_INPUT);
	assert_non_null(strstr(error->message, "k/t/200%: the command line has "));
}

/* What is no node's, and what is reserved, is kept from both kernels. */
static void holes_and_reserved(void **state)
{
	static const char file[] = "nodes:\n"
				   "- {cpus: 1, ranges: [{start: 0, size: 1G}, {start: 1088M, size: 1G}]}\n"
				   "reserved: [{start: 512M, size: 64M}]\n";
	g_autoptr(KhoTopology) placed = kho_topology_parse("t.yaml", file, strlen(file), NULL);
	struct kho_cell other = cell;
	const struct kho_cmdline_config config = { .cell = &other, .run = "0123456789abcdef" };
	g_autofree char *first = NULL, *successor = NULL;

	other.topology = placed;
	first = kho_cmdline_first(&config, NULL);
	successor = kho_cmdline_successor(&config);
	assert_true(has_word(first, "memmap=64M$1G"));
	assert_true(has_word(first, "memmap=64M$512M"));
	assert_true(has_word(successor, "memmap=64M$1G"));
	assert_true(has_word(successor, "memmap=64M$512M"));
}

int main(void)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("t", "");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(successor_inside_of_first),
		cmocka_unit_test(silence_is_the_default),
		cmocka_unit_test(keep_is_for_who_can),
		cmocka_unit_test(controls),
		cmocka_unit_test(too_long),
		cmocka_unit_test(holes_and_reserved),
	};

	cell.topology = topology;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
