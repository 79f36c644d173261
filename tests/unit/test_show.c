// SPDX-License-Identifier: GPL-2.0-only
/* A recorded run and its cells, as kho-runner show has them. */
#include <unistd.h>

#include "harness/report/cell_map.h"
#include "harness/report/decisive.h"
#include "harness/report/explain.h"
#include "harness/report/terminal_cell.h"
#include "harness/report/terminal_grid.h"
#include "tests/unit/made_up_run.h"

static const struct kho_result *result_of(void **state, int cell)
{
	return g_ptr_array_index(((struct kho_run *)*state)->results, cell);
}

static void test_explanations(void **state)
{
	struct kho_run *run = *state;
	g_autofree char *fp = kho_explain(result_of(state, CELL_FP), KHO_ESTIMATOR_SPARSEMEM);
	g_autofree char *fn = kho_explain(result_of(state, CELL_FN), KHO_ESTIMATOR_SPARSEMEM);
	g_autofree char *excluded = kho_explain(result_of(state, CELL_EXCLUDED), KHO_ESTIMATOR_SPARSEMEM);
	g_autofree char *unfinished = kho_explain(result_of(state, CELL_UNFINISHED), KHO_ESTIMATOR_SPARSEMEM);
	g_autofree char *control = kho_explain(g_ptr_array_index(run->controls, CONTROL_DEAD), 0);

	assert_true(g_str_has_prefix(fp, "False positive: sparsemem warned (node 0 has "));
	assert_contains(fp, "), but the successor survived: made up. All the same, " REMARK ".");
	assert_true(
		g_str_has_prefix(fn, "False negative: sparsemem was silent (sufficient), but the successor hung: "));
	assert_harmless(fn);
	assert_true(g_str_has_prefix(excluded, "Excluded (load-rejected): kexec_file_load(2) refused"));
	assert_true(g_str_has_prefix(unfinished, "Not ended: "));
	assert_true(g_str_has_prefix(control, "Control: the machine with ample scratch. It did not survive: "));
	assert_harmless(control);
}

/* Whoever adds a reason for exclusion adds its meaning. */
static void test_exclusions(void **state)
{
	static const char *const reasons[] = {
		"load-rejected", "kho-disabled",       "not-handed-over",  "first-boot-failed", "lost",
		"control-died",	 "control-void",       "repeats-disagree", "not-as-described",	"places-disagree",
		"no-prediction", "prediction-skipped", "not-run"
	};

	for (size_t i = 0; i < COUNT(reasons); i++)
		assert_non_null(kho_explain_exclusion(reasons[i]));
	assert_null(kho_explain_exclusion("whatever"));
}

static void test_decisive(void **state)
{
	static const struct {
		const char *line;
		enum kho_decisive kind;
	} lines[] = {
		{ "[    0.000000] Linux version 6.19.6 (x)", KHO_DECISIVE_BOOT },
		{ "[    0.95] KHO: scratch: node0 max=16MiB need=64MiB for sparse_buffer_init(", KHO_DECISIVE_SCRATCH },
		{ "[    1.62] kexec_core: Starting new kernel", KHO_DECISIVE_KEXEC },
		{ "sparse_init_nid: node[0] memory map backing failed. Some", KHO_DECISIVE_REFUSED },
		{ "[ 0.0] Kernel panic - not syncing: x", KHO_DECISIVE_DEATH },
		{ "[ 0.0] ACPI: RSDP 0x0", KHO_DECISIVE_NOT },
		{ "", KHO_DECISIVE_NOT },
	};

	for (size_t i = 0; i < COUNT(lines); i++)
		assert_int_equal(kho_decisive_line(lines[i].line, strlen(lines[i].line)), lines[i].kind);
	assert_int_equal(kho_decisive_line("BUG: x", 3), KHO_DECISIVE_NOT);
}

static void add_piece_of_memory(struct kho_result *result, uint64_t start, uint64_t end, unsigned int node)
{
	const struct kho_memory_range range = { .start = start, .end = end, .node = node };

	g_array_append_val(result->ranges, range);
}

static void add_area(struct kho_result *result, uint64_t start, uint64_t size)
{
	const struct kho_scratch_area area = { .start = start, .size = size };

	g_array_append_val(result->scratch, area);
}

/*
 *	0          1G          2G          3G          4G
 *	|0000000000|           |11111111111111111111111|
 *	     a                             b         c    scratch: lowmem, global, node 1
 *	                      aaaaa                      preserved
 */
