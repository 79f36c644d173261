// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/error.h"
#include "harness/model/scratch_spec.h"
#include "tests/unit/test.h"

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t lowmem, global, pernode;
	} cases[] = {
		{ "16M,128M,32M", 16 * MIB, 128 * MIB, 32 * MIB },
		{ "16m,128m,32m", 16 * MIB, 128 * MIB, 32 * MIB },
		{ "1,2,3", 1, 2, 3 },
		{ "0,0,1", 0, 0, 1 },
		{ "1K,1G,1T", KIB, GIB, TIB },
		{ "0,1P,1E", 0, TIB * 1024, TIB * 1024 * 1024 },
		{ "0x10M,0X1fK,0", 16 * MIB, 31 * KIB, 0 },
		{ "0x1e,1,1", 30, 1, 1 },	 /* e is a digit here, not a suffix */
		{ "010M,010,0", 8 * MIB, 8, 0 }, /* octal, as memparse() reads it */
		{ "15E,0,0", 15ULL << 60, 0, 0 },
		{ "16M,1024G,16M", 16 * MIB, TIB, 16 * MIB },
		{ "18446744073709551615,0,0", UINT64_MAX, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(cases[i].text, &error);

		if (!spec)
			fail_msg("%s", error->message);
		assert_string_equal(spec->text, cases[i].text);
		assert_false(spec->percent);
		assert_int_equal(spec->lowmem, cases[i].lowmem);
		assert_int_equal(spec->global, cases[i].global);
		assert_int_equal(spec->pernode, cases[i].pernode);
	}
}

static void test_percent(void **state)
{
	static const struct {
		const char *text;
		uint32_t scale;
	} cases[] = {
		{ "200%", 200 }, { "0%", 0 }, { "010%", 10 }, { "4294967295%", UINT32_MAX }, { "0000000001%", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(cases[i].text, &error);

		if (!spec)
			fail_msg("%s", error->message);
		assert_true(spec->percent);
		assert_int_equal(spec->scale, cases[i].scale);
		assert_int_equal(spec->lowmem + spec->global + spec->pernode, 0);
	}
}

#define EXPECTED ": expected N% or lowmem,global,pernode"

static const struct {
	const char *text, *message;
} bad_specs[] = {
	{ "", "kho_scratch='': is empty" },
	{ "16M", "kho_scratch='16M'" EXPECTED },
	{ "16M,16M", "kho_scratch='16M,16M'" EXPECTED },
	{ "16M,16M,16M,16M", "kho_scratch='16M,16M,16M,16M'" EXPECTED },
	{ "16M,16M,16M,", "kho_scratch='16M,16M,16M,'" EXPECTED },
	{ "16M,16M,16M ", "kho_scratch='16M,16M,16M '" EXPECTED },
	{ "16M, 16M,16M", "kho_scratch='16M, 16M,16M': global is not a size" },
	{ "16M;16M;16M", "kho_scratch='16M;16M;16M'" EXPECTED },
	{ "16MB,16M,16M", "kho_scratch='16MB,16M,16M'" EXPECTED },
	{ "16M,16M,1.5M", "kho_scratch='16M,16M,1.5M'" EXPECTED },
	{ "16M,,16M", "kho_scratch='16M,,16M': global is not a size" },
	{ ",16M,16M", "kho_scratch=',16M,16M': lowmem is not a size" },
	{ "16M,16M,", "kho_scratch='16M,16M,': pernode is not a size" },
	{ "0,0,0", "kho_scratch='0,0,0': all three sizes are 0" },
	{ "08M,1M,1M", "kho_scratch='08M,1M,1M'" EXPECTED }, /* 8 is no octal digit */
	{ "0xM,1M,1M", "kho_scratch='0xM,1M,1M'" EXPECTED }, /* "0", then an x */
	{ "one", "kho_scratch='one': lowmem is not a size" },
	/* the kernel takes these, for something else */
	{ "M,16M,16M", "kho_scratch='M,16M,16M': lowmem is not a size" },
	{ "-16M,16M,16M", "kho_scratch='-16M,16M,16M': lowmem is not a size" },
	{ "+16M,16M,16M", "kho_scratch='+16M,16M,16M': lowmem is not a size" },
	{ "16E,16M,16M", "kho_scratch='16E,16M,16M': lowmem does not fit into 64 bits" },
	{ "1,18446744073709551616,1", "kho_scratch='1,18446744073709551616,1': global does not fit into 64 bits" },
	{ "8E,8E,1M", "kho_scratch='8E,8E,1M': the sum does not fit into 64 bits" },
	{ "+200%", "kho_scratch='+200%': a percentage is a whole number up to 4294967295" },
	/* percentages */
	{ "%", "kho_scratch='%': a percentage is a whole number up to 4294967295" },
	{ "-1%", "kho_scratch='-1%': a percentage is a whole number up to 4294967295" },
	{ "0x10%", "kho_scratch='0x10%': a percentage is a whole number up to 4294967295" },
	{ " 1%", "kho_scratch=' 1%': a percentage is a whole number up to 4294967295" },
	{ "1.5%", "kho_scratch='1.5%': a percentage is a whole number up to 4294967295" },
	{ "4294967296%", "kho_scratch='4294967296%': a percentage is a whole number up to 4294967295" },
	{ "00000000001%", "kho_scratch='00000000001%': a percentage has at most 10 digits" },
	{ "16M,16M,16M%", "kho_scratch='16M,16M,16M%': a percentage has at most 10 digits" },
	{ "20%%", "kho_scratch='20%%': a percentage is a whole number up to 4294967295" },
	/* what would break a command line, a directory or a message */
	{ "16M,16M,16M panic=1", "kho_scratch='16M,16M,16M panic=1'" EXPECTED },
	{ "../16M", "kho_scratch='../16M': lowmem is not a size" },
	{ "16M,16M,16M\n", "kho_scratch='16M,16M,16M?'" EXPECTED },
	{ "\xff", "kho_scratch='\xef\xbf\xbd': lowmem is not a size" },
};

static void test_bad_specs(void **state)
{
	for (size_t i = 0; i < COUNT(bad_specs); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(bad_specs[i].text, &error);

		if (spec)
			fail_msg("'%s' was taken", bad_specs[i].text);
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, bad_specs[i].message);
	}
}

static void test_long_text(void **state)
{
	g_autofree char *zeros = g_strnfill(100, '0');
	g_autofree char *text = g_strconcat(zeros, ",1,1", NULL);
	g_autoptr(GError) error = NULL;

	assert_null(kho_scratch_spec_parse(text, &error));
	assert_string_equal(error->message,
			    "kho_scratch='000000000000000000000000000000000000000000000000000000000000...':"
			    " is longer than 100 characters");
}

static void test_copy(void **state)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse("1M,2M,3M", NULL);
	g_autoptr(KhoScratchSpec) copy = kho_scratch_spec_copy(spec);

	assert_string_equal(copy->text, "1M,2M,3M");
	assert_ptr_not_equal(copy->text, spec->text);
	assert_int_equal(copy->pernode, 3 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),	  cmocka_unit_test(test_percent), cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_long_text), cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
