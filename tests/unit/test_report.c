// SPDX-License-Identifier: GPL-2.0-only
/* The reports that are files: JSON and JUnit. */
#include <json-glib/json-glib.h>

#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "tests/unit/made_up_run.h"

/* A value inside of a JSON text, by a path like "$.cells[0].id"; the caller unrefs the array. */
static JsonNode *at(JsonNode *root, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) matches = json_path_query(path, root, &error);

	assert_null(error);
	if (json_array_get_length(json_node_get_array(matches)) != 1)
		fail_msg("no %s", path);
	return json_array_dup_element(json_node_get_array(matches), 0);
}

static void assert_json_text(JsonNode *root, const char *path, const char *text)
{
	g_autoptr(JsonNode) node = at(root, path);

	assert_int_equal(json_node_get_value_type(node), G_TYPE_STRING);
	assert_string_equal(json_node_get_string(node), text);
}

static void assert_json_number(JsonNode *root, const char *path, gint64 number)
{
	g_autoptr(JsonNode) node = at(root, path);

	assert_int_equal(json_node_get_value_type(node), G_TYPE_INT64);
	assert_true(json_node_get_int(node) == number);
}

static void assert_json_null(JsonNode *root, const char *path)
{
	g_autoptr(JsonNode) node = at(root, path);

	assert_true(json_node_is_null(node));
}

static void assert_share(JsonNode *root, const char *path, double value, double low, double high)
{
	const struct {
		const char *key;
		double number;
	} members[] = { { "value", value }, { "low", low }, { "high", high } };

	for (size_t i = 0; i < COUNT(members); i++) {
		g_autofree char *member = g_strdup_printf("%s.%s", path, members[i].key);
		g_autoptr(JsonNode) node = at(root, member);
		double number = json_node_get_double(node);

		assert_true(number > members[i].number - 0.0001 && number < members[i].number + 0.0001);
	}
}

/* --- JSON --- */

static void test_json_run(void **state)
{
	g_autofree char *text = kho_json_run(*state);
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) root = json_from_string(text, &error);

	assert_null(error);
	assert_harmless(text);
	assert_true(g_str_has_prefix(text, "{\n  \"schema_version\" : 1,\n"));
	assert_json_text(root, "$.matrix", "made-up");
	assert_json_number(root, "$.jobs", 2);
	assert_json_number(root, "$.confusion.sparsemem['6.19-x86_64'].fn", 1);
	assert_json_number(root, "$.confusion.sparsemem['6.19-x86_64'].excluded['load-rejected']", 1);
	assert_json_number(root, "$.confusion.aggregate['6.19-x86_64'].fn", 2);
	assert_share(root, "$.confusion.sparsemem['6.19-x86_64'].precision", 0.5, 0.0945, 0.9055);
	assert_share(root, "$.confusion.aggregate['6.19-x86_64'].recall", 0, 0, 0.6576);
	assert_json_null(root, "$.confusion.sparsemem['7.3-x86_64'].precision");
	assert_json_null(root, "$.confusion.replay['6.19-x86_64'].recall");
	assert_json_number(root, "$.confusion.replay['6.19-x86_64'].excluded['no-prediction']", 4);
	assert_json_null(root, "$.kernels[1].release");
	assert_int_equal(count(text, "\"id\" : "), NR_CELLS + NR_CONTROLS);
	assert_json_text(root, "$.cells[1].verdict.sparsemem.name", "FN");
	assert_json_text(root, "$.cells[1].expected.standing", "new");
	assert_json_text(root, "$.cells[1].expected.verdict", "TN");
	assert_json_text(root, "$.cells[4].verdict.sparsemem.excluded", "load-rejected");
	assert_json_text(root, "$.cells[7].disagreement.sparsemem", "kernel and host differ: node 0");
	assert_json_null(root, "$.cells[8].expected.outcome");
}

/* Beside the cells, not among them; a cell knows how its machine's did. */
static void test_json_controls(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *text = kho_json_run(run);
	g_autofree char *line = kho_json_cell(g_ptr_array_index(run->controls, CONTROL_DEAD), false);
	g_autoptr(JsonNode) root = json_from_string(text, NULL), control = json_from_string(line, NULL);
	g_autoptr(JsonNode) dead = at(root, "$.controls[1]");

	assert_json_text(root, "$.controls[0].id", "6.19-x86_64/two-even/control:kho-off");
	assert_json_text(root, "$.controls[0].kind", "kho-off");
	assert_json_null(root, "$.controls[0].kho_scratch");
	assert_json_text(root, "$.controls[1].kho_scratch", "16M,128M,32M");
	assert_json_text(root, "$.controls[1].outcome.name", "panicked");
	assert_json_null(root, "$.controls[3].outcome");
	assert_true(json_node_equal(control, dead));
	assert_json_text(root, "$.cells[0].controls['kho-off']", "survived");
	assert_json_text(root, "$.cells[0].controls['ample']", "panicked");
	assert_json_null(root, "$.cells[1].controls['ample']");
}

