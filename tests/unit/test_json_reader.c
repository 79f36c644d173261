// SPDX-License-Identifier: GPL-2.0-only
/* JSON that is read back: what is not JSON, what json-glib would guess at, and values that are none of the kind. */
#include "harness/model/error.h"
#include "harness/report/json_lexis.h"
#include "harness/report/json_reader.h"
#include "tests/unit/test.h"

#include <string.h>

static struct kho_json_document *parse(const char *text, GError **error)
{
	return kho_json_document_parse("x.json", 7, text, strlen(text), error);
}

static void assert_refused(const char *text, const char *message)
{
	g_autoptr(GError) error = NULL;

	assert_null(parse(text, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_string_equal(error->message, message);
}

static void what_is_no_json(void **state)
{
	assert_refused("", "x.json:7: is not a whole JSON object");
	assert_refused("\n {\n", "x.json:9: is not a whole JSON object");
	assert_refused("7", "x.json:7: is not a whole JSON object");
	assert_refused("[]", "x.json:7: is not a JSON object");
	assert_refused("{}\n{}", "x.json:8: something follows the end of the value");
	assert_refused("{}\n]", "x.json:8: something follows the end of the value");
	assert_refused("}", "x.json:7: a bracket is closed that was never opened");
	assert_refused("{\"a\":\n\xff}", "x.json:7: is not text (UTF-8 without NUL)");
	assert_refused("/* c */{}", "x.json:7: '/*' is not JSON");
	assert_refused("{'a':1}", "x.json:7: ''a'' is not JSON");
	assert_refused("var x = {}", "x.json:7: 'var' is not JSON");
	assert_refused("{\"a\":\n\nTrue}", "x.json:9: 'True' is not JSON");
	assert_refused("{\"a\":\n1,\n}", "x.json:8: Parse error: unexpected character `,', expected character `]'");
	assert_refused("{\n\"a\" 1}",
		       "x.json:8: Parse error: unexpected string constant \"a\", expected character `:'");
}

static void what_json_glib_would_guess_at(void **state)
{
	static const char *const words[] = { "010", "0x10", "$1f",  "+1", "- 1", "1.",	    ".5",
					     "1e",  "1e+",  "01.5", "-",  "NaN", "Infinity" };
	static const char *const too_large[] = { "9223372036854775808", "-9223372036854775809",
						 "18446744073709551616" };

	for (size_t i = 0; i < COUNT(words); i++) {
		g_autofree char *text = g_strdup_printf("{\"a\":%s}", words[i]);
		g_autoptr(GError) error = NULL;

		assert_null(parse(text, &error));
		assert_non_null(strstr(error->message, "is not JSON"));
	}
	for (size_t i = 0; i < COUNT(too_large); i++) {
		g_autofree char *text = g_strdup_printf("{\"a\":%s}", too_large[i]);
		g_autoptr(GError) error = NULL;

		assert_null(parse(text, &error));
		assert_non_null(strstr(error->message, "does not fit into 64 bits"));
	}
	assert_refused("{\"a\":1,\n\"b\":{\"a\":1,\"b\":2,\n\"a\":3}}", "x.json:9: key 'a' is there twice");
}

static void strings(void **state)
{
	static const char *const bad[] = { "\"\\u0000\"", "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"",
					   "\"a\tb\"",	  "\"a",     "\"a\\",	    "\"\\ud800\"" };
	g_autoptr(KhoJsonDocument) document = parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"}", NULL);

	assert_non_null(document);
	assert_string_equal(json_object_get_string_member(kho_json_document_root(document), "a"),
			    "\"\\/\b\f\n\r\t\xc3\xa4");
	for (size_t i = 0; i < COUNT(bad); i++) {
		g_autofree char *text = g_strdup_printf("{\"a\":%s}", bad[i]);
		g_autoptr(GError) error = NULL;

		assert_null(parse(text, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	}
}

static void a_nul_ends_nothing(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_json_document_parse("x.json", 1, "{}\0", 3, &error));
	assert_string_equal(error->message, "x.json:1: is not text (UTF-8 without NUL)");
}

/* 100,000 levels would be a crash in the parser. */
static void depth(void **state)
{
	g_autofree char *deep = g_strnfill(100000, '[');
	g_autofree char *open = g_strnfill(KHO_JSON_DEPTH_MAX - 1, '['),
			*close = g_strnfill(KHO_JSON_DEPTH_MAX - 1, ']');
	g_autofree char *just = g_strdup_printf("{\"a\":%s%s}", open, close);
	g_autofree char *beyond = g_strdup_printf("{\"a\":[%s%s]}", open, close);
	g_autoptr(KhoJsonDocument) document = parse(just, NULL);

	assert_non_null(document);
	assert_refused(deep, "x.json:7: is nested deeper than 32 levels");
	assert_refused(beyond, "x.json:7: is nested deeper than 32 levels");
}

/* --- values --- */

#define VALUES                                                                                       \
	"{\"id\": \"the cell\",\n\"one\": 1, \"big\": \"18446744073709551615\", \"small\": \"7\",\n" \
	"\"minus\": -1, \"half\": 0.5, \"null\": null, \"yes\": true, \"text\": \"t\",\n"            \
	"\"object\": {\n \"inner\": [1, {\n\"deep\": 3}] }, \"array\": [[1, 2], \"x\", {}, null] }"

struct fixture {
	struct kho_json_document *document;
	struct kho_json_reader reader;
	JsonObject *root;
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->document = parse(VALUES, NULL);
	fixture->reader.document = fixture->document;
	fixture->root = kho_json_document_root(fixture->document);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	g_clear_error(&fixture->reader.error);
	kho_json_document_free(fixture->document);
	g_free(fixture);
	return 0;
}

static void assert_said(struct fixture *fixture, const char *message)
{
	assert_non_null(fixture->reader.error);
	assert_true(g_error_matches(fixture->reader.error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_string_equal(fixture->reader.error->message, message);
	g_clear_error(&fixture->reader.error);
}

static void numbers(void **state)
{
	struct fixture *fixture = *state;
	struct kho_json_reader *reader = &fixture->reader;
	bool known;

	assert_int_equal(kho_read_number(reader, fixture->root, "one", 1), 1);
	assert_true(kho_read_number(reader, fixture->root, "big", UINT64_MAX) == UINT64_MAX);
	assert_int_equal(kho_read_number_or_null(reader, fixture->root, "null", 9, &known), 0);
	assert_false(known);
	assert_int_equal(kho_read_number_or_null(reader, fixture->root, "one", 9, &known), 1);
	assert_true(known);
	assert_null(reader->error);
	kho_read_number(reader, fixture->root, "one", 0);
	assert_said(fixture, "x.json:7: cell 'the cell': one: is not a whole number from 0 to 0");
	kho_read_number(reader, fixture->root, "big", UINT64_MAX - 1);
	assert_said(fixture, "x.json:7: cell 'the cell': big: is not a whole number from 0 to 18446744073709551614");
	/* Only what does not fit into a number may be a string: or else there were two ways to write one. */
	kho_read_number(reader, fixture->root, "small", 9);
	assert_said(fixture, "x.json:7: cell 'the cell': small: is not a whole number from 0 to 9");
	kho_read_number(reader, fixture->root, "minus", UINT64_MAX);
	assert_non_null(reader->error);
	g_clear_error(&reader->error);
	kho_read_number(reader, fixture->root, "half", 9);
	assert_said(fixture, "x.json:7: cell 'the cell': half: is not a whole number from 0 to 9");
	kho_read_number(reader, fixture->root, "null", 9);
	assert_said(fixture, "x.json:7: cell 'the cell': null: is null");
	kho_read_number(reader, fixture->root, "none", 9);
	assert_said(fixture, "x.json:7: cell 'the cell': none: is missing");
}

static void seconds_flags_and_texts(void **state)
{
	struct fixture *fixture = *state;
	struct kho_json_reader *reader = &fixture->reader;

	assert_true(kho_read_seconds_or_null(reader, fixture->root, "half") == 0.5);
	assert_true(kho_read_seconds_or_null(reader, fixture->root, "one") == 1);
	assert_true(kho_read_seconds_or_null(reader, fixture->root, "null") == 0);
	assert_true(kho_read_flag(reader, fixture->root, "yes"));
	assert_string_equal(kho_read_text(reader, fixture->root, "text"), "t");
	assert_null(kho_read_text_or_null(reader, fixture->root, "null"));
	assert_null(reader->error);
	kho_read_seconds_or_null(reader, fixture->root, "minus");
	assert_said(fixture, "x.json:7: cell 'the cell': minus: is not a time in seconds");
	kho_read_seconds_or_null(reader, fixture->root, "text");
	assert_said(fixture, "x.json:7: cell 'the cell': text: is not a time in seconds");
	kho_read_flag(reader, fixture->root, "one");
	assert_said(fixture, "x.json:7: cell 'the cell': one: is neither true nor false");
	kho_read_text_or_null(reader, fixture->root, "one");
	assert_said(fixture, "x.json:7: cell 'the cell': one: is not a string");
	kho_read_text(reader, fixture->root, "null");
	assert_said(fixture, "x.json:7: cell 'the cell': null: is null");
}

static void objects_and_arrays(void **state)
{
	struct fixture *fixture = *state;
	struct kho_json_reader *reader = &fixture->reader;
	JsonObject *object = kho_read_object(reader, fixture->root, "object");
	JsonObject *deep =
		kho_read_array(reader, object, "inner", 2) ? kho_read_object_at(reader, object, "inner", 1) : NULL;
	JsonArray *pair;

	assert_non_null(deep);
	kho_read_flag(reader, deep, "deep");
	assert_said(fixture, "x.json:11: cell 'the cell': object.inner[1].deep: is neither true nor false");
	assert_int_equal(kho_read_length(kho_read_array(reader, fixture->root, "array", 4)), 4);
	pair = kho_read_array_at(reader, fixture->root, "array", 0, 2);
	assert_int_equal(kho_read_number_in(reader, fixture->root, "array[0]", pair, 1, 2), 2);
	assert_string_equal(kho_read_text_at(reader, fixture->root, "array", 1), "x");
	assert_null(kho_read_object_or_null(reader, fixture->root, "null"));
	assert_null(kho_read_array_or_null(reader, fixture->root, "null", 1));
	assert_null(reader->error);
	kho_read_array(reader, fixture->root, "array", 3);
	assert_said(fixture, "x.json:7: cell 'the cell': array: has more than 3 elements");
	kho_read_array_at(reader, fixture->root, "array", 0, 3);
	assert_said(fixture, "x.json:7: cell 'the cell': array[0]: does not have 3 elements");
	kho_read_object_at(reader, fixture->root, "array", 3);
	assert_said(fixture, "x.json:7: cell 'the cell': array[3]: is not an object");
	kho_read_object(reader, fixture->root, "array");
	assert_said(fixture, "x.json:7: cell 'the cell': array: is not an object");
	kho_read_array(reader, fixture->root, "object", 3);
	assert_said(fixture, "x.json:7: cell 'the cell': object: is not an array");
}

/* The first error stands, and nothing is read behind it. */
static void the_first_error(void **state)
{
	struct fixture *fixture = *state;
	struct kho_json_reader *reader = &fixture->reader;
	g_autoptr(GError) error = NULL;

	assert_true(kho_read_end(reader, &error));
	kho_read_flag(reader, fixture->root, "one");
	assert_int_equal(kho_read_number(reader, fixture->root, "one", 9), 0);
	assert_null(kho_read_object(reader, fixture->root, "object"));
	assert_null(kho_read_array(reader, NULL, "array", 4));
	assert_false(kho_read_end(reader, &error));
	assert_string_equal(error->message, "x.json:7: cell 'the cell': one: is neither true nor false");
}

static void too_long_a_text(void **state)
{
	g_autofree char *long_text = g_strnfill(KHO_JSON_TEXT_MAX, 'x');
	g_autofree char *text = g_strdup_printf("{\"just\":\"%s\",\"beyond\":\"%sx\"}", long_text, long_text);
	g_autoptr(KhoJsonDocument) document = parse(text, NULL);
	struct kho_json_reader reader = { .document = document };
	JsonObject *root = kho_json_document_root(document);

	assert_string_equal(kho_read_text(&reader, root, "just"), long_text);
	assert_null(kho_read_text(&reader, root, "beyond"));
	assert_string_equal(reader.error->message, "x.json:7: beyond: has more than 65536 bytes");
	g_clear_error(&reader.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_json),
		cmocka_unit_test(what_json_glib_would_guess_at),
		cmocka_unit_test(strings),
		cmocka_unit_test(a_nul_ends_nothing),
		cmocka_unit_test(depth),
		cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(seconds_flags_and_texts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(objects_and_arrays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_error, set_up, tear_down),
		cmocka_unit_test(too_long_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
