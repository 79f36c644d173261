// SPDX-License-Identifier: GPL-2.0-only
/*
 * What backs a memory map. In the drawings a digit is a section (128 MiB) of that node, '.' one without memory; below
 * it the 2 MiB of its map: the letter is a place in physical memory, and places follow each other as letters do.
 */
#include "harness/handover/backing.h"
#include "tests/unit/test.h"

#define SECTION (128 * MIB)
#define MAP	(2 * MIB) /* of a section: 32768 of 64 bytes */
#define VMEMMAP 0xffffea0000000000ULL
#define NO_MAP	' '

static const struct kho_geometry usual = { 64, 4096, 2 << 20, 32768, true };

/* A machine, in a drawing. */
struct machine {
	GArray *ranges, *mappings;
};

static void init(struct machine *machine)
{
	machine->ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	machine->mappings = g_array_new(FALSE, TRUE, sizeof(struct kho_mapping));
}

static void clear(struct machine *machine)
{
	g_array_unref(machine->ranges);
	g_array_unref(machine->mappings);
}

static void add_range(struct machine *machine, guint64 start, guint64 end, unsigned int node)
{
	g_array_append_val(machine->ranges, ((struct kho_memory_range){ .start = start, .end = end, .node = node }));
}

static void add_mapping(struct machine *machine, guint64 virtual, guint64 physical, guint64 size)
{
	g_array_append_val(machine->mappings, ((struct kho_mapping){ virtual, physical, size }));
}

/* In pages of 4 KiB where the letter is a small one. 'A' is 64 MiB above 0, and so on node 0 unless that has no memory.
 */
static void add_map(struct machine *machine, guint64 section, char place)
{
	guint64 virtual = VMEMMAP + section * MAP, size = g_ascii_islower(place) ? 4 * KIB : MAP;
	guint64 physical = 64 * MIB + (guint64)(g_ascii_toupper(place) - 'A') * MAP;

	for (guint64 at = 0; at < MAP; at += size)
		add_mapping(machine, virtual + at, physical + at, size);
}

static void draw(struct machine *machine, const char *nodes, const char *maps)
{
	init(machine);
	for (guint64 i = 0; nodes[i]; i++) {
		if (nodes[i] != '.')
			add_range(machine, i * SECTION, (i + 1) * SECTION, nodes[i] - '0');
		if (maps[i] != NO_MAP)
			add_map(machine, i, maps[i]);
	}
}

static GArray *examine(const struct machine *machine, bool whole_runs)
{
	return kho_backing_examine(&(struct kho_backing_input){ .mappings = machine->mappings,
								.start = VMEMMAP,
								.geometry = usual,
								.ranges = machine->ranges,
								.whole_runs = whole_runs });
}

static void expect_remark(const GArray *nodes, const char *remark)
{
	g_autofree char *text = kho_backing_remark(nodes);

	if (g_strcmp0(text, remark) != 0)
		fail_msg("'%s' is not '%s'", text ?: "nothing", remark ?: "nothing");
}