static void test_map(void **state)
{
	const struct kho_scratch_area kept = { .start = 2 * GIB, .size = 512 * MIB };
	struct kho_result *result = kho_result_new(&cells[CELL_TN]);
	g_autoptr(KhoCellMap) map = NULL;
	g_autofree char *text = NULL, *json = NULL;

	add_piece_of_memory(result, 0, GIB, 0);
	add_piece_of_memory(result, 2 * GIB, 4 * GIB, 1);
	add_area(result, GIB / 2, 16 * MIB);
	add_area(result, 3 * GIB, 128 * MIB);
	add_area(result, 4 * GIB - 32 * MIB, 32 * MIB);
	g_array_append_val(result->preserved, kept);
	map = kho_cell_map_new(result, NULL);
	text = kho_cell_map_text(map, 51);
	assert_contains(text, "memory   |0000000000          11111111111111111111|\n"
			      "scratch  |.....a........................b........c|\n"
			      "preserved|....................aaaaa...............|\n");
	assert_contains(text, "a  0x0020000000-0x0021000000     16M  lowmem\n");
	assert_contains(text, "c  0x00fe000000-0x0100000000     32M  per node, 1\n");
	json = kho_cell_map_json(map);
	assert_contains(json,
			"{\"end\":4294967296,\"rows\":[{\"name\":\"memory\",\"pieces\":[[0,1073741824,0,\"node 0\"]");
	kho_result_free(result);
}

/* Nobody vouches for addresses: none lies outside of the picture. */
static void test_map_of_nonsense(void **state)
{
	g_autoptr(KhoCellMap) map = kho_cell_map_new(result_of(state, CELL_FP), NULL);
	g_autoptr(KhoCellMap) none = kho_cell_map_new(result_of(state, CELL_TN), NULL);
	g_autofree char *text = kho_cell_map_text(map, 0), *nothing = kho_cell_map_text(none, 80);

	assert_contains(text, "scratch  |............................a|\n");
	assert_string_equal(nothing, "");
}

static void test_grid(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL), narrow = g_string_new(NULL), coloured = g_string_new(NULL);

	kho_terminal_grid(text, *state, "6.19-x86_64", KHO_ESTIMATOR_SPARSEMEM, 80, false);
	kho_terminal_grid(narrow, *state, "6.19-x86_64", KHO_ESTIMATOR_AGGREGATE, 10, false);
	kho_terminal_grid(coloured, *state, "6.19-x86_64", KHO_ESTIMATOR_SPARSEMEM, 80, true);
	assert_string_equal(text->str, "             1   2\n"
				       "  two-even FP+ FN+\n"
				       "  four     ne+ TN+\n"
				       "  1: 16M,128M,32M  2: 200%\n"
				       "  ne: not ended\n");
	assert_contains(narrow->str, "             1\n");
	assert_contains(narrow->str, "             2\n");
	assert_contains(coloured->str, "\033[31mFN+\033[0m");
}

/* Most squares would be empty: a list for each topology, no line longer than the terminal. */
static void test_sparse_grid(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct kho_run *run = *state;
	struct kho_scratch_spec specs[32];
	struct kho_topology topologies[32];
	struct kho_cell own[32];
	g_auto(GStrv) lines = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	g_ptr_array_set_size(run->results, 0);
	for (guint i = 0; i < COUNT(own); i++) {
		struct kho_result *result;

		specs[i] = (struct kho_scratch_spec){ .text = g_strdup_printf("%uM,16M,16M", i + 1) };
		topologies[i] = (struct kho_topology){ .name = (char *)names[i % 4] };
		own[i] = cells[CELL_TN];
		own[i].scratch = &specs[i];
		own[i].topology = &topologies[i];
		result = kho_result_new(&own[i]);
		result->ended = true;
		result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name = i % 4 ? KHO_VERDICT_TN : KHO_VERDICT_FP;
		g_ptr_array_add(run->results, result);
	}
	kho_terminal_grid(text, run, "6.19-x86_64", KHO_ESTIMATOR_SPARSEMEM, 40, false);
	lines = g_strsplit(text->str, "\n", -1);
	assert_string_equal(lines[0], "  a");
	assert_string_equal(lines[1], "    1M,16M,16M FP  5M,16M,16M FP");
	assert_string_equal(lines[2], "  9M,16M,16M FP  13M,16M,16M FP");
	for (guint i = 0; lines[i]; i++)
		assert_true(strlen(lines[i]) <= 40);
	g_ptr_array_set_size(run->results, 0);
	for (guint i = 0; i < COUNT(own); i++)
		g_free(specs[i].text);
}