/* What is not known is null and never 0; what is known is exact. */
static void test_json_numbers(void **state)
{
	g_autofree char *text = kho_json_run(*state);
	g_autoptr(JsonNode) root = json_from_string(text, NULL);

	assert_json_number(root, "$.cells[0].predictions.sparsemem.kernel.usable_bytes", ODD_BIG);
	assert_json_number(root, "$.cells[0].predictions.sparsemem.kernel.node", 0);
	assert_json_number(root, "$.cells[0].predictions.sparsemem.kernel.nodes[0].required_bytes", 64 << 20);
	assert_json_number(root, "$.cells[0].layout.ranges[0].end", ODD_BIG);
	assert_json_number(root, "$.cells[0].predictions.aggregate.host.left_bytes", 3 << 20);
	assert_json_null(root, "$.cells[0].predictions.aggregate.host.reason");
	assert_json_null(root, "$.cells[0].predictions.sparsemem.kernel.left_bytes");
	assert_json_text(root, "$.cells[0].layout.scratch[0].start", "18446744073709547520");
	assert_json_number(root, "$.cells[0].layout.geometry.pages_per_section", 32768);
	assert_json_null(root, "$.cells[1].predictions.sparsemem.kernel.usable_bytes");
	assert_json_null(root, "$.cells[1].predictions.sparsemem.kernel.section_map_bytes");
	assert_json_null(root, "$.cells[1].predictions.sparsemem.kernel.nodes");
	assert_json_null(root, "$.cells[0].outcome.cpu_seconds");
	assert_json_null(root, "$.cells[0].outcome.verdict_seconds");
	assert_json_null(root, "$.cells[1].layout.geometry");
	assert_json_null(root, "$.cells[6].outcome");
	assert_json_null(root, "$.cells[6].verdict");
}

/* Where the successor was loaded, and the file of the first kernel's trace. */
static void test_json_early_boot(void **state)
{
	const struct kho_segment segments[] = { { KHO_SEGMENT_SCRATCH_LIST, HUGE_ADDRESS, 4096 },
						{ KHO_SEGMENT_BOOT_PARAMS, 4096, ODD_BIG } };
	struct kho_run *run = *state;
	struct kho_result *result = g_ptr_array_index(run->results, CELL_FP);
	g_autoptr(JsonNode) root = NULL, none = NULL;
	g_autofree char *text = NULL;

	g_array_append_vals(result->segments, segments, COUNT(segments));
	result->trace = g_strdup("traces/0123456789abcdef.trace");
	text = kho_json_run(run);
	root = json_from_string(text, NULL);
	assert_json_text(root, "$.cells[0].layout.segments[0].kind", "scratch-list");
	assert_json_text(root, "$.cells[0].layout.segments[0].start", "18446744073709547520");
	assert_json_number(root, "$.cells[0].layout.segments[1].start", 4096);
	assert_json_number(root, "$.cells[0].layout.segments[1].size", ODD_BIG);
	assert_json_text(root, "$.cells[0].layout.trace", "traces/0123456789abcdef.trace");
	assert_json_null(root, "$.cells[1].layout.trace");
	none = at(root, "$.cells[1].layout.segments");
	assert_int_equal(json_array_get_length(json_node_get_array(none)), 0);
}

/* How a survivor got its memory map, and what was found of a dead one. */
static void test_json_findings(void **state)
{
	g_autofree char *text = kho_json_run(*state);
	g_autoptr(JsonNode) root = json_from_string(text, NULL),
			    seconds = at(root, "$.cells[2].outcome.verdict_seconds");

	assert_json_text(root, "$.cells[0].outcome.remark", REMARK);
	assert_json_number(root, "$.cells[0].outcome.memory_map[0].node", 3);
	assert_json_number(root, "$.cells[0].outcome.memory_map[0].map_bytes", ODD_BIG);
	assert_json_number(root, "$.cells[0].outcome.memory_map[0].fallen_bytes", 64 << 20);
	assert_json_number(root, "$.cells[0].outcome.memory_map[0].page_bytes", 4096);
	assert_json_text(root, "$.cells[0].outcome.memory_map[0].foreign_bytes", "18446744073709547520");
	assert_json_number(root, "$.cells[0].outcome.memory_map[0].lost_bytes", 128 << 20);
	assert_json_null(root, "$.cells[0].outcome.evidence.autopsy");
	assert_json_null(root, "$.cells[0].outcome.detail");
	assert_json_null(root, "$.cells[1].outcome.memory_map");
	assert_json_text(root, "$.cells[1].outcome.evidence.autopsy", "cells/6.19-x86_64/two-even/200%/autopsy.txt");
	assert_json_text(root, "$.cells[1].outcome.evidence.autopsy_json",
			 "cells/6.19-x86_64/two-even/200%/autopsy.json");
	assert_json_null(root, "$.cells[2].outcome.remark");
	assert_true(json_node_get_double(seconds) == 0.4);
}

