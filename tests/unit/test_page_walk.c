// SPDX-License-Identifier: GPL-2.0-only
/* x86-64's page tables, made up: good ones, and such as no kernel ever had. */
#include <string.h>

#include "harness/handover/page_walk.h"
#include "tests/unit/test.h"

#define PRESENT 0x1ULL
#define LARGE	0x80ULL
#define NO_EXEC (1ULL << 63)
#define LA57	(1ULL << 12)
#define KERNEL	0xffffffff80000000ULL
#define VMEMMAP 0xffffea0000000000ULL
#define ALL	0, G_MAXUINT64
#define ROOT	0x1000ULL
#define PAGES	16 /* of the made-up memory */

/* Physical memory: pages from address 0 on. What is beyond cannot be read. */
struct memory {
	guint64 words[PAGES][512];
	guint reads;
};

static void set(struct memory *memory, guint64 table, guint index, guint64 entry)
{
	memory->words[table >> 12][index] = GUINT64_TO_LE(entry);
}

static struct kho_page_walk *walk(struct memory *memory, guint64 cr4, guint64 start, guint64 last)
{
	struct kho_page_walk *made = kho_page_walk_new(ROOT, cr4, start, last);
	guint levels = 0;

	memory->reads = 0;
	while (kho_page_walk_wanted(made)->len) {
		guint wanted = kho_page_walk_wanted(made)->len;

		for (guint i = 0; i < wanted; i++) {
			guint64 address = g_array_index(kho_page_walk_wanted(made), guint64, i);

			assert_int_equal(address % KHO_PAGE_WALK_BYTES, 0);
			kho_page_walk_give(made, i, address >> 12 < PAGES ? memory->words[address >> 12] : NULL);
		}
		memory->reads += wanted;
		assert_true(memory->reads <= KHO_PAGE_WALK_MAX);
		kho_page_walk_step(made);
		assert_true(++levels <= 5);
	}
	return made;
}

static void expect_mapping(const struct kho_page_walk *made, guint index, guint64 virtual, guint64 physical,
			   guint64 size)
{
	const GArray *mappings = kho_page_walk_mappings(made);
	const struct kho_mapping *mapping;

	assert_true(index < mappings->len);
	mapping = &g_array_index(mappings, struct kho_mapping, index);
	assert_true(mapping->virtual == virtual);
	assert_true(mapping->physical == physical);
	assert_true(mapping->size == size);
}

static void expect_count(const struct kho_page_walk *made, guint count)
{
	assert_int_equal(kho_page_walk_mappings(made)->len, count);
}

/*
 * A kernel as __startup_64() maps it, with a page and 1 GiB elsewhere:
 *
 *   0x1000 [511] ─> 0x2000 [510] ─> 0x3000 [8]  = 2 MiB at 0x5000000
 *          │                               [9]  = 2 MiB at 0x5200000
 *          │                               [10] ─> 0x4000 [1] = 4 KiB at 0x7777000
 *          └ [0]  ─> 0x5000 [3] = 1 GiB at 0x80000000
 */
static void make_up_kernel(struct memory *memory)
{
	set(memory, 0x1000, 511, 0x2000 | PRESENT);
	set(memory, 0x2000, 510, 0x3000 | PRESENT);
	set(memory, 0x3000, 8, 0x5000000 | LARGE | PRESENT);
	set(memory, 0x3000, 9, NO_EXEC | 0x5200000 | LARGE | PRESENT);
	set(memory, 0x3000, 10, NO_EXEC | 0x4000 | PRESENT);
	set(memory, 0x4000, 1, NO_EXEC | 0x7777000 | 0x80 /* PAT, this far down */ | PRESENT);
	set(memory, 0x1000, 0, 0x5000 | PRESENT);
	set(memory, 0x5000, 3, 0x80000000 | LARGE | PRESENT);
}

static void every_size_of_page(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) all = NULL, kernel = NULL;

	make_up_kernel(&memory);
	all = walk(&memory, 0, ALL);
	expect_count(all, 4);
	expect_mapping(all, 0, 3 * GIB, 0x80000000, GIB);
	expect_mapping(all, 1, KERNEL + 16 * MIB, 0x5000000, 2 * MIB);
	expect_mapping(all, 2, KERNEL + 18 * MIB, 0x5200000, 2 * MIB);
	expect_mapping(all, 3, KERNEL + 20 * MIB + 0x1000, 0x7777000, 4 * KIB);
	assert_int_equal(memory.reads, 5);
	assert_true(kho_page_walk_whole(all));
	kernel = walk(&memory, 0, KERNEL, KERNEL + GIB - 1);
	expect_count(kernel, 3);
	assert_int_equal(memory.reads, 4);
}

