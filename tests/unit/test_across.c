// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/run.h"
#include "harness/report/across.h"
#include "tests/unit/test.h"

struct seen {
	const char *kernel, *successor, *scratch;
	enum kho_outcome_name outcome;
	enum kho_verdict_name verdict;
};

static const struct seen story[] = {
	{ "6.19-x86_64", "6.19-x86_64", "16M,16M,16M", KHO_OUTCOME_PANICKED, KHO_VERDICT_TP },
	{ "6.19-x86_64", "6.19-x86_64", "200%", KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN },
	{ "6.19-x86_64", "6.19-x86_64", "100%", KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN }, /* there alone */
	{ "7.3-x86_64", "7.3-x86_64", "16M,16M,16M", KHO_OUTCOME_SURVIVED, KHO_VERDICT_FP },
	{ "7.3-x86_64", "7.3-x86_64", "200%", KHO_OUTCOME_SURVIVED, KHO_VERDICT_TN },
	{ "6.19-x86_64", "7.3-x86_64", "16M,16M,16M", KHO_OUTCOME_NOT_HANDED_OVER, KHO_VERDICT_EXCLUDED },
};

struct made_up {
	struct kho_topology *topology;
	GPtrArray *cells;
	struct kho_run *run;
};

static int set_up(void **state)
{
	struct made_up *made_up = g_new0(struct made_up, 1);

	made_up->topology = kho_topology_new("two-even", "");
	made_up->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	made_up->run = kho_run_new();
	for (size_t i = 0; i < COUNT(story); i++) {
		g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(story[i].scratch, NULL);
		struct kho_cell *cell =
			kho_cell_new(story[i].kernel, story[i].successor, made_up->topology, spec, KHO_PAYLOAD_DEFAULT);
		struct kho_result *result = kho_result_new(cell);
		g_autofree char *name = kho_run_kernel_name(cell->id);

		if (!kho_run_kernel_of(made_up->run, cell->id))
			kho_run_add_kernel(made_up->run, name);
		result->ended = true;
		result->outcome.name = story[i].outcome;
		result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name = story[i].verdict;
		g_ptr_array_add(made_up->cells, cell);
		g_ptr_array_add(made_up->run->results, result);
	}
	*state = made_up;
	return 0;
}

static int tear_down(void **state)
{
	struct made_up *made_up = *state;

	kho_run_free(made_up->run);
	g_ptr_array_unref(made_up->cells);
	kho_topology_free(made_up->topology);
	g_free(made_up);
	return 0;
}

static void rows(void **state)
{
	const struct made_up *made_up = *state;
	g_autoptr(GPtrArray) all = kho_across(made_up->run);
	const struct kho_across_row *short_row = g_ptr_array_index(all, 0), *same = g_ptr_array_index(all, 1);

	assert_int_equal(all->len, 2);
	assert_string_equal(short_row->name, "two-even/16M,16M,16M");
	assert_true(short_row->differs);
	for (int i = 0; i < 3; i++)
		assert_non_null(short_row->results[i]);
	assert_false(same->differs);
	assert_null(same->results[2]);
}

static void in_words(void **state)
{
	const struct made_up *made_up = *state;
	g_autoptr(GString) text = g_string_new(NULL), page = g_string_new(NULL);

	kho_across_text(text, made_up->run);
	assert_string_equal(text->str, "The same machine and scratch under several kernels\n"
				       "                        6.19-x86_64  7.3-x86_64\n"
				       "  two-even/16M,16M,16M  panicked TP  survived FP\n"
				       "                        6.19-x86_64>7.3-x86_64\n"
				       "  two-even/16M,16M,16M  not-handed-over\n"
				       "  the same outcome under all: 1 of 2\n\n");
	kho_across_html(page, made_up->run);
	assert_non_null(strstr(page->str, "<th>6.19-x86_64&gt;7.3-x86_64</th>"));
	assert_non_null(strstr(page->str, "<td class=\"fp\">survived FP</td>"));
	assert_non_null(strstr(page->str, "two-even/200%"));
}

static void nothing_to_compare(void **state)
{
	g_autoptr(KhoRun) run = kho_run_new();
	g_autoptr(GString) text = g_string_new(NULL);

	kho_across_text(text, run);
	kho_across_html(text, run);
	assert_string_equal(text->str, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_words, set_up, tear_down),
		cmocka_unit_test(nothing_to_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
