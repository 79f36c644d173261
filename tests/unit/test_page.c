// SPDX-License-Identifier: GPL-2.0-only
/* The report as a page: what it shows without its script, and what it has for it. ci/ and tests/bats look at it in a
 * browser. */
#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "harness/report/html.h"
#include "tests/unit/made_up_run.h"

/* What is between an element of this id and its end, to be freed. */
static char *data_of(const char *page, const char *id)
{
	g_autofree char *mark = g_strdup_printf(" id=\"%s\">", id);
	const char *start = strstr(page, mark), *end;

	assert_non_null(start);
	start += strlen(mark);
	end = strstr(start, "</script>");
	assert_non_null(end);
	return g_strndup(start, end - start);
}

static JsonNode *unpacked(const char *page, const char *id)
{
	g_autofree char *packed = data_of(page, id);
	g_autoptr(GZlibDecompressor) decompressor = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	gsize length, read, written;
	g_autofree guchar *bytes = g_base64_decode(packed, &length);
	g_autofree char *text = g_malloc0(1 << 20);
	JsonNode *root;

	assert_int_equal(g_converter_convert(G_CONVERTER(decompressor), bytes, length, text, 1 << 20,
					     G_CONVERTER_INPUT_AT_END, &read, &written, NULL),
			 G_CONVERTER_FINISHED);
	root = json_from_string(text, NULL);
	assert_non_null(root);
	return root;
}

/* Up to where data and script begin: what a reader without scripts sees, but for its style. */
static char *static_part(const char *page)
{
	const char *end = strstr(page, "<script type=\"application/json\"");

	assert_non_null(end);
	page = strstr(page, "</style>");
	return g_strndup(page, end - page);
}

static void test_static(void **state)
{
	g_autofree char *page = kho_html(*state, NULL), *text = static_part(page);

	assert_harmless(text);
	assert_lacks(text, "<script");
	assert_lacks(text, "http:");
	assert_lacks(text, "https:");
	assert_contains(text, "&lt;script&gt;alert(1)&lt;/script&gt;");
	assert_contains(text, "<tr><th>sparsemem</th><td class=\"n tp\">1</td><td class=\"n fp\">1</td>"
			      "<td class=\"n fn\">1</td><td class=\"n tn\">1</td><td class=\"n\">4</td>"
			      "<td class=\"n\">50.0% [9.5-90.5]</td><td class=\"n\">50.0% [9.5-90.5]</td></tr>");
	assert_contains(text, "<tr><th>replay</th><td colspan=\"7\">no prediction: no trace?[2Jgone &lt;script&gt;");
	assert_contains(text, "<td class=\"fn\">FN</td><td class=\"fn\">FN</td><td>sufficient</td>");
	assert_contains(text, "<br>aggregate: sufficient, 3 MiB left</td>");
	assert_contains(text, "<th>survivors with a remark</th><td>2</td>");
	assert_lacks(text, "void: it did not survive");
	assert_contains(text, "<p>Excluded: 1 load-rejected, 1 lost, 1 not-run, 1 places-disagree</p>");
	assert_contains(text, "<p class=\"headline bad\">Interrupted: 9 cells in 3m 41s: 4 as expected, 1 new, ");
	assert_int_equal(count(text, "<table"), count(text, "</table>"));
	assert_int_equal(count(text, "<td"), count(text, "</td>"));
	assert_int_equal(count(text, "<tr"), count(text, "</tr>"));
	assert_int_equal(count(text, "<svg"), count(text, "</svg>"));
	assert_int_equal(count(text, "<details"), count(text, "</details>"));
}

/* Each cell once, as letters, and with a name for those who do not see the colour. */
static void test_grid(void **state)
{
	g_autofree char *page = kho_html(*state, NULL), *text = static_part(page);

	assert_int_equal(count(text, "<a id=\"s"), NR_CELLS);
	assert_contains(text, "<a id=\"s1\" class=\"sq fn new\" href=\"#cell=6.19-x86_64/two-even/200%25\" title=\"");
	assert_contains(text, "aria-label=\"6.19-x86_64/two-even/200%: FN\">FN</a>");
	assert_contains(text, " data-label=\" +\">lr +</a>");
	assert_contains(text, "<b class=\"excluded\">lr</b> load-rejected");
}

