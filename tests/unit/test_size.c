// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/size.h"
#include "tests/unit/test.h"

static void test_good_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
		const char *formatted; /* NULL: the same text */
	} cases[] = {
		{ "0", 0, NULL },
		{ "1", 1, NULL },
		{ "0K", 0, "0" },
		{ "512", 512, NULL },
		{ "1023", 1023, NULL },
		{ "1024", 1024, "1K" },
		{ "64M", 64 * MIB, NULL },
		{ "4G", 4 * GIB, NULL },
		{ "1536M", 1536 * MIB, NULL },
		{ "1024G", TIB, "1T" },
		{ "64T", 64 * TIB, NULL },
		{ "2048T", 2048 * TIB, NULL },
		{ "16777215T", 16777215 * TIB, NULL },
		{ "18446744073709551615", UINT64_MAX, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autofree char *formatted = NULL;
		uint64_t bytes = 0;

		if (!kho_size_parse(cases[i].text, &bytes))
			fail_msg("%s was refused", cases[i].text);
		assert_int_equal(bytes, cases[i].bytes);
		formatted = kho_size_format(bytes);
		assert_string_equal(formatted, cases[i].formatted ?: cases[i].text);
	}
}

static void test_bad_sizes(void **state)
{
	static const char *const cases[] = {
		"",
		"G",
		"4Q",
		"4g",
		"4GB",
		"4GiB",
		"4 G",
		" 4G",
		"4G ",
		"-4G",
		"+4G",
		"4.5G",
		"4,5G",
		"0x4",
		"010",
		"00",
		"18446744073709551616",
		"16777216T",
		"4\nG",
		"1P",
		"1e9",
		"\xd9\xa4G",
		"~",
		"null",
		"99999999999999999999999999999K",
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t bytes = 42;

		if (kho_size_parse(cases[i], &bytes))
			fail_msg("'%s' was taken", cases[i]);
		assert_int_equal(bytes, 42);
	}
}

static void test_number_says_where_it_ends(void **state)
{
	const char *end = NULL;
	uint64_t number = 0;

	assert_true(kho_number_parse("12,3", &end, &number));
	assert_int_equal(number, 12);
	assert_string_equal(end, ",3");
	assert_false(kho_number_parse(",3", &end, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_sizes),
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_number_says_where_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
