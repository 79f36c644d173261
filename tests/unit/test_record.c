// SPDX-License-Identifier: GPL-2.0-only
/* Records of the guest: every way in which a line can be less than a record. */
#include "tests/unit/test.h"
#include "tests/unit/records.h"

static void whole(void **state)
{
	g_autofree char *line = make_record(RUN, "first", 7, "scratch start=4096 name=a%20b%3d%25 empty=");
	const char *why = NULL;
	g_autoptr(KhoRecord) record = kho_record_parse(line, &why);
	uint64_t number;

	assert_non_null(record);
	assert_string_equal(record->run, RUN);
	assert_string_equal(record->stage, "first");
	assert_int_equal(record->number, 7);
	assert_string_equal(record->type, "scratch");
	assert_true(kho_record_number(record, "start", &number));
	assert_int_equal(number, 4096);
	assert_string_equal(kho_record_text(record, "name"), "a b=%");
	assert_string_equal(kho_record_text(record, "empty"), "");
	assert_null(kho_record_text(record, "absent"));
	assert_false(kho_record_number(record, "name", &number));
}

static void assert_refused(const char *line, const char *expected)
{
	const char *why = NULL;

	assert_null(kho_record_parse(line, &why));
	assert_string_equal(why, expected);
}

/* Cut anywhere, a record is never taken for a whole one. */
static void cut_off_anywhere(void **state)
{
	g_autofree char *line = make_record(RUN, "first", 0, "hello release=6.19.6");

	for (size_t length = 0; length < strlen(line); length++) {
		g_autofree char *cut = g_strndup(line, length);

		assert_refused(cut, "cut off or garbled");
	}
}

/* One bit flipped anywhere is seen. */
static void any_bit_flipped(void **state)
{
	g_autofree char *line = make_record(RUN, "first", 0, "hello release=6.19.6");

	for (size_t i = 0; i < strlen(line) * 8; i++) {
		g_autofree char *flipped = g_strdup(line);
		const char *why = NULL;

		flipped[i / 8] ^= 1 << i % 8;
		assert_null(kho_record_parse(flipped, &why));
	}
}

static void malformed_with_right_crc(void **state)
{
	static const char *const texts[] = {
		"@kho",
		"@kho " RUN,
		"@kho " RUN " first x hello",
		"@kho " RUN " first -1 hello",
		"@kho " RUN " first 4294967296 hello",
		"@kho " RUN " first 0 hello word",
		"@kho " RUN " first 0 hello =x",
		"@kho " RUN " first 0 hello x=%",
		"@kho " RUN " first 0 hello x=%4",
		"@kho " RUN " first 0 hello x=%zz",
		"@kho " RUN " first 0 hello x=%00",
		"kho " RUN " first 0 hello",
		"@kho " RUN " first 0 hello  x=1",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		g_autofree char *line = g_strdup_printf("%s #%08x", texts[i], kho_crc32(texts[i], strlen(texts[i])));

		assert_refused(line, "malformed");
	}
}

/* What a guest calls text need not be text. */
static void bytes_become_valid_text(void **state)
{
	g_autofree char *line = make_record(RUN, "first", 0, "hello x=%ff%fe");
	const char *why = NULL;
	g_autoptr(KhoRecord) record = kho_record_parse(line, &why);

	assert_non_null(record);
	assert_true(g_utf8_validate(kho_record_text(record, "x"), -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(any_bit_flipped),
		cmocka_unit_test(malformed_with_right_crc),
		cmocka_unit_test(bytes_become_valid_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