static const struct {
	const char *what, *nodes, *maps;
	const char *remark;	   /* of a kernel that wants whole runs */
	const char *blocks_remark; /* of one that does not (7.2 and later) */
} drawings[] = {
	{ "one piece", "0000", "ABCD", NULL, NULL },
	{ "a piece each, on one node", "000111", "ABCXYZ", "node 1: memory map of 6 MiB, 6 MiB on other nodes",
	  "node 1: memory map of 6 MiB, 6 MiB on other nodes" },
	/* memblock allocates from the top down, so that blocks come in the wrong order. */
	{ "descending blocks", "0000", "DCBA", "node 0: 8 MiB of the memory map's 8 MiB fell back to small blocks",
	  NULL },
	{ "one block too far", "0000", "ABCX", "node 0: 8 MiB of the memory map's 8 MiB fell back to small blocks",
	  NULL },
	{ "4 KiB pages, in one piece all the same", "00", "ab", "node 0: memory map of 4 MiB, 4 MiB in 4 KiB pages",
	  "node 0: memory map of 4 MiB, 4 MiB in 4 KiB pages" },
	{ "4 KiB pages here and there", "000", "AzC",
	  "node 0: 6 MiB of the memory map's 6 MiB fell back to small blocks, 2 MiB in 4 KiB pages",
	  "node 0: memory map of 6 MiB, 2 MiB in 4 KiB pages" },
	/* What lies between is not reserved in sparse_init_nid()'s buffer. */
	{ "a hole in the section numbers", "00..00", "AB  CD", NULL, NULL },
	{ "a hole in the map, too", "00..00", "AB  DE",
	  "node 0: 8 MiB of the memory map's 8 MiB fell back to small blocks", NULL },
	/* Runs are counted along the section numbers: a node that comes again begins a new one. */
	{ "woven of two pieces", "0000", "AQBR", "node 0: 8 MiB of the memory map's 8 MiB fell back to small blocks",
	  NULL },
	{ "a node between two runs", "00.10", "AM Bz",
	  "node 0: 4 MiB of the memory map's 6 MiB fell back to small blocks, 2 MiB in 4 KiB pages; "
	  "node 1: memory map of 2 MiB, 2 MiB on other nodes",
	  "node 0: memory map of 6 MiB, 2 MiB in 4 KiB pages; node 1: memory map of 2 MiB, 2 MiB on other nodes" },
	{ "a lost section", "0000", "AB C", "node 0: 128 MiB of memory lost; memory map of 6 MiB",
	  "node 0: 128 MiB of memory lost; memory map of 6 MiB" },
	{ "a lost node", "0011", "AB  ", "node 1: 256 MiB of memory lost; memory map of 0 MiB",
	  "node 1: 256 MiB of memory lost; memory map of 0 MiB" },
	{ "everything is lost", "0", " ", "node 0: 128 MiB of memory lost; memory map of 0 MiB",
	  "node 0: 128 MiB of memory lost; memory map of 0 MiB" },
};

static void drawn_machines(void **state)
{
	for (size_t i = 0; i < COUNT(drawings); i++) {
		struct machine machine;
		g_autoptr(GArray) nodes = NULL, blocks = NULL;

		print_message("%s\n", drawings[i].what);
		draw(&machine, drawings[i].nodes, drawings[i].maps);
		nodes = examine(&machine, true);
		blocks = examine(&machine, false);
		assert_non_null(nodes);
		expect_remark(nodes, drawings[i].remark);
		expect_remark(blocks, drawings[i].blocks_remark);
		clear(&machine);
	}
}

/*
 *   section   0 1 2 3
 *   node      0 1 0 1      each section is a run of its own,
 *   map       A Y B Z      in one piece, and on its node
 */
static void interleaved_as_it_should_be(void **state)
{
	struct machine machine;
	g_autoptr(GArray) nodes = NULL;

	init(&machine);
	for (guint64 i = 0; i < 4; i++) {
		add_range(&machine, i * SECTION, (i + 1) * SECTION, i % 2);
		add_mapping(&machine, VMEMMAP + i * MAP, i * SECTION + 4 * MIB, MAP);
	}
	nodes = examine(&machine, true);
	assert_int_equal(nodes->len, 2);
	expect_remark(nodes, NULL);
	clear(&machine);
}

static void expect_node(const GArray *nodes, guint index, struct kho_map_node expected)
{
	const struct kho_map_node *node = &g_array_index(nodes, struct kho_map_node, index);

	assert_true(index < nodes->len);
	assert_int_equal(node->node, expected.node);
	assert_true(node->map_bytes == expected.map_bytes);
	assert_true(node->fallen_bytes == expected.fallen_bytes);
	assert_true(node->page_bytes == expected.page_bytes);
	assert_true(node->foreign_bytes == expected.foreign_bytes);
	assert_true(node->lost_bytes == expected.lost_bytes);
}

/*
 *   memory    |0: 64 MiB|1: 32|.....|2: 128 MiB ....|
 *   section   0                     1
 *   map       A                     lost
 *
 * A section and its map are of the node whose memory is in it first. What of it is lost is what memory there is.
 */
