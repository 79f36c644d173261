// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/cell.h"
#include "tests/unit/test.h"

static void check_id(const char *kernel, const char *successor, const char *payload, const char *id)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("two-even", "");
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse("16M,128M,32M", NULL);
	struct kho_cell *cell = kho_cell_new(kernel, successor, topology, scratch, payload);

	assert_string_equal(cell->id, id);
	assert_string_equal(cell->kernel, kernel);
	assert_string_equal(cell->successor, successor);
	assert_string_equal(cell->payload, payload);
	assert_ptr_equal(cell->topology, topology);
	assert_ptr_not_equal(cell->scratch, scratch);
	kho_cell_free(cell);
}

static void test_ids(void **state)
{
	check_id("6.19-x86_64", "6.19-x86_64", "default", "6.19-x86_64/two-even/16M,128M,32M");
	check_id("6.19-x86_64", "7.1-x86_64", "default", "6.19-x86_64>7.1-x86_64/two-even/16M,128M,32M");
	check_id("a", "a", "keep=6G", "a/two-even/16M,128M,32M+keep=6G");
	check_id("a", "b", "keep=6G", "a>b/two-even/16M,128M,32M+keep=6G");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ids) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
