// SPDX-License-Identifier: GPL-2.0-only
/* The sparsemem estimator against cases computed by hand. The drawings are explained in drawn_machine.h. */
#include "tests/unit/drawn_machine.h"

static void assert_node(const struct machine *machine, unsigned int node, uint64_t map_count, uint64_t usable)
{
	assert_int_equal(machine->nodes[node].map_count, map_count);
	assert_int_equal(machine->nodes[node].required_bytes, map_count * machine->result.section_map_bytes);
	assert_int_equal(machine->nodes[node].usable_bytes, usable);
	assert_int_equal(machine->nodes[node].insufficient,
			 map_count && usable < map_count * machine->result.section_map_bytes);
}

/* The size of a section's map in every geometry that the kernels here know. */
static void section_map(void **state)
{
	static const struct {
		struct kho_geometry geometry;
		uint64_t bytes;
	} cases[] = {
		{ { 64, 4 * KIB, 2 * MIB, 32768, true }, 2 * MIB }, /* x86-64, arm64 4 KiB */
		{ { 64, 4 * KIB, 2 * MIB, 32768, false }, 2 * MIB },
		{ { 80, 4 * KIB, 2 * MIB, 32768, true }, 4 * MIB },	/* 2.5 MiB, to whole PMDs */
		{ { 80, 4 * KIB, 2 * MIB, 32768, false }, 2560 * KIB }, /* 2.5 MiB, to whole pages */
		{ { 80, 4 * KIB, 0, 32768, true }, 2560 * KIB },	/* no PMD_SIZE */
		{ { 136, 4 * KIB, 2 * MIB, 32768, true }, 6 * MIB },	/* 4.25 MiB: not a power of two */
		{ { 64, 16 * KIB, 32 * MIB, 8192, true }, 32 * MIB },	/* arm64 16 KiB: 512 KiB, to a PMD */
		{ { 64, 64 * KIB, 512 * MIB, 8192, true }, 512 * MIB }, /* arm64 64 KiB: 512 KiB, to a PMD */
		{ { 56, 4 * KIB, 2 * MIB, 32768, false }, 1792 * KIB },
		{ { 64, 4 * KIB, 2 * MIB, 4096, false }, 256 * KIB }, /* 16 MiB sections */
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(kho_section_map_bytes(&cases[i].geometry), cases[i].bytes);
}

/*
 *	00000000		8 sections: 16 MiB of map
 *	 |--|			scratch of 24 MiB, aligned
 */
static void single_run(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00000000");
	add_scratch(&machine, 1 * SECTION, 24 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 8, 24 * MIB);
	assert_false(machine.result.insufficient);
	assert_int_equal(machine.result.section_map_bytes, 2 * MIB);
}

/* The same, one byte too small, and exactly enough: the verdict is usable < need. */
static void exact_fit(void **state)
{
	for (int less = 0; less <= 1; less++) {
		struct machine machine = { 0 };

		draw(&machine, "00000000");
		add_scratch(&machine, 1 * SECTION, 16 * MIB - less);
		estimate(&machine);
		assert_node(&machine, 0, 8, 16 * MIB - less);
		assert_int_equal(machine.result.insufficient, less);
	}
}

/*
 * The worked example: QEMU's pc machine, two nodes of 4 GiB, kho_scratch=16M,128M,32M.
 *
 *	0 sections 0-23   hole 24-31   0 sections 32-39   1 sections 40-71
 *	                                                  |32M|128M| at the top of node 1: neighbours
 */
static void worked_example(void **state)
{
	struct machine machine = { .geometry = x86_64 };

	add_range(&machine, 0x1000, 0x9f000, 0);
	add_range(&machine, 1 * MIB, 0xbffe0000, 0);
	add_range(&machine, 4 * GIB, 5 * GIB, 0);
	add_range(&machine, 5 * GIB, 9 * GIB, 1);
	add_scratch(&machine, 0xba400000, 16 * MIB);
	add_scratch(&machine, 9458155520, 128 * MIB);
	add_scratch(&machine, 5263851520, 32 * MIB);
	add_scratch(&machine, 9458155520 - 32 * MIB, 32 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 32, 32 * MIB);
	assert_node(&machine, 1, 32, 160 * MIB);
	assert_true(machine.result.insufficient);
	assert_int_equal(machine.result.worst, 0);
}

/*
 *	0000....0000		one run of 8: a hole does not end it
 */
static void hole_does_not_end_a_run(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0000....0000");
	add_scratch(&machine, 0, 8 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 8, 8 * MIB);
	assert_true(machine.result.insufficient);
}

/*
 *	0001110000011		node 0: runs of 3 and 5; node 1: runs of 3 and 2: only the longest count
 */
static void interleaved_runs(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0001110000011");
	add_scratch(&machine, 0, 10 * MIB);
	add_scratch(&machine, 3 * SECTION, 6 * MIB - 1);
	estimate(&machine);
	assert_node(&machine, 0, 5, 10 * MIB);
	assert_node(&machine, 1, 3, 6 * MIB - 1);
	assert_true(machine.result.insufficient);
	assert_int_equal(machine.result.worst, 1);
}

/*
 *	00..11..00		a hole and then another node: that ends the run; and the hole back to 0 as well
 */
static void hole_between_nodes(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00..11..00");
	add_scratch(&machine, 0, 4 * MIB);
	add_scratch(&machine, 4 * SECTION, 4 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 2, 4 * MIB);
	assert_node(&machine, 1, 2, 4 * MIB);
	assert_false(machine.result.insufficient);
}

/*
 *	0000			node 0 needs 8 MiB
 *	[4M][4M]  [6M]		two that touch are one; the third stays apart
 */
static void merged_neighbours(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0000");
	add_scratch(&machine, 20 * MIB, 4 * MIB); /* order does not matter */
	add_scratch(&machine, 64 * MIB, 6 * MIB);
	add_scratch(&machine, 16 * MIB, 4 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 4, 8 * MIB);
	assert_false(machine.result.insufficient);
}

/* One byte between them, and they are two. */
static void nearly_neighbours(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0000");
	add_scratch(&machine, 16 * MIB, 4 * MIB - 1);
	add_scratch(&machine, 20 * MIB, 4 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 4, 4 * MIB);
	assert_true(machine.result.insufficient);
}

/* [16M..24M) holds [18M..20M) wholly, and overlaps [22M..26M): one range of 10 MiB. */
static void overlapping_areas(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0000");
	add_scratch(&machine, 18 * MIB, 2 * MIB);
	add_scratch(&machine, 22 * MIB, 4 * MIB);
	add_scratch(&machine, 16 * MIB, 8 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 4, 10 * MIB);
}

/*
 * The start is rounded up to a section's map, the end is not: [1M..9M+1) has 7 MiB and a byte;
 * [2M-1..4M) has 2 MiB; [1M..2M) has nothing.
 */
static void alignment_loss(void **state)
{
	static const struct {
		uint64_t start, size, usable;
	} cases[] = {
		{ 1 * MIB, 8 * MIB + 1, 7 * MIB + 1 },
		{ 2 * MIB - 1, 2 * MIB + 1, 2 * MIB },
		{ 1 * MIB, 1 * MIB, 0 },
		{ 1 * MIB, 512 * KIB, 0 },
		{ 2 * MIB, 1, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { 0 };

		draw(&machine, "0");
		add_scratch(&machine, cases[i].start, cases[i].size);
		estimate(&machine);
		assert_node(&machine, 0, 1, cases[i].usable);
	}
}

/*
 *	0011			an area over the border is cut there
 *	 [==]
 */
static void area_over_a_node_border(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "0011");
	add_scratch(&machine, 2 * SECTION - 6 * MIB, 16 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 2, 6 * MIB);
	assert_node(&machine, 1, 2, 10 * MIB);
}

/*
 *	01010101		an area over all of it: eight pieces, each a section long; none merge
 */
static void area_over_many_borders(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "01010101");
	add_scratch(&machine, 0, 8 * SECTION);
	estimate(&machine);
	assert_node(&machine, 0, 1, SECTION);
	assert_node(&machine, 1, 1, SECTION);
}

