// SPDX-License-Identifier: GPL-2.0-only
/* The aggregate estimator against cases computed by hand. The drawings are explained in drawn_machine.h. */
#include "tests/unit/drawn_machine.h"

#define TABLE (4 * KIB) /* that maps 2 MiB page by page */

/* What the estimator sets aside for the rest of early boot. */
static uint64_t boot(const struct machine *machine)
{
	return machine->total.required_bytes - machine->total.map_bytes;
}

static void assert_room(const struct machine *machine, uint64_t usable)
{
	assert_int_equal(machine->total.usable_bytes, usable);
	if (machine->total.insufficient)
		assert_int_equal(machine->total.left_bytes, 0);
	else if (machine->geometry.map_virtual)
		assert_int_equal(machine->total.left_bytes, usable - machine->total.required_bytes);
	assert_int_equal(machine->total.insufficient, usable < machine->total.required_bytes);
}

/*
 *	00001111		needs 8 MiB and 8 MiB
 *	[18M]			all of it on node 0, which serves node 1, too
 */
static void other_nodes_help(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00001111");
	add_scratch(&machine, SECTION, 18 * MIB);
	estimate(&machine);
	estimate_total(&machine);
	assert_true(machine.result.insufficient);
	assert_int_equal(machine.total.sections, 8);
	assert_int_equal(machine.total.section_map_bytes, 2 * MIB);
	assert_int_equal(machine.total.map_bytes, 16 * MIB);
	assert_room(&machine, 18 * MIB);
	assert_false(machine.total.insufficient);
}

/*
 *	00110011		sparsemem looks at the longest run, 4 MiB; but all of node 1's runs must be had
 *	[9M] [5M]
 */
static void runs_add_up(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00110011");
	add_scratch(&machine, 0, 9 * MIB);
	add_scratch(&machine, 2 * SECTION, 5 * MIB);
	estimate(&machine);
	estimate_total(&machine);
	assert_false(machine.result.insufficient);
	assert_true(machine.total.insufficient);
	assert_int_equal(machine.total.map_bytes - 16 * MIB, 2 * TABLE);
	assert_room(&machine, 14 * MIB);
	/* of 14 MiB, boot's part is gone: 6 sections, and the 7th is the first without a map */
	assert_int_equal(machine.total.node, 1);
}