static void test_cell(void **state)
{
	static const struct kho_evidence none, console = { .console = (char *)"[ 1.0] one\n[ 2.0] BUG: two\n" };
	g_autofree char *fp =
		kho_terminal_cell(*state, result_of(state, CELL_FP), KHO_ESTIMATOR_SPARSEMEM, &none, 80, false);
	g_autofree char *other = NULL;
	g_autofree char *fn =
		kho_terminal_cell(*state, result_of(state, CELL_FN), KHO_ESTIMATOR_SPARSEMEM, &console, 80, false);

	assert_true(g_str_has_prefix(fp, "6.19-x86_64/two-even/16M,128M,32M\nFalse positive: "));
	assert_contains(fp, "\n  aggregate  TN  sufficient, 3 MiB left  [host]\n");
	assert_contains(fp, "\nWhere the survivor's memory map really lies\n");
	assert_contains(fp, "\n  results/20261123T101500Z/cells/6.19-x86_64/two-even/16M,128M,32M/\n");
	assert_lacks(fp, "kho-runner reproduce");
	other = kho_terminal_cell(*state, result_of(state, CELL_FP), KHO_ESTIMATOR_AGGREGATE, &none, 80, false);
	assert_contains(
		other, "\nTrue negative: aggregate was silent (sufficient, 3 MiB left), and the successor\nsurvived: ");
	assert_harmless(fn);
	assert_contains(fn, "\nDecisive lines of its console\n  [ 2.0] BUG: two\n");
	assert_contains(fn, "\n  kho-runner reproduce '6.19-x86_64/two-even/200%'\n");
}

/* A run's directory is as it was named, which may be from here. */
static void test_relative(void **state)
{
	g_autofree char *base = g_dir_make_tmp("kho-test.XXXXXX", NULL), *here = g_get_current_dir();
	g_autofree char *cell = g_build_filename(base, "run/cells/6.19-x86_64/two-even/200%", NULL);
	g_autofree char *file = g_build_filename(cell, "console.log", NULL),
			*remove = g_strdup_printf("rm -r %s", base);
	g_autoptr(KhoEvidence) evidence = NULL;

	assert_int_equal(g_mkdir_with_parents(cell, 0700), 0);
	assert_true(g_file_set_contents(file, "heard\n", -1, NULL));
	assert_int_equal(chdir(base), 0);
	evidence = kho_evidence_load("run", result_of(state, CELL_FN), 100);
	assert_int_equal(chdir(here), 0);
	assert_string_equal(evidence->console, "heard\n");
	assert_int_equal(system(remove), 0);
}

static void test_shortened(void **state)
{
	guint cut;
	g_autofree char *whole = kho_evidence_shorten("a\r\nb\n", 5, 5, &cut);
	g_autofree char *middle = NULL;

	assert_string_equal(whole, "a\nb\n");
	assert_int_equal(cut, 0);
	middle = kho_evidence_shorten("1\n2\n3\n4\n5\n6\n7\n8\n9\n", 18, 9, &cut);
	assert_string_equal(middle, "1\n2\n... 5 lines left out ...\n8\n9\n");
	assert_int_equal(cut, 5);
}

static void assert_no_autopsy(const char *text, const char *why)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_read_autopsy("autopsy.json", text, strlen(text), &error));
	assert_non_null(error);
	assert_contains(error->message, why);
}

static void test_autopsies(void **state)
{
	static const char early[] = "{\"progress\":null,\"memblock\":null}";
	g_autoptr(KhoReadAutopsy) autopsy = kho_read_autopsy("autopsy.json", early, strlen(early), NULL);

	assert_non_null(autopsy);
	assert_false(autopsy->have_memblock);
	assert_no_autopsy("{", "autopsy.json:1: ");
	assert_no_autopsy("{\"progress\":1,\"memblock\":null}", "progress");
	assert_no_autopsy("{\"progress\":null,\"memblock\":{\"scratch_bytes\":1,\"scratch_free_bytes\":1,"
			  "\"scratch_largest_bytes\":1,\"reserved\":[{\"base\":\"12\",\"size\":1,\"flags\":\"x\"}]}}",
			  "base: is no address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_explanations, set_up, tear_down),
		cmocka_unit_test(test_exclusions),
		cmocka_unit_test(test_decisive),
		cmocka_unit_test(test_map),
		cmocka_unit_test_setup_teardown(test_map_of_nonsense, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sparse_grid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_relative, set_up, tear_down),
		cmocka_unit_test(test_shortened),
		cmocka_unit_test(test_autopsies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