/*
 * Node 1 begins in the middle of section 2: that section belongs to node 0, whose frame is its
 * first. A piece that starts behind the middle is node 1's, by its own first page frame; one that starts
 * before it stays node 0's until the next section border.
 */
static void border_inside_a_section(void **state)
{
	struct machine machine = { .geometry = x86_64 };

	add_range(&machine, 0, 2 * SECTION + 64 * MIB, 0);
	add_range(&machine, 2 * SECTION + 64 * MIB, 5 * SECTION, 1);
	add_scratch(&machine, 2 * SECTION + 32 * MIB, 64 * MIB);
	add_scratch(&machine, 2 * SECTION + 100 * MIB, 8 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 3, 64 * MIB);
	assert_node(&machine, 1, 2, 8 * MIB);
}

/* A section that begins with a hole belongs to the node whose memory follows. */
static void section_that_begins_with_a_hole(void **state)
{
	struct machine machine = { .geometry = x86_64 };

	add_range(&machine, 1 * MIB, SECTION, 0);
	add_range(&machine, SECTION + 4 * MIB, 2 * SECTION, 1);
	estimate(&machine);
	assert_node(&machine, 0, 1, 0);
	assert_node(&machine, 1, 1, 0);
}

/* Areas of size 0 are not there, and one that wraps around is nonsense. */
static void empty_scratch(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00");
	add_scratch(&machine, 16 * MIB, 0);
	add_scratch(&machine, 0, 0);
	add_scratch(&machine, UINT64_MAX - MIB, 2 * MIB);
	estimate(&machine);
	assert_node(&machine, 0, 2, 0);
	assert_true(machine.result.insufficient);
}

