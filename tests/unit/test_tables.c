// SPDX-License-Identifier: GPL-2.0-only
/* memblock's tables of a survivor: which could be some, and how they are written and read back. */
#include "harness/handover/autopsy_text.h"
#include "harness/handover/tables.h"
#include "harness/report/read_autopsy.h"
#include "tests/unit/test.h"

#include <string.h>

static struct kho_memblock *new_tables(void)
{
	struct kho_memblock *memblock = g_new0(struct kho_memblock, 1);
	const struct kho_memblock_region memory = { 0x1000, 64 * MIB, KHO_MEMBLOCK_KHO_SCRATCH, 0 };
	const struct kho_memblock_region reserved[] = { { 0x1000, 4096, 0, -1 },
							{ 0x4000, 8192, KHO_MEMBLOCK_RSRV_KERN, 0 } };

	memblock->memory = g_array_new(FALSE, FALSE, sizeof(memory));
	memblock->reserved = g_array_new(FALSE, FALSE, sizeof(memory));
	g_array_append_val(memblock->memory, memory);
	g_array_append_vals(memblock->reserved, reserved, COUNT(reserved));
	memblock->scratch = 64 * MIB;
	memblock->scratch_free = 60 * MIB;
	memblock->scratch_largest = 32 * MIB;
	return memblock;
}

static struct kho_memblock_region *region(struct kho_memblock *memblock, guint index)
{
	return &g_array_index(memblock->reserved, struct kho_memblock_region, index);
}

/* What is left of them where their memory was given away is no table. */
static void test_plausible(void **state)
{
	g_autoptr(KhoMemblock) memblock = new_tables();

	assert_true(kho_tables_plausible(memblock));
	region(memblock, 0)->size = 64 * KIB;
	assert_false(kho_tables_plausible(memblock));
	region(memblock, 0)->size = 0;
	assert_false(kho_tables_plausible(memblock));
	region(memblock, 0)->size = 4096;
	region(memblock, 0)->base = 1 * MIB;
	assert_false(kho_tables_plausible(memblock));
	region(memblock, 0)->base = 0xcccccccccccccccc;
	assert_false(kho_tables_plausible(memblock));
	g_array_set_size(memblock->reserved, 0);
	assert_false(kho_tables_plausible(memblock));
}

static void test_written_and_read(void **state)
{
	g_autoptr(KhoMemblock) memblock = new_tables();
	g_autofree char *json = kho_memblock_json(memblock);
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoReadAutopsy) tables = kho_read_tables("memblock.json", json, strlen(json), &error);
	const struct kho_reserved_region *last;

	assert_null(error);
	assert_true(tables->have_memblock);
	assert_null(tables->progress);
	assert_int_equal(tables->scratch, 64 * MIB);
	assert_int_equal(tables->scratch_free, 60 * MIB);
	assert_int_equal(tables->scratch_largest, 32 * MIB);
	assert_int_equal(tables->reserved->len, 2);
	last = &g_array_index(tables->reserved, struct kho_reserved_region, 1);
	assert_true(last->start == 0x4000 && last->end == 0x6000);
	assert_string_equal(last->flags, "kernel");
}

static void test_nonsense(void **state)
{
	static const char *const texts[] = { "", "[]", "{}",
					     "{\"scratch_bytes\":1,\"scratch_free_bytes\":1,"
					     "\"scratch_largest_bytes\":1,\"reserved\":[1]}" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(kho_read_tables("memblock.json", texts[i], strlen(texts[i]), &error));
		assert_non_null(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plausible),
		cmocka_unit_test(test_written_and_read),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