/* The first node without its map, in the order of runs: as scratch shrinks, that moves down. */
static void first_that_fails(void **state)
{
	static const struct {
		uint64_t scratch;
		unsigned int node;
	} cases[] = { { 1 * MIB, 2 }, { 3 * MIB, 2 }, { 5 * MIB, 0 }, { 7 * MIB, 0 }, { 9 * MIB, 1 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { 0 };

		draw(&machine, "22.00.1");
		add_scratch(&machine, 0, cases[i].scratch);
		estimate_total(&machine);
		assert_true(machine.total.insufficient);
		assert_int_equal(machine.total.node, cases[i].node);
	}
}

/*
 * To the byte: maps, and what boot takes of what is no block; a page less and it is not enough.
 */
static void exact_fit(void **state)
{
	struct machine probe = { 0 };
	uint64_t enough;

	draw(&probe, "00000000");
	add_scratch(&probe, 0, 64 * MIB);
	estimate_total(&probe);
	enough = probe.total.required_bytes;
	assert_int_equal(enough, 16 * MIB + boot(&probe));
	for (int less = 0; less <= 1; less++) {
		struct machine machine = { 0 };

		/* from a page's start on, so that nothing is lost to rounding */
		enough += -enough % (4 * KIB);
		draw(&machine, "00000000");
		add_scratch(&machine, 0, enough - less * 4 * KIB);
		estimate_total(&machine);
		assert_int_equal(machine.total.insufficient, less);
		assert_room(&machine, enough - less * 4 * KIB);
	}
}

/*
 *	0000
 *	 [ 3M ][ 3M ][ 3M ][ 3M ]	four areas with one aligned block each: the rest is used page by page
 */
static void single_pages(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00000");
	for (int i = 0; i < 4; i++)
		add_scratch(&machine, i * 8 * MIB, 3 * MIB);
	estimate_total(&machine);
	/* four of the five sections in blocks, and the fifth in pages, with a page table */
	assert_int_equal(machine.total.map_bytes, 10 * MIB + TABLE);
	assert_room(&machine, 12 * MIB);
	assert_false(machine.total.insufficient);
	/* without vmemmap there is no such way out: 5 blocks are needed, and there are 4 */
	machine.geometry.map_virtual = false;
	estimate_total(&machine);
	assert_true(machine.total.insufficient);
	assert_int_equal(machine.total.map_bytes, 10 * MIB);
	assert_room(&machine, 8 * MIB + boot(&machine));
}

/* Blocks must be aligned, and where they are not, they are no blocks. */
static void alignment(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0000");
	add_scratch(&machine, 1 * MIB, 10 * MIB); /* 4 blocks, and 1 MiB at each end */
	machine.geometry.map_virtual = false;
	estimate_total(&machine);
	assert_false(machine.total.insufficient);
	assert_room(&machine, 8 * MIB + boot(&machine));
	assert_int_equal(machine.total.left_bytes, 2 * MIB - boot(&machine)); /* of no use to a map */
	machine.scratch[0].size = 10 * MIB - 1;				      /* no whole page at the end either */
	estimate_total(&machine);
	assert_false(machine.total.insufficient);
	machine.scratch[0].size = 8 * MIB;
	estimate_total(&machine);
	assert_true(machine.total.insufficient);
	machine.geometry.map_virtual = true;
	machine.scratch[0].size = 10 * MIB;
	estimate_total(&machine);
	assert_int_equal(machine.total.map_bytes, 8 * MIB);
	assert_room(&machine, 10 * MIB);
}

/*
 *	000000000000 (24 MiB)
 *	[  36 MiB                         ]
 *	     [kernel 9M]   [initrd 3M]	segments cut the area, and take their room
 */
static void segments_take_room(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "000000000000");
	add_scratch(&machine, 0, 36 * MIB);
	add_segment(&machine, KHO_SEGMENT_INITRD, 25 * MIB, 3 * MIB);
	add_segment(&machine, KHO_SEGMENT_KERNEL, 8 * MIB, 9 * MIB);
	estimate_total(&machine);
	/* blocks: 4 + (18..24) 3 + (28..36) 4 = 11 */
	assert_int_equal(machine.total.map_bytes, 24 * MIB + TABLE);
	assert_room(&machine, 24 * MIB);
	assert_true(machine.total.insufficient);
	/* the kernel keeps less than it needs to unpack itself: 2 MiB are free again */
	machine.kernel_bytes = 7 * MIB;
	estimate_total(&machine);
	assert_int_equal(machine.total.map_bytes, 24 * MIB);
	assert_room(&machine, 26 * MIB);
	assert_false(machine.total.insufficient);
	/* and never more than its segment */
	machine.kernel_bytes = 100 * MIB;
	estimate_total(&machine);
	assert_room(&machine, 24 * MIB);
}

/* What stays of a segment when the successor runs. */
static void kinds_of_segments(void **state)
{
	static const struct {
		enum kho_segment_kind kind;
		uint64_t kept;
	} cases[] = {
		{ KHO_SEGMENT_OTHER, 24 * KIB },  { KHO_SEGMENT_SCRATCH_LIST, 24 * KIB },
		{ KHO_SEGMENT_PURGATORY, 0 },	  { KHO_SEGMENT_BOOT_PARAMS, 4 * KIB },
		{ KHO_SEGMENT_KERNEL, 24 * KIB }, { KHO_SEGMENT_INITRD, 24 * KIB },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { 0 };

		draw(&machine, "0");
		add_scratch(&machine, 0, 8 * MIB);
		add_segment(&machine, cases[i].kind, MIB, 24 * KIB);
		estimate_total(&machine);
		assert_room(&machine, 8 * MIB - cases[i].kept);
	}
}

/* Segments that begin before an area, end behind it, cover it, lie elsewhere, touch, or hold nothing. */
static void segments_around_an_area(void **state)
{
	static const struct {
		uint64_t start, size, free;
	} cases[] = {
		{ 6 * MIB, 4 * MIB, 6 * MIB }, { 14 * MIB, 4 * MIB, 6 * MIB }, { 7 * MIB, 20 * MIB, 0 },
		{ 8 * MIB, 8 * MIB, 0 },       { 0, 8 * MIB, 8 * MIB },	       { 16 * MIB, 8 * MIB, 8 * MIB },
		{ 10 * MIB, 0, 8 * MIB },      { 8 * MIB, 1, 8 * MIB - 4096 }, { 16 * MIB - 1, 1, 8 * MIB - 4096 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { 0 };

		draw(&machine, "0");
		add_scratch(&machine, 8 * MIB, 8 * MIB);
		add_segment(&machine, KHO_SEGMENT_OTHER, cases[i].start, cases[i].size);
		estimate_total(&machine);
		assert_int_equal(machine.total.usable_bytes, cases[i].free);
	}
}

/* Too little even for boot, or nothing at all: insufficient, and nothing wraps around. */
static void next_to_nothing(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "10");
	estimate_total(&machine);
	assert_true(machine.total.insufficient);
	assert_int_equal(machine.total.node, 1);
	assert_room(&machine, 0);
	add_scratch(&machine, 0, 8 * KIB);
	add_scratch(&machine, SECTION, 0);
	add_scratch(&machine, UINT64_MAX - MIB, 2 * MIB);
	estimate_total(&machine);
	assert_true(machine.total.insufficient);
	assert_room(&machine, 8 * KIB);
}