static void test_json_cell(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *line = kho_json_cell(g_ptr_array_index(run->results, CELL_FN), false);
	g_autofree char *pretty = kho_json_cell(g_ptr_array_index(run->results, CELL_FN), true);
	g_autoptr(JsonNode) a = json_from_string(line, NULL), b = json_from_string(pretty, NULL);

	assert_null(strchr(line, '\n'));
	assert_true(g_str_has_suffix(pretty, "}\n"));
	assert_true(json_node_equal(a, b));
	assert_json_text(a, "$.id", "6.19-x86_64/two-even/200%");
	assert_json_text(a, "$.kho_scratch", "200%");
	assert_json_text(a, "$.outcome.name", "hung");
	assert_json_text(a, "$.outcome.evidence.console", "cells/6.19-x86_64/two-even/200%/console.log");
}

/* --- JUnit --- */

struct elements {
	guint suites, cases, errors, failures, skipped;
};

static void count_element(GMarkupParseContext *context, const char *name, const char **keys, const char **values,
			  gpointer data, GError **error)
{
	struct elements *elements = data;

	elements->suites += g_str_equal(name, "testsuite");
	elements->cases += g_str_equal(name, "testcase");
	elements->errors += g_str_equal(name, "error");
	elements->failures += g_str_equal(name, "failure");
	elements->skipped += g_str_equal(name, "skipped");
}

static void test_junit(void **state)
{
	const GMarkupParser parser = { .start_element = count_element };
	struct elements elements = { 0 };
	g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &elements, NULL);
	g_autofree char *text = kho_junit(*state);

	assert_true(g_markup_parse_context_parse(context, text, -1, NULL));
	assert_true(g_markup_parse_context_end_parse(context, NULL));
	assert_int_equal(elements.suites, 2);
	assert_int_equal(elements.cases, NR_CELLS + NR_CONTROLS);
	assert_int_equal(elements.errors, 3);
	assert_int_equal(elements.failures, 3);
	assert_int_equal(elements.skipped, 1);
	assert_contains(text, "tests=\"13\" failures=\"3\" errors=\"3\" time=\"221.200\">");
	assert_contains(text, "<testsuite name=\"7.3-x86_64\" timestamp=\"2026-11-23T10:15:00Z\" tests=\"1\" "
			      "failures=\"0\" errors=\"0\" time=\"3.100\" skipped=\"0\">");
	assert_contains(text, "message=\"expected: survived, sufficient, TN; seen: hung, sufficient, FN\"");
	assert_contains(text, "<skipped message=\"load-rejected: made up\"/>");
	assert_contains(text, "message=\"kernel and host differ: node 0\"");
	assert_contains(text, "\nreason: made up\nremark: node 0: 64 MiB of the memory map&apos;s 64 MiB fell back");
	assert_int_equal(count(text, "\nremark: "), 2);
	assert_contains(text, "\naggregate: sufficient, 3 MiB left\nverdict: TN\n");
	assert_lacks(text, "\nreplay: ");
	assert_contains(text,
			"<failure type=\"control\" message=\"panicked: the cells of this machine are excluded\">");
}

/* GMarkup lets references to forbidden characters pass; XML 1.0 does not. */
/* A cell that does now this, now that, is no failure of the kernel's, but not to be passed over either. */
static void test_junit_flaky(void **state)
{
	struct kho_run *run = *state;
	struct kho_result *result = g_ptr_array_index(run->results, CELL_FN);
	g_autofree char *text = NULL;

	result->seen[KHO_OUTCOME_HUNG] = 1;
	result->seen[KHO_OUTCOME_SURVIVED] = 2;
	text = kho_junit(run);
	assert_contains(text, "<failure type=\"flaky\" message=\"hung 1, survived 2\">");
	assert_contains(text, "\nrepeats: hung 1, survived 2\n");
}

static void test_junit_escapes(void **state)
{
	g_autofree char *text = kho_junit(*state);

	assert_harmless(text);
	assert_lacks(text, "&#");
	assert_lacks(text, "<script>");
	assert_lacks(text, "]]>");
	assert_contains(text, "?[2Jgone &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_json_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_controls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_early_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_findings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_cell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_junit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_junit_flaky, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_junit_escapes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