static void nodes_smaller_than_a_section(void **state)
{
	struct machine machine;
	g_autoptr(GArray) nodes = NULL, lost = NULL;

	init(&machine);
	add_range(&machine, 0, 64 * MIB, 0);
	add_range(&machine, 64 * MIB, 96 * MIB, 1);
	add_range(&machine, SECTION, 2 * SECTION - 4 * KIB, 2);
	add_mapping(&machine, VMEMMAP, 8 * MIB, MAP);
	nodes = examine(&machine, true);
	assert_int_equal(nodes->len, 2);
	expect_node(nodes, 0, (struct kho_map_node){ .node = 0, .map_bytes = MAP });
	expect_node(nodes, 1, (struct kho_map_node){ .node = 2, .lost_bytes = SECTION - 4 * KIB });
	expect_remark(nodes, "node 2: 131068 KiB of memory lost; memory map of 0 MiB");
	g_array_set_size(machine.mappings, 0);
	lost = examine(&machine, true);
	expect_node(lost, 0, (struct kho_map_node){ .node = 0, .lost_bytes = 96 * MIB });
	clear(&machine);
}

/*
 *   struct page of 80 bytes: maps of 2.5 MiB, in blocks of 2 MiB
 *   section   |    0    |    1    |    2    |    3    |
 *   block     |   A   |   B   |   C   |   D   |   E   |
 */
static void blocks_across_sections(void **state)
{
	struct kho_backing_input input = { .start = VMEMMAP, .geometry = usual, .whole_runs = true };
	struct machine machine;
	g_autoptr(GArray) nodes = NULL, moved = NULL;

	init(&machine);
	add_range(&machine, 0, 4 * SECTION, 0);
	for (guint64 i = 0; i < 5; i++)
		add_mapping(&machine, VMEMMAP + i * 2 * MIB, 16 * MIB + i * 2 * MIB, 2 * MIB);
	input.geometry.struct_page_size = 80;
	input.mappings = machine.mappings;
	input.ranges = machine.ranges;
	nodes = kho_backing_examine(&input);
	expect_node(nodes, 0, (struct kho_map_node){ .map_bytes = 10 * MIB });
	g_array_index(machine.mappings, struct kho_mapping, 2).physical = 64 * MIB;
	moved = kho_backing_examine(&input);
	expect_node(moved, 0, (struct kho_map_node){ .map_bytes = 10 * MIB, .fallen_bytes = 10 * MIB });
	clear(&machine);
}

/* A leaf of 1 GiB maps many sections; of it only what is theirs counts. */
static void one_leaf_for_all(void **state)
{
	struct machine machine;
	g_autoptr(GArray) nodes = NULL;

	init(&machine);
	add_range(&machine, 0, GIB, 0);
	add_range(&machine, GIB, 2 * GIB, 1);
	add_mapping(&machine, VMEMMAP, 0, GIB);
	nodes = examine(&machine, true);
	expect_node(nodes, 0, (struct kho_map_node){ .node = 0, .map_bytes = 8 * MAP });
	expect_node(nodes, 1, (struct kho_map_node){ .node = 1, .map_bytes = 8 * MAP, .foreign_bytes = 8 * MAP });
	clear(&machine);
}

/* --- what is not trusted --- */

static bool makes_sense(const struct machine *machine, const struct kho_geometry *geometry, guint64 start)
{
	g_autoptr(GArray) nodes = kho_backing_examine(&(struct kho_backing_input){ .mappings = machine->mappings,
										   .start = start,
										   .geometry = *geometry,
										   .ranges = machine->ranges,
										   .whole_runs = true });
	g_autofree char *text = nodes ? kho_backing_remark(nodes) : NULL;

	return nodes != NULL;
}

static void absurd_geometry(void **state)
{
	static const struct kho_geometry geometries[] = {
		{ 0 },
		{ 64, 4096, 2 << 20, 32768, false },
		{ 0, 4096, 2 << 20, 32768, true },
		{ 64, 0, 2 << 20, 32768, true },
		{ 64, 4096, 2 << 20, 0, true },
		{ 64, 4096, 2 << 20, 1, true }, /* sections of a page */
		{ 64, 4096, 2 << 20, G_MAXUINT64, true },
		{ 64, G_MAXUINT64, 2 << 20, 32768, true },
		{ 64, 1ULL << 32, 2 << 20, (1ULL << 32) + 1, true }, /* their product is 2^32 */
		{ G_MAXUINT64 - 4095, 4096, 2 << 20, 32768, true },  /* a map that runs backwards */
		{ 8192, 4096, 2 << 20, 32768, true },		     /* more map than memory */
	};
	struct machine machine;

	draw(&machine, "0101", "ABCD");
	assert_true(makes_sense(&machine, &usual, VMEMMAP));
	for (size_t i = 0; i < COUNT(geometries); i++)
		assert_false(makes_sense(&machine, &geometries[i], VMEMMAP));
	/* The address space ends before the map does. */
	assert_false(makes_sense(&machine, &usual, G_MAXUINT64 - 4095));
	clear(&machine);
}

