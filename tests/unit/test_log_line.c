// SPDX-License-Identifier: GPL-2.0-only
/* A line of a kernel's log, read strictly. */
#include "harness/model/log_line.h"
#include "tests/unit/test.h"

static void test_message(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{ "[    0.000000] memblock_add: x", "memblock_add: x" },
		{ "[    0.000000]  memory.cnt", " memory.cnt" },
		{ "[    0.000000][    T0] SMP", "SMP" },
		{ "[12345.678901][ C12] SMP", "SMP" },
		{ "SMP", "SMP" },
		{ "", "" },
		{ "[mem 0x0-0x1]", "[mem 0x0-0x1]" },
		{ "[    0.000000] [mem 0x0-0x1]", "[mem 0x0-0x1]" },
		{ "[    0.000000", "[    0.000000" },
		{ "[]", "[]" },
		{ "[ ] x", "[ ] x" },
		{ "[T] x", "[T] x" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(kho_log_message(cases[i].line), cases[i].message);
}

static void test_steps(void **state)
{
	struct kho_log_line line = { .rest = "[0x1000-0xFF] 12 bytes \r" };

	kho_log_expect(&line, "[0x");
	assert_int_equal(kho_log_hex(&line, 0x1000), 0x1000);
	assert_false(kho_log_skip(&line, "0x"));
	assert_true(kho_log_skip(&line, "-0x"));
	assert_int_equal(kho_log_hex(&line, UINT64_MAX), 0xff);
	kho_log_expect(&line, "] ");
	assert_int_equal(kho_log_decimal(&line, 12), 12);
	kho_log_expect(&line, " bytes");
	kho_log_end(&line);
	assert_false(line.unfit);
}

/* After the first fault nothing is taken any more. */
static void test_unfit(void **state)
{
	struct kho_log_line line = { .rest = "12 bytes" };

	kho_log_expect(&line, "13");
	assert_true(line.unfit);
	assert_false(kho_log_skip(&line, "12"));
	assert_int_equal(kho_log_decimal(&line, 100), 0);
	assert_string_equal(line.rest, "12 bytes");
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t most;
		bool fits;
	} cases[] = {
		{ "0", 0, true },
		{ "1", 0, false },
		{ "ffffffffffffffff", UINT64_MAX, true },
		{ "0000000000000000000000001", 1, true },
		{ "10000000000000000", UINT64_MAX, false },
		{ "ffffffffffffffffffffffffffffffff", UINT64_MAX, false },
		{ "100", 0xff, false },
		{ "ff", 0xff, true },
		{ "", UINT64_MAX, false },
		{ "-1", UINT64_MAX, false },
		{ "+1", UINT64_MAX, false },
		{ " 1", UINT64_MAX, false },
		{ "0x1", UINT64_MAX, false },
		{ "1g", UINT64_MAX, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_log_line line = { .rest = cases[i].text };

		kho_log_hex(&line, cases[i].most);
		kho_log_end(&line);
		assert_int_equal(line.unfit, !cases[i].fits);
	}
}

static void test_symbols(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ "setup_arch+0x96e/0xac0", "setup_arch" },
		{ "setup_arch+0x96e/0xac0\r", "setup_arch" },
		{ "memblock_add_range.isra.0+0x1/0x2", "memblock_add_range" },
		{ "__x64_sys_a_very_long_name_that_is_cut+0x0/0x10", "__x64_sys_a_very_long_n" },
		{ "setup_arch+0x96e/0xac0 [module]", NULL },
		{ "setup_arch+0x96e", NULL },
		{ "setup_arch", NULL },
		{ "setup arch+0x1/0x2", NULL },
		{ "+0x1/0x2", NULL },
		{ ".isra.0+0x1/0x2", NULL },
		{ "0xffffffff81000000", NULL },
		{ "1st+0x1/0x2", NULL },
		{ "setup_arch+96e/ac0", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_log_line line = { .rest = cases[i].text };
		char name[24];

		kho_log_symbol(&line, name, sizeof(name));
		assert_int_equal(line.unfit, !cases[i].name);
		assert_string_equal(name, cases[i].name ?: "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message), cmocka_unit_test(test_steps),	cmocka_unit_test(test_unfit),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
