// SPDX-License-Identifier: GPL-2.0-only
/*
 * What backs the memory map of a run. A section is 128 MiB, its map 2 MiB: one PMD. In the drawings a column is 1 MiB
 * of free memory from 1 GiB on; a digit is its node. Page tables take a page each, so one column is always kept for
 * them.
 */
#include <string.h>

#include "estimator/map_backing.h"
#include "estimator/memory_ranges.h"
#include "tests/unit/test.h"

#define ROOM 4096
#define BASE GIB

static const struct kho_geometry geometry = { 64, 4096, 2 * MIB, 32768, true };

struct machine {
	struct kho_mb mb;
	struct kho_mb_region memory[ROOM], reserved[ROOM];
	struct kho_map_backing backing;
};

static void draw(struct machine *machine, const char *picture)
{
	const struct kho_mb_config config = kho_mb_config_x86_64(64);

	memset(machine, 0xaa, sizeof(*machine));
	kho_mb_init(&machine->mb, &config, machine->memory, ROOM, machine->reserved, ROOM);
	kho_mb_allow_resize(&machine->mb);
	for (u64 i = 0; picture[i]; i++)
		if (picture[i] != '.')
			kho_mb_add_node(&machine->mb, BASE + i * MIB, MIB, picture[i] - '0', 0);
	machine->backing = (struct kho_map_backing){ .mb = &machine->mb, .geometry = &geometry, .lowest = 16 * MIB };
}

/* Sections [0, count) of node 0, without a hole; returns how many are backed. */
static u64 back(struct machine *machine, u64 count)
{
	const struct kho_memory_range range = { 0, count * 128 * MIB, 0 };
	const struct kho_memory_ranges ranges = { &range, 1, 4096, 128 * MIB };
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	const struct kho_map_run run = { .nid = 0, .first = 0, .count = count };

	return kho_map_back_run(&machine->backing, &memory, &run);
}

static void test_one_piece(void **state)
{
	struct machine machine;

	draw(&machine, "00000000.0");
	assert_int_equal(back(&machine, 4), 4);
	assert_int_equal(machine.backing.blocks, 0);
	assert_non_null(kho_mb_find(&machine.mb.reserved, BASE));
}

/* Exactly enough, but not in one piece: blocks, all on the node. */
static void test_blocks(void **state)
{
	struct machine machine;

	draw(&machine, "0000..00..00.0");
	assert_int_equal(back(&machine, 4), 4);
	assert_int_equal(machine.backing.blocks, 4);
	assert_int_equal(machine.backing.elsewhere, 0);
}

/* The node has half of it, another one the rest. */
static void test_another_node(void **state)
{
	struct machine machine;

	draw(&machine, "0000.0..1111.1");
	assert_int_equal(back(&machine, 4), 4);
	assert_int_equal(machine.backing.blocks, 4);
	assert_int_equal(machine.backing.elsewhere, 2);
}

/* No 2 MiB in one piece any more: 512 pages and a table for them do as well. */
static void test_single_pages(void **state)
{
	struct machine machine;

	draw(&machine, "00.0.0.0");
	assert_int_equal(back(&machine, 2), 2);
	assert_int_equal(machine.backing.blocks, 1);
	assert_int_equal(machine.backing.page_blocks, 1);
}

/* A page short of it. */
static void test_too_little(void **state)
{
	struct machine machine;

	draw(&machine, "00.0.0");
	assert_int_equal(back(&machine, 2), 1);
	assert_int_equal(machine.backing.blocks, 1);
	assert_int_equal(machine.backing.page_blocks, 1);
}

static void test_nothing(void **state)
{
	struct machine machine;

	draw(&machine, "");
	assert_int_equal(back(&machine, 2), 0);
}

/* 64 GiB of memory have a page table of their own: 1 GiB of map. */
static void test_tables(void **state)
{
	const struct kho_memory_range range = { 0, 192 * GIB, 0 };
	const struct kho_memory_ranges ranges = { &range, 1, 4096, 128 * MIB };
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	const struct kho_map_run run = { .nid = 0, .first = 0, .count = 3 * 512 };
	struct machine machine;
	u64 reserved = 0;

	draw(&machine, "");
	kho_mb_add_node(&machine.mb, 8 * GIB, 4 * GIB, 0, 0);
	assert_int_equal(kho_map_back_run(&machine.backing, &memory, &run), run.count);
	for (size_t i = 0; i < machine.mb.reserved.count; i++)
		reserved += machine.mb.reserved.regions[i].size;
	assert_int_equal(reserved, 3 * GIB + 4 * 4 * KIB);
}

/* Holes do not end a run, another node does. */
static void test_runs(void **state)
{
	const struct kho_memory_range list[] = {
		{ 4 * KIB, GIB, 0 }, { 2 * GIB, 3 * GIB, 0 }, { 3 * GIB, 4 * GIB, 1 }, { 4 * GIB, 5 * GIB, 0 }
	};
	const struct kho_memory_ranges ranges = { list, COUNT(list), 4096, 128 * MIB };
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	static const struct kho_map_run expected[] = { { 0, 0, 16 }, { 1, 24, 8 }, { 0, 32, 8 } };
	struct kho_map_run run;
	u64 section = 0;

	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_true(kho_map_next_run(&memory, geometry.pages_per_section, &section, &run));
		assert_int_equal(run.nid, expected[i].nid);
		assert_int_equal(run.first, expected[i].first);
		assert_int_equal(run.count, expected[i].count);
	}
	assert_false(kho_map_next_run(&memory, geometry.pages_per_section, &section, &run));
}

/* A run with a hole in it: the sections of the hole get no map. */
static void test_hole(void **state)
{
	const struct kho_memory_range list[] = { { 0, 256 * MIB, 0 }, { 512 * MIB, 768 * MIB, 0 } };
	const struct kho_memory_ranges ranges = { list, COUNT(list), 4096, 128 * MIB };
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	const struct kho_map_run run = { .nid = 0, .first = 0, .count = 4 };
	struct machine machine;

	draw(&machine, "00..00..00.0.0");
	assert_int_equal(kho_map_back_run(&machine.backing, &memory, &run), 3);
	assert_int_equal(machine.backing.blocks, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_piece),    cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_another_node), cmocka_unit_test(test_single_pages),
		cmocka_unit_test(test_too_little),   cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_tables),	     cmocka_unit_test(test_runs),
		cmocka_unit_test(test_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
