// SPDX-License-Identifier: GPL-2.0-only
/* What is let in as a QMP message, and what a command looks like. */
#include "harness/machine/qmp_message.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <string.h>

static void expect_refused(const char *line, gsize length, const char *reason)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_qmp_message_parse(line, length, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_true(g_str_has_prefix(error->message, reason));
}

static JsonNode *parse(const char *line)
{
	JsonNode *node = kho_qmp_message_parse(line, strlen(line), NULL);

	assert_non_null(node);
	return node;
}

static void not_json(void **state)
{
	static const char *const lines[] = { "qemu: out of memory", "{", "{\"a\":}", "{\"a\": 1} {",
					     "{\"a\": \"\\",	    "{]" };

	for (gsize i = 0; i < COUNT(lines); i++)
		expect_refused(lines[i], strlen(lines[i]), "QMP: a message is not JSON: ");
}

static void not_an_object(void **state)
{
	static const char *const lines[] = { "[1]", "1", "null", "\"a\"", "" };

	for (gsize i = 0; i < COUNT(lines); i++)
		expect_refused(lines[i], strlen(lines[i]), "QMP: a message is not");
}

static void not_text(void **state)
{
	expect_refused("{\"\xff\": 1}", 8, "QMP: a message is not text");
	expect_refused("{}\0{}", 5, "QMP: a message is not text");
}

/* Half a million open brackets would take the stack of a recursive parser. */
static void deep_nesting(void **state)
{
	g_autofree char *brackets = g_strnfill(500000, '[');
	g_autofree char *braces = g_strnfill(500000, '{');
	g_autofree char *one_too_many = g_strnfill(KHO_QMP_DEPTH_MAX + 1, '{');

	expect_refused(brackets, strlen(brackets), "QMP: a message is nested deeper than 64 levels");
	expect_refused(braces, strlen(braces), "QMP: a message is nested deeper than 64 levels");
	expect_refused(one_too_many, strlen(one_too_many), "QMP: a message is nested deeper than 64 levels");
}

static void deep_enough(void **state)
{
	g_autofree char *open = g_strnfill(KHO_QMP_DEPTH_MAX - 1, '[');
	g_autofree char *close = g_strnfill(KHO_QMP_DEPTH_MAX - 1, ']');
	g_autofree char *line = g_strdup_printf("{\"a\": %s%s, \"b\": [[], [], []]}", open, close);

	json_node_unref(parse(line));
}

/* What stands in a string does not nest, and an escaped quote does not end it. */
static void brackets_in_strings(void **state)
{
	g_autofree char *brackets = g_strnfill(1000, '[');
	g_autofree char *line = g_strdup_printf("{\"a\": \"\\\"%s\\\\\"}", brackets);

	json_node_unref(parse(line));
}

static void members(void **state)
{
	g_autoptr(JsonNode) node = parse("{\"o\": {}, \"s\": \"text\", \"n\": 5, \"z\": null, \"id\": 7}");
	JsonObject *message = json_node_get_object(node);
	int64_t id = 0;

	assert_non_null(kho_qmp_message_object(message, "o"));
	assert_null(kho_qmp_message_object(message, "s"));
	assert_null(kho_qmp_message_object(message, "missing"));
	assert_string_equal(kho_qmp_message_string(message, "s"), "text");
	assert_null(kho_qmp_message_string(message, "n"));
	assert_null(kho_qmp_message_string(message, "o"));
	assert_null(kho_qmp_message_string(message, "z"));
	assert_true(kho_qmp_message_id(message, &id));
	assert_int_equal(id, 7);
}

static void ids_that_are_none(void **state)
{
	static const char *const lines[] = { "{}", "{\"id\": \"7\"}", "{\"id\": 7.0}", "{\"id\": null}",
					     "{\"id\": [7]}" };

	for (gsize i = 0; i < COUNT(lines); i++) {
		g_autoptr(JsonNode) node = parse(lines[i]);
		int64_t id;

		assert_false(kho_qmp_message_id(json_node_get_object(node), &id));
	}
}

static void commands(void **state)
{
	JsonObject *arguments = json_object_new();
	g_autofree char *bare = kho_qmp_message_command(3, "query-status", NULL);
	g_autofree char *full = NULL;

	assert_string_equal(bare, "{\"execute\":\"query-status\",\"id\":3}\n");
	json_object_set_string_member(arguments, "a", "\n\"");
	full = kho_qmp_message_command(4, "x", arguments);
	assert_string_equal(full, "{\"execute\":\"x\",\"arguments\":{\"a\":\"\\n\\\"\"},\"id\":4}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_json),    cmocka_unit_test(not_an_object),
		cmocka_unit_test(not_text),    cmocka_unit_test(deep_nesting),
		cmocka_unit_test(deep_enough), cmocka_unit_test(brackets_in_strings),
		cmocka_unit_test(members),     cmocka_unit_test(ids_that_are_none),
		cmocka_unit_test(commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