/* One that makes no table of mostly empty squares gets a row of them for each topology. */
static void test_sparse_grid(void **state)
{
	struct kho_run *run = *state;
	struct kho_topology topologies[40];
	struct kho_scratch_spec specs[40];
	struct kho_cell own[40];
	g_autofree char *page = NULL;

	for (guint i = 0; i < 40; i++) {
		struct kho_result *result;

		topologies[i] = (struct kho_topology){ .name = g_strdup_printf("machine-%u", i) };
		specs[i] = (struct kho_scratch_spec){ .text = g_strdup_printf("%u%%", i + 1) };
		own[i] = cells[CELL_TN];
		own[i].topology = &topologies[i];
		own[i].scratch = &specs[i];
		own[i].id = g_strdup_printf("6.19-x86_64/machine-%u/%u%%", i, i + 1);
		result = kho_result_new(&own[i]);
		result->ended = true;
		result->outcome.reason = g_strdup("made up");
		result->outcome.name = KHO_OUTCOME_SURVIVED;
		result->estimates[0].verdict.name = KHO_VERDICT_TN;
		g_ptr_array_add(run->results, result);
	}
	page = kho_html(run, NULL);
	assert_contains(page, "<table class=\"grid flow\">");
	assert_contains(page, "data-label=\" 40%\">TN 40%</a>");
	g_ptr_array_set_size(run->results, NR_CELLS);
	for (guint i = 0; i < 40; i++) {
		g_free(topologies[i].name);
		g_free(specs[i].text);
		g_free(own[i].id);
	}
}

static void test_index(void **state)
{
	g_autofree char *page = kho_html(*state, NULL), *text = data_of(page, "index");
	g_autoptr(JsonNode) root = json_from_string(text, NULL);
	JsonArray *all;
	JsonObject *cell;

	assert_non_null(root);
	assert_harmless(text);
	assert_lacks(text, "<");
	all = json_object_get_array_member(json_node_get_object(root), "cells");
	assert_int_equal(json_array_get_length(all), NR_CELLS + NR_CONTROLS);
	cell = json_array_get_object_element(all, CELL_FN);
	assert_string_equal(json_object_get_string_member(cell, "id"), "6.19-x86_64/two-even/200%");
	assert_true(json_object_get_boolean_member(cell, "new"));
	assert_string_equal(json_array_get_string_element(json_object_get_array_member(cell, "verdicts"), 0), "FN");
	cell = json_array_get_object_element(all, NR_CELLS + CONTROL_DEAD);
	assert_int_equal(json_array_get_length(json_object_get_array_member(cell, "verdicts")), 0);
}

static void write_file(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Whatever a guest wrote on its console is text, and its decisive lines are found. */
static void test_evidence(void **state)
{
	g_autofree char *base = g_dir_make_tmp("kho-test.XXXXXX", NULL);
	g_autofree char *cell = g_build_filename(base, "cells/6.19-x86_64/two-even/200%", NULL);
	g_autofree char *page = NULL, *remove = g_strdup_printf("rm -r %s", base);
	g_autoptr(JsonNode) root = NULL;
	JsonObject *object;
	const char *console;

	assert_int_equal(g_mkdir_with_parents(cell, 0700), 0);
	write_file(cell, "console.log",
		   "one\r\n</script><script>\033[2J\n[ 1.0] KHO: scratch areas\n[ 2.0] BUG: here\n");
	write_file(cell, "autopsy.txt", "reason: made up\n");
	write_file(cell, "autopsy.json",
		   "{\"progress\":\"sparse_init\",\"memblock\":{\"scratch_bytes\":4096,\"scratch_free_bytes\":8,"
		   "\"scratch_largest_bytes\":4,\"memory\":[],\"reserved\":[{\"base\":\"0x1000\",\"size\":16,"
		   "\"flags\":\"none\",\"nid\":-1}]}}");
	page = kho_html(*state, base);
	root = unpacked(page, "data-1");
	object = json_node_get_object(root);
	console = json_object_get_string_member(object, "console");
	assert_string_equal(console, "one\n</script><script>?[2J\n[ 1.0] KHO: scratch areas\n[ 2.0] BUG: here\n");
	assert_int_equal(json_array_get_length(json_object_get_array_member(object, "console_marks")), 2);
	assert_string_equal(json_object_get_string_member(object, "autopsy"), "reason: made up\n");
	object = json_object_get_object_member(object, "tables");
	assert_string_equal(json_object_get_string_member(object, "progress"), "sparse_init");
	assert_int_equal(json_object_get_int_member(object, "scratch_free_bytes"), 8);
	assert_int_equal(system(remove), 0);
}

/* The policy names our style and script by their hashes, and lets in nothing else. */
static void test_policy(void **state)
{
	g_autofree char *page = kho_html(*state, NULL);
	const char *style = strstr(page, "<style>") + strlen("<style>"), *end = strstr(style, "</style>");
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *encoded = NULL, *policy = NULL;
	guint8 digest[32];
	gsize length = sizeof(digest);

	g_checksum_update(checksum, (const guchar *)style, end - style);
	g_checksum_get_digest(checksum, digest, &length);
	encoded = g_base64_encode(digest, length);
	policy = g_strdup_printf("default-src 'none'; img-src data:; style-src 'sha256-%s'; script-src 'sha256-",
				 encoded);
	assert_contains(page, policy);
	assert_lacks(page, "unsafe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_static, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sparse_grid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_index, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_evidence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_policy, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