static void no_scratch_at_all(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "01");
	estimate(&machine);
	assert_true(machine.result.insufficient);
	/* equal ratios, equal deficits: the later node */
	assert_int_equal(machine.result.worst, 1);
}

/* Node 1 has no memory: passed over, however little scratch it has. */
static void node_without_sections(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00..22");
	add_scratch(&machine, 0, 4 * MIB);
	add_scratch(&machine, 4 * SECTION, 4 * MIB);
	estimate(&machine);
	assert_node(&machine, 1, 0, 0);
	assert_false(machine.result.insufficient);
}

static void no_sections(void **state)
{
	struct machine machine = { .geometry = x86_64, .nr_nodes = 2 };

	estimate(&machine);
	assert_node(&machine, 0, 0, 0);
	assert_node(&machine, 1, 0, 0);
	assert_false(machine.result.insufficient);
}

/*
 * Node 0 lacks 4 of 8 MiB, node 1 lacks 6 of 16: the ratio counts, not the bytes.
 */
static void worst_by_ratio(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "000011111111");
	add_scratch(&machine, 0, 4 * MIB);
	add_scratch(&machine, 4 * SECTION, 10 * MIB);
	estimate(&machine);
	assert_int_equal(machine.result.worst, 0);
}

/* Both lack half: the larger deficit in bytes wins, whichever comes first. */
static void equal_ratios(void **state)
{
	struct machine larger_first = { 0 }, larger_last = { 0 };

	draw(&larger_first, "000000001111");
	add_scratch(&larger_first, 0, 8 * MIB);
	add_scratch(&larger_first, 8 * SECTION, 4 * MIB);
	estimate(&larger_first);
	assert_int_equal(larger_first.result.worst, 0);

	draw(&larger_last, "000011111111");
	add_scratch(&larger_last, 0, 4 * MIB);
	add_scratch(&larger_last, 4 * SECTION, 8 * MIB);
	estimate(&larger_last);
	assert_int_equal(larger_last.result.worst, 1);
}

/*
 * Ratios are of whole MiB: node 0 lacks 3 MiB + 1 byte of 8, node 1 exactly 3 MiB of 8. Both are 3/8;
 * the bytes decide, for node 0, though node 1 is the later.
 */
static void ratio_in_whole_mib(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00001111");
	add_scratch(&machine, 0, 5 * MIB - 1);
	add_scratch(&machine, 4 * SECTION, 5 * MIB);
	estimate(&machine);
	assert_int_equal(machine.result.worst, 0);
}

/*
 * A deficit below 1 MiB counts as 1 MiB: 1/2 for both, and the larger deficit is node 1's, by a byte. And half a MiB of
 * 2 is more than 1 of 4.
 */
