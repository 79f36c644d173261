// SPDX-License-Identifier: GPL-2.0-only
/* Traces of early boot as files. */
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/random.h"
#include "harness/report/trace_file.h"
#include "tests/unit/test.h"

static const char whole[] = "kho-trace 1\n"
			    "add 1000 9ec00 -1\n"
			    "found 1000000 a08000 20\n"
			    "initrd bf8a3000 73d000\n"
			    "alloc 99000 6000 1000 0 100000 -1 any traced 20 reserve_real_mode\n"
			    "alloc 0 4000000 200000 1000000 1 3 exact untraced 0 memmap_alloc\n"
			    "reserve 0 100000 -1 0 reserve_real_mode\n"
			    "free 23fe00000 200000 init_mem_mapping\n"
			    "remove 23fe00000 200000 -\n"
			    "double 23bbf4000 100\n";

/* What is read is written the same. */
static void test_round_trip(void **state)
{
	GError *error = NULL;
	g_autoptr(GArray) events = kho_trace_parse("t", whole, &error);
	g_autofree char *text = NULL, *name = NULL, *again = NULL;

	assert_null(error);
	assert_int_equal(events->len, 9);
	text = kho_trace_format(events);
	assert_string_equal(text, whole);
	name = kho_trace_name(text);
	again = kho_trace_name(whole);
	assert_string_equal(name, again);
	assert_int_equal(strlen(name), strlen("traces/0123456789abcdef.trace"));
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "t:1: not a trace of early boot: it does not begin with 'kho-trace 1'" },
		{ "kho-trace 2\n", "t:1: not a trace of early boot: it does not begin with 'kho-trace 1'" },
		{ "kho-trace 1\nadd 1000 9ec00\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd 1000 9ec00 -1 -1\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd 1000 9ec00 -2\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd 1000 9ec00 1024\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd 0x1000 9ec00 0\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd 10000000000000000 9ec00 0\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nadd  1000 9ec00 0\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nfound 0 1 0\n\nfound 0 1 0\n", "t:3: not an event of early boot" },
		{ "kho-trace 1\nfound 0 1 100000000\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nsubtract 1000 9ec00 0\n", "t:2: not an event of early boot" },
		{ "kho-trace 1\nfree 0 1 a_name_that_is_longer_than_any_caller_is\n",
		  "t:2: not an event of early boot" },
		{ "kho-trace 1\nalloc 0 1 1 0 0 0 maybe traced 0 x\n", "t:2: not an event of early boot" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(kho_trace_parse("t", cases[i].text, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, cases[i].message);
	}
}

/* Bytes changed at random: an error or another trace, never a crash; what is read can be written and read again. */
static void test_mutations(void **state)
{
	struct kho_random random = kho_random_start(7, 0);

	for (int round = 0; round < 3000; round++) {
		g_autofree char *text = g_strdup(whole), *again = NULL;
		g_autoptr(GArray) events = NULL;

		for (int i = 0; i < 3; i++)
			text[kho_random_below(&random, strlen(whole))] = (char)(1 + kho_random_below(&random, 127));
		events = kho_trace_parse("t", text, NULL);
		if (!events)
			continue;
		again = kho_trace_format(events);
		g_array_unref(g_steal_pointer(&events));
		events = kho_trace_parse("t", again, NULL);
		assert_non_null(events);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
