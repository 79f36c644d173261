// SPDX-License-Identifier: GPL-2.0-only
/* Page tables of the direct map. The numbers of real kernels: tests/unit/test_replay_golden.c. */
#include <string.h>

#include "estimator/direct_map.h"
#include "tests/unit/test.h"

#define ROOM   256
#define BUFFER (16 * MIB)

struct machine {
	struct kho_mb mb;
	struct kho_mb_region memory[ROOM], reserved[ROOM];
	u64 words[4096];
	struct kho_direct_map map;
};

static void start(struct machine *machine)
{
	const struct kho_mb_config config = kho_mb_config_x86_64(64);

	memset(machine, 0xaa, sizeof(*machine));
	kho_mb_init(&machine->mb, &config, machine->memory, ROOM, machine->reserved, ROOM);
	kho_mb_allow_resize(&machine->mb);
	kho_mb_add(&machine->mb, 4 * KIB, 632 * KIB);
}

static bool build(struct machine *machine, u64 end, u64 buffer_pages, bool gb_pages)
{
	return kho_direct_map_build(&machine->map, &machine->mb, end, BUFFER, BUFFER + buffer_pages * 4 * KIB, gb_pages,
				    machine->words, COUNT(machine->words));
}

/* Pages that came from anywhere. */
static u64 pages(const struct machine *machine)
{
	return machine->map.pages + (machine->map.buffer_end - machine->map.buffer) / (4 * KIB);
}

/* 4 GiB without a hole: an upper table, a lower one for each GiB, and single pages below 2 MiB. */
static void test_tables(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 4 * GIB - MIB);
	assert_true(build(&machine, 4 * GIB, 16, false));
	assert_int_equal(pages(&machine), 1 + 4 + 1);
}

/* With pages of 1 GiB only the first needs tables. */
static void test_gb_pages(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 4 * GIB - MIB);
	assert_true(build(&machine, 4 * GIB, 16, true));
	assert_int_equal(pages(&machine), 1 + 1 + 1);
}

/* Memory that ends inside 2 MiB ends in single pages. */
static void test_ragged_end(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 3 * GIB - MIB - 128 * KIB);
	assert_true(build(&machine, 3 * GIB, 16, false));
	assert_int_equal(pages(&machine), 1 + 3 + 1 + 1);
}

/* What the kernel's own buffer does not hold comes from the top of what is mapped. */
static void test_buffer_runs_out(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 64 * GIB - MIB);
	assert_true(build(&machine, 64 * GIB, 8, false));
	assert_int_equal(pages(&machine), 1 + 64 + 1);
	assert_true(machine.map.pages >= 64 + 2 - 8);
	assert_non_null(kho_mb_find(&machine.mb.reserved, 64 * GIB - 4 * KIB));
}

/* In a successor, only scratch will do; and only what is mapped by then. Here there is none. */
static void test_no_scratch(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 64 * GIB - MIB);
	machine.mb.scratch_only = true;
	assert_false(build(&machine, 64 * GIB, 8, false));
	assert_true(machine.map.failed);
	assert_false(machine.map.overflow);
}

/* Scratch far below the top: mapping begins there, and what is above comes last. */
static void test_scratch_below(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 64 * GIB - MIB);
	kho_mb_mark(&machine.mb, &machine.mb.memory, 2 * GIB, 16 * MIB, KHO_MB_SCRATCH);
	machine.mb.scratch_only = true;
	assert_true(build(&machine, 64 * GIB, 8, false));
	assert_int_equal(pages(&machine), 1 + 64 + 1);
	assert_non_null(kho_mb_find(&machine.mb.reserved, 2 * GIB + 16 * MIB - 4 * KIB));
}

static void test_workspace(void **state)
{
	struct machine machine;

	start(&machine);
	kho_mb_add(&machine.mb, MIB, 4 * GIB - MIB);
	assert_false(kho_direct_map_build(&machine.map, &machine.mb, 4 * GIB, BUFFER, BUFFER + 64 * KIB, false,
					  machine.words, 1));
	assert_true(machine.map.overflow);
	/* Room for the bitmaps, and for no table of single pages. */
	start(&machine);
	kho_mb_add(&machine.mb, MIB, 4 * GIB - MIB);
	assert_false(kho_direct_map_build(&machine.map, &machine.mb, 4 * GIB, BUFFER, BUFFER + 64 * KIB, false,
					  machine.words, kho_direct_map_words(4 * GIB, 0) - 16));
	assert_true(machine.map.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),	   cmocka_unit_test(test_gb_pages),
		cmocka_unit_test(test_ragged_end), cmocka_unit_test(test_buffer_runs_out),
		cmocka_unit_test(test_no_scratch), cmocka_unit_test(test_scratch_below),
		cmocka_unit_test(test_workspace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