static void no_sections(void **state)
{
	struct machine machine = { .geometry = x86_64, .nr_nodes = 2 };

	add_scratch(&machine, 0, 8 * MIB);
	estimate_total(&machine);
	assert_false(machine.total.insufficient);
	assert_int_equal(machine.total.sections, 0);
}

/* A machine grows, and what boot needs beside the maps with it. */
static void boot_grows_with_the_machine(void **state)
{
	struct machine small = { 0 }, more_nodes = { 0 }, more_memory = { .geometry = x86_64 };

	draw(&small, "00000000");
	draw(&more_nodes, "00112233");
	add_range(&more_memory, 0, TIB, 0);
	estimate_total(&small);
	estimate_total(&more_nodes);
	estimate_total(&more_memory);
	assert_true(boot(&more_nodes) > boot(&small));
	assert_true(boot(&more_memory) > boot(&small));
	/* a small part of the map, whatever the size: page tables of 4 KiB for each GiB, and little more */
	assert_true(boot(&more_memory) < more_memory.total.map_bytes / 1000);
}

/* 64 KiB pages: a huge page of 512 MiB would hold the maps of 1,024 sections; single pages do. */
static void maps_below_a_huge_page(void **state)
{
	struct machine machine = { .geometry = { 64, 64 * KIB, 512 * MIB, 8192, true } };

	add_range(&machine, 0, 16 * GIB, 0); /* 32 sections of 512 MiB, 512 KiB of map each */
	add_scratch(&machine, 0, 32 * MIB);
	estimate_total(&machine);
	assert_int_equal(machine.total.map_bytes, 32 * (512 * KIB + 64 * KIB));
	assert_room(&machine, 32 * MIB);
	assert_false(machine.total.insufficient);
}

/* 6.19's outcomes on two nodes of 4 GiB, kernel and initrd as they were loaded (docs/findings/6.19-sparsemem.md). */
static void booted(void **state)
{
	static const struct {
		uint64_t lowmem, global, pernode;
		bool died;
	} cases[] = {
		{ 16, 16, 16, true }, { 16, 128, 32, false }, { 2, 2, 64, true },
		{ 8, 8, 64, false },  { 16, 16, 64, false },  { 64, 256, 64, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { .geometry = x86_64, .kernel_bytes = 0xa08000 };
		/* the lowest area that holds them both, or else the node's */
		uint64_t loaded = cases[i].lowmem >= 16 ? 2 * GIB : cases[i].global >= 16 ? 6 * GIB : 3 * GIB / 2;

		add_range(&machine, 0, 3 * GIB, 0);
		add_range(&machine, 4 * GIB, 5 * GIB, 0);
		add_range(&machine, 5 * GIB, 9 * GIB, 1);
		add_scratch(&machine, 2 * GIB, cases[i].lowmem * MIB);
		add_scratch(&machine, 6 * GIB, cases[i].global * MIB);
		add_scratch(&machine, 3 * GIB / 2, cases[i].pernode * MIB);
		add_scratch(&machine, 7 * GIB, cases[i].pernode * MIB);
		add_segment(&machine, KHO_SEGMENT_KERNEL, loaded, 0xc14000);
		add_segment(&machine, KHO_SEGMENT_INITRD, loaded + 0xc14000, 0x16f000);
		estimate_total(&machine);
		assert_int_equal(machine.total.insufficient, cases[i].died);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_nodes_help),
		cmocka_unit_test(runs_add_up),
		cmocka_unit_test(first_that_fails),
		cmocka_unit_test(exact_fit),
		cmocka_unit_test(single_pages),
		cmocka_unit_test(alignment),
		cmocka_unit_test(segments_take_room),
		cmocka_unit_test(kinds_of_segments),
		cmocka_unit_test(segments_around_an_area),
		cmocka_unit_test(next_to_nothing),
		cmocka_unit_test(no_sections),
		cmocka_unit_test(boot_grows_with_the_machine),
		cmocka_unit_test(maps_below_a_huge_page),
		cmocka_unit_test(booted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