/* [start, last]: what touches either end is found, whole, and nothing beyond is read. */
static void the_ends_of_a_walk(void **state)
{
	static const struct {
		guint64 start, last;
		guint count, reads;
	} cases[] = {
		{ KERNEL + 18 * MIB - 1, KERNEL + 18 * MIB, 2, 3 },
		{ KERNEL + 18 * MIB, KERNEL + 18 * MIB, 1, 3 },
		{ KERNEL + 20 * MIB - 1, KERNEL + 20 * MIB - 1, 1, 3 },
		{ KERNEL + 20 * MIB, KERNEL + 20 * MIB, 0, 4 },
		{ KERNEL + 22 * MIB, G_MAXUINT64, 0, 3 },
		{ 3 * GIB + 5, 3 * GIB + 5, 1, 2 },
		{ 4 * GIB, 4 * GIB, 0, 2 },
		{ 1, 0, 0, 2 }, /* upside down: some is read, and nothing found */
		{ G_MAXUINT64, 0, 0, 1 },
	};
	struct memory memory = { 0 };

	make_up_kernel(&memory);
	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoPageWalk) made = walk(&memory, 0, cases[i].start, cases[i].last);

		expect_count(made, cases[i].count);
		assert_int_equal(memory.reads, cases[i].reads);
	}
}

/* CR4 says that there are five levels; the same tables below. */
static void five_levels(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = NULL;

	set(&memory, 0x1000, 511, 0x6000 | PRESENT);
	set(&memory, 0x1000, 256, 0x7000 | PRESENT);
	set(&memory, 0x6000, 511, 0x2000 | PRESENT);
	set(&memory, 0x2000, 510, 0x3000 | PRESENT);
	set(&memory, 0x3000, 8, 0x5000000 | LARGE | PRESENT);
	set(&memory, 0x7000, 1, 0x8000 | PRESENT);
	set(&memory, 0x8000, 0, 0x40000000 | LARGE | PRESENT);
	made = walk(&memory, LA57, ALL);
	expect_count(made, 2);
	expect_mapping(made, 0, 0xff00008000000000, 0x40000000, GIB);
	expect_mapping(made, 1, KERNEL + 16 * MIB, 0x5000000, 2 * MIB);
}

/* Leaves of 512 GiB there are none: with that bit set, an entry of the two topmost levels is a table all the same. */
static void no_larger_leaves(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = NULL;

	set(&memory, 0x1000, 0, 0x2000 | LARGE | PRESENT);
	set(&memory, 0x2000, 1, 0x40000000 | LARGE | PRESENT);
	made = walk(&memory, 0, ALL);
	expect_count(made, 1);
	expect_mapping(made, 0, GIB, 0x40000000, GIB);
}

/* Bit 12 of a large leaf is its PAT bit; keys and flags are no address either. */
static void flags_are_no_address(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = NULL;

	set(&memory, 0x1000, 0, 0xfff0000000002fff);
	set(&memory, 0x2000, 0, 0xfff00000000030ff & ~LARGE);
	set(&memory, 0x3000, 0, 0xfff0000012345fff & ~0x1ff000ULL);
	set(&memory, 0x3000, 1, 0xfff0000012401fff);
	made = walk(&memory, 0, ALL);
	expect_count(made, 2);
	expect_mapping(made, 0, 0, 0x12200000, 2 * MIB);
	expect_mapping(made, 1, 2 * MIB, 0x12400000, 2 * MIB);
}

/* Found in any order, listed by virtual address. */
static void sorted_when_it_is_over(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = NULL;

	set(&memory, 0x1000, 0, 0x2000 | PRESENT);
	set(&memory, 0x2000, 0, 0x3000 | PRESENT);
	set(&memory, 0x2000, 1, 0x40000000 | LARGE | PRESENT);
	set(&memory, 0x3000, 0, 0x4000 | PRESENT);
	set(&memory, 0x3000, 1, 0x200000 | LARGE | PRESENT);
	set(&memory, 0x4000, 5, 0x9000 | PRESENT);
	made = walk(&memory, 0, ALL);
	expect_count(made, 3);
	expect_mapping(made, 0, 0x5000, 0x9000, 4 * KIB);
	expect_mapping(made, 1, 2 * MIB, 0x200000, 2 * MIB);
	expect_mapping(made, 2, GIB, 0x40000000, GIB);
}