static void absurd_ranges(void **state)
{
	static const struct kho_memory_range pairs[][2] = {
		{ { 4 * SECTION, 5 * SECTION, 0 }, { 0, SECTION, 0 } },	    /* not ascending */
		{ { 0, 2 * SECTION, 0 }, { SECTION, 3 * SECTION, 1 } },	    /* overlapping */
		{ { 0, SECTION, 0 }, { SECTION, SECTION, 1 } },		    /* empty */
		{ { 0, SECTION, 0 }, { 3 * SECTION, 2 * SECTION, 1 } },	    /* upside down */
		{ { 0, SECTION, 0 }, { SECTION, 2 * SECTION, G_MAXUINT } }, /* no such node */
		{ { 0, SECTION, 0 }, { SECTION, (1ULL << 52) + 1, 1 } },    /* no such address */
		{ { 0, SECTION, 0 }, { G_MAXUINT64 - 1, G_MAXUINT64, 1 } },
		{ { 0, SECTION, 0 }, { SECTION, 1ULL << 52, 1 } }, /* 4 PiB: would take minutes */
	};
	struct machine machine;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		init(&machine);
		add_map(&machine, 0, 'A');
		g_array_append_vals(machine.ranges, pairs[i], 2);
		assert_false(makes_sense(&machine, &usual, VMEMMAP));
		clear(&machine);
	}
	init(&machine);
	assert_false(makes_sense(&machine, &usual, VMEMMAP));
	clear(&machine);
}

/* As many sections and ranges as it ever takes, and none of them mapped: in a moment. */
static void the_largest_machine(void **state)
{
	struct machine machine;
	g_autoptr(GArray) nodes = NULL;
	gint64 before = g_get_monotonic_time();

	init(&machine);
	for (guint64 i = 0; i < 8192; i++)
		add_range(&machine, i * 2 * 64 * SECTION, (i * 2 + 1) * 64 * SECTION, i % 4096);
	add_mapping(&machine, VMEMMAP + 100000 * MAP, 0, MAP);
	nodes = examine(&machine, true);
	assert_non_null(nodes);
	assert_int_equal(nodes->len, 4096);
	expect_node(nodes, 4095, (struct kho_map_node){ .node = 4095, .lost_bytes = 2 * 64 * SECTION });
	assert_true(g_get_monotonic_time() - before < 20 * G_USEC_PER_SEC);
	clear(&machine);
}

/* Mappings in no order, on top of each other, at the end of the address space, beyond all memory. */
static void absurd_mappings(void **state)
{
	static const struct kho_mapping mappings[] = {
		{ VMEMMAP + 3 * MAP, 0, MAP },
		{ VMEMMAP, G_MAXUINT64, MAP },
		{ VMEMMAP, G_MAXUINT64 - MAP, GIB },
		{ 0, 0, 0 },
		{ G_MAXUINT64 - 4095, 4096, 4096 },
		{ VMEMMAP + MAP, 5, 0 },
		{ G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 },
		{ VMEMMAP, 0, G_MAXUINT64 },
	};

	for (size_t first = 0; first < COUNT(mappings); first++) {
		struct machine machine;

		draw(&machine, "0101", "    ");
		for (size_t i = 0; i < COUNT(mappings); i++)
			g_array_append_val(machine.mappings, mappings[(first + i) % COUNT(mappings)]);
		assert_true(makes_sense(&machine, &usual, VMEMMAP));
		clear(&machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawn_machines),
		cmocka_unit_test(interleaved_as_it_should_be),
		cmocka_unit_test(nodes_smaller_than_a_section),
		cmocka_unit_test(blocks_across_sections),
		cmocka_unit_test(one_leaf_for_all),
		cmocka_unit_test(absurd_geometry),
		cmocka_unit_test(absurd_ranges),
		cmocka_unit_test(the_largest_machine),
		cmocka_unit_test(absurd_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