static void deficit_below_a_mib(void **state)
{
	struct machine machine = { 0 }, other = { 0 };

	draw(&machine, "01");
	add_scratch(&machine, 0, 2 * MIB - 1);
	add_scratch(&machine, SECTION, 2 * MIB - 2);
	estimate(&machine);
	assert_int_equal(machine.result.worst, 1);

	draw(&other, "011");
	add_scratch(&other, 0, 2 * MIB - 512 * KIB);
	add_scratch(&other, SECTION, 3 * MIB);
	estimate(&other);
	assert_int_equal(other.result.worst, 0);
}

/* 6 PiB on one node and 4 PiB on another, from 1 TiB up: nothing overflows. */
static void beyond_4_pib(void **state)
{
	struct machine machine = { .geometry = x86_64 };
	uint64_t border = TIB + 6144 * TIB, end = border + 4096 * TIB;

	add_range(&machine, TIB, border, 0);
	add_range(&machine, border, end, 1);
	add_scratch(&machine, border - 64 * TIB, 64 * TIB + 96 * TIB);
	estimate(&machine);
	assert_node(&machine, 0, 6144 * TIB / SECTION, 64 * TIB);
	assert_node(&machine, 1, 4096 * TIB / SECTION, 96 * TIB);
	/* 96 TiB and 64 TiB are needed: node 0 lacks a third */
	assert_true(machine.result.insufficient);
	assert_int_equal(machine.result.worst, 0);
}

/* Scratch listed in any order gives the same answer: all rotations of a messy list. */
static void order_is_irrelevant(void **state)
{
	static const struct kho_scratch_area areas[] = {
		{ 3 * MIB, 5 * MIB }, { SECTION + MIB, 9 * MIB },	  { 8 * MIB, 1 * MIB },
		{ 6 * MIB, 8 * MIB }, { 2 * SECTION - 3 * MIB, 7 * MIB }, { 0, 0 },
	};

	for (size_t shift = 0; shift < COUNT(areas); shift++) {
		struct machine machine = { 0 };

		draw(&machine, "0011");
		for (size_t i = 0; i < COUNT(areas); i++)
			add_scratch(&machine, areas[(i + shift) % COUNT(areas)].start,
				    areas[(i + shift) % COUNT(areas)].size);
		estimate(&machine);
		assert_node(&machine, 0, 2, 10 * MIB);
		assert_node(&machine, 1, 2, 4 * MIB);
	}
}

static void ranges_that_are_not_valid(void **state)
{
	static const struct kho_memory_range overlapping[] = { { 0, 2 * MIB, 0 }, { MIB, 3 * MIB, 0 } };
	static const struct kho_memory_range empty[] = { { MIB, MIB, 0 } };
	static const struct kho_memory_range descending[] = { { 4 * MIB, 5 * MIB, 0 }, { 0, MIB, 0 } };
	static const struct kho_memory_range node[] = { { 0, MIB, 2 } };
	const struct {
		const struct kho_memory_range *ranges;
		size_t count;
	} cases[] = { { overlapping, 2 }, { empty, 1 }, { descending, 2 }, { node, 1 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_memory_ranges ranges = { cases[i].ranges, cases[i].count, 4096, SECTION };

		assert_false(kho_memory_ranges_valid(&ranges, 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_map),
		cmocka_unit_test(single_run),
		cmocka_unit_test(exact_fit),
		cmocka_unit_test(worked_example),
		cmocka_unit_test(hole_does_not_end_a_run),
		cmocka_unit_test(interleaved_runs),
		cmocka_unit_test(hole_between_nodes),
		cmocka_unit_test(merged_neighbours),
		cmocka_unit_test(nearly_neighbours),
		cmocka_unit_test(overlapping_areas),
		cmocka_unit_test(alignment_loss),
		cmocka_unit_test(area_over_a_node_border),
		cmocka_unit_test(area_over_many_borders),
		cmocka_unit_test(border_inside_a_section),
		cmocka_unit_test(section_that_begins_with_a_hole),
		cmocka_unit_test(empty_scratch),
		cmocka_unit_test(no_scratch_at_all),
		cmocka_unit_test(node_without_sections),
		cmocka_unit_test(no_sections),
		cmocka_unit_test(worst_by_ratio),
		cmocka_unit_test(equal_ratios),
		cmocka_unit_test(ratio_in_whole_mib),
		cmocka_unit_test(deficit_below_a_mib),
		cmocka_unit_test(beyond_4_pib),
		cmocka_unit_test(order_is_irrelevant),
		cmocka_unit_test(ranges_that_are_not_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