/* --- what is not trusted --- */

static void garbage_in_cr3(void **state)
{
	static const guint64 values[] = { 0, 0xfff, 0x8000000000001fff, 0x000ffffffffff000, G_MAXUINT64 };

	for (size_t i = 0; i < COUNT(values); i++) {
		g_autoptr(KhoPageWalk) made = kho_page_walk_new(values[i], G_MAXUINT64, ALL);

		assert_int_equal(kho_page_walk_wanted(made)->len, 1);
		assert_true(g_array_index(kho_page_walk_wanted(made), guint64, 0) == (values[i] & 0x000ffffffffff000));
		kho_page_walk_give(made, 0, NULL);
		kho_page_walk_step(made);
		assert_int_equal(kho_page_walk_wanted(made)->len, 0);
		expect_count(made, 0);
	}
}

/* A table that is its own table: its depth ends it, and its width does. */
static void tables_of_themselves(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) narrow = NULL, wide = NULL, all = NULL;

	set(&memory, ROOT, 0, ROOT | PRESENT);
	narrow = walk(&memory, 0, ALL);
	assert_int_equal(memory.reads, 4);
	expect_count(narrow, 1);
	expect_mapping(narrow, 0, 0, ROOT, 4 * KIB);
	for (guint i = 0; i < 512; i++)
		set(&memory, ROOT, i, ROOT | PRESENT);
	all = walk(&memory, LA57, ALL);
	assert_int_equal(memory.reads, KHO_PAGE_WALK_MAX);
	assert_false(kho_page_walk_whole(all));
	/* The kernel's GiB is all that a search for the kernel ever sees of it. */
	wide = walk(&memory, 0, KERNEL, KERNEL + GIB - 1);
	assert_int_equal(memory.reads, 1 + 1 + 1 + 512);
	assert_true(kho_page_walk_whole(wide));
	expect_count(wide, 512 * 512);
}

static void pages_that_cannot_be_read(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = NULL;

	make_up_kernel(&memory);
	set(&memory, 0x3000, 10, 0x000ffffffffff000 | PRESENT);
	set(&memory, 0x1000, 0, 0x123456000 | PRESENT);
	made = walk(&memory, 0, ALL);
	assert_false(kho_page_walk_whole(made));
	expect_count(made, 2);
	expect_mapping(made, 0, KERNEL + 16 * MIB, 0x5000000, 2 * MIB);
}

/* All bits set, or a pattern: whatever that means, it ends. */
static void pages_of_garbage(void **state)
{
	static const int bytes[] = { 0xff, 0x01, 0x55, 0xaa, 0x83 };

	for (size_t i = 0; i < COUNT(bytes); i++) {
		struct memory memory;
		g_autoptr(KhoPageWalk) four = NULL, five = NULL;

		memset(&memory, bytes[i], sizeof(memory));
		four = walk(&memory, 0, VMEMMAP, VMEMMAP + GIB - 1);
		five = walk(&memory, LA57, VMEMMAP, VMEMMAP + GIB - 1);
		assert_non_null(kho_page_walk_mappings(five));
	}
}

/* Somebody who has no more time must not take what is not found yet for what is not there. */
static void not_over_yet(void **state)
{
	struct memory memory = { 0 };
	g_autoptr(KhoPageWalk) made = kho_page_walk_new(ROOT, 0, ALL);

	make_up_kernel(&memory);
	assert_false(kho_page_walk_whole(made));
	kho_page_walk_give(made, 0, memory.words[1]);
	assert_false(kho_page_walk_whole(made));
	kho_page_walk_step(made);
	assert_int_equal(kho_page_walk_wanted(made)->len, 2);
	assert_false(kho_page_walk_whole(made));
}

static void nothing_to_free(void **state)
{
	kho_page_walk_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_of_page),
		cmocka_unit_test(the_ends_of_a_walk),
		cmocka_unit_test(five_levels),
		cmocka_unit_test(no_larger_leaves),
		cmocka_unit_test(flags_are_no_address),
		cmocka_unit_test(sorted_when_it_is_over),
		cmocka_unit_test(garbage_in_cr3),
		cmocka_unit_test(tables_of_themselves),
		cmocka_unit_test(pages_that_cannot_be_read),
		cmocka_unit_test(pages_of_garbage),
		cmocka_unit_test(not_over_yet),
		cmocka_unit_test(nothing_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
