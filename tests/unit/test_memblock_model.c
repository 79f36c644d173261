// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of memblock, case by case; tests/memblock/compare holds it against the kernel's own.
 *
 * In the drawings a column is 1 MiB, from address 0. Of memory: a digit is its node, '.' a hole. Of scratch: '-'.
 * Of what is reserved: '.' nothing, '#' by the kernel for no node in particular, a digit by the kernel for that node,
 * 'r' by somebody else.
 */
#include <string.h>

#include "estimator/memblock_model.h"
#include "harness/model/random.h"
#include "tests/unit/test.h"

#define ROOM	  1024
#define MAX_NODES 64
#define NO_NODE	  KHO_MB_NO_NODE
#define KERN	  KHO_MB_RSRV_KERN

struct machine {
	struct kho_mb mb;
	struct kho_mb_region memory[ROOM], reserved[ROOM];
};

/* An empty machine; the model owes nothing to what its workspace held. */
static void start(struct machine *machine)
{
	const struct kho_mb_config config = kho_mb_config_x86_64(MAX_NODES);

	memset(machine, 0xaa, sizeof(*machine));
	kho_mb_init(&machine->mb, &config, machine->memory, ROOM, machine->reserved, ROOM);
	kho_mb_allow_resize(&machine->mb);
}

static void draw(struct machine *machine, const char *picture)
{
	start(machine);
	for (uint64_t at = 0; picture[at]; at++)
		if (picture[at] != '.')
			assert_true(kho_mb_add_node(&machine->mb, at * MIB, MIB, picture[at] - '0', 0));
}

static void draw_scratch(struct machine *machine, const char *picture)
{
	for (uint64_t at = 0; picture[at]; at++)
		if (picture[at] == '-')
			assert_true(kho_mb_mark(&machine->mb, &machine->mb.memory, at * MIB, MIB, KHO_MB_SCRATCH));
	machine->mb.scratch_only = true;
}

static void assert_reserved(struct machine *machine, const char *expected, size_t regions)
{
	char picture[128] = "";

	for (uint64_t at = 0; expected[at]; at++) {
		const struct kho_mb_region *region = kho_mb_find(&machine->mb.reserved, at * MIB);

		if (!region)
			picture[at] = '.';
		else if (!(region->flags & KERN))
			picture[at] = 'r';
		else
			picture[at] = region->nid == NO_NODE ? '#' : '0' + region->nid;
	}
	assert_string_equal(picture, expected);
	assert_int_equal(machine->mb.reserved.count, regions);
	assert_int_equal(machine->mb.state, KHO_MB_GOOD);
}

static void assert_region(const struct kho_mb_table *table, size_t index, uint64_t base, uint64_t end, int nid,
			  unsigned int flags)
{
	assert_true(index < table->count);
	assert_int_equal(table->regions[index].base, base);
	assert_int_equal(table->regions[index].base + table->regions[index].size, end);
	assert_int_equal(table->regions[index].nid, nid);
	assert_int_equal(table->regions[index].flags, flags);
}

/* Anywhere, for no node. */
static uint64_t take(struct machine *machine, uint64_t size, uint64_t align)
{
	const struct kho_mb_request request = { .size = size, .align = align, .nid = NO_NODE };

	return kho_mb_alloc(&machine->mb, &request);
}

static uint64_t take_on(struct machine *machine, uint64_t size, int nid, bool exact)
{
	const struct kho_mb_request request = { .size = size, .align = 4096, .nid = nid, .exact = exact };

	return kho_mb_alloc(&machine->mb, &request);
}

/* --- tables --- */

/*
 *	.00000000.
 *	  r r r		three reservations ...
 *	  rrrrr		... and the two between them: one
 */
static void neighbours_merge(void **state)
{
	struct machine machine;

	draw(&machine, ".00000000.");
	assert_int_equal(machine.mb.memory.count, 1);
	for (uint64_t at = 2; at <= 6; at += 2)
		assert_true(kho_mb_reserve(&machine.mb, at * MIB, MIB, NO_NODE, 0));
	assert_reserved(&machine, "..r.r.r...", 3);
	for (uint64_t at = 3; at <= 5; at += 2)
		assert_true(kho_mb_reserve(&machine.mb, at * MIB, MIB, NO_NODE, 0));
	assert_reserved(&machine, "..rrrrr...", 1);
	assert_int_equal(machine.mb.reserved.total, 5 * MIB);
}

/* Neighbours of another node or with other flags stay apart, in both tables. */
static void neighbours_that_differ(void **state)
{
	struct machine machine;

	draw(&machine, ".00112233.");
	assert_int_equal(machine.mb.memory.count, 4);
	assert_true(kho_mb_reserve(&machine.mb, 1 * MIB, MIB, NO_NODE, 0));
	assert_true(kho_mb_reserve(&machine.mb, 2 * MIB, MIB, NO_NODE, KERN));
	assert_true(kho_mb_reserve(&machine.mb, 3 * MIB, MIB, 0, KERN));
	assert_true(kho_mb_reserve(&machine.mb, 4 * MIB, MIB, 1, KERN));
	assert_reserved(&machine, ".r#01.....", 4);
	assert_true(kho_mb_set_node(&machine.mb, &machine.mb.reserved, 2 * MIB, 3 * MIB, 1));
	assert_reserved(&machine, ".r111.....", 2);
	assert_true(kho_mb_add(&machine.mb, 9 * MIB, MIB)); /* no node yet */
	assert_region(&machine.mb.memory, 4, 9 * MIB, 10 * MIB, MAX_NODES, 0);
	assert_true(kho_mb_set_node(&machine.mb, &machine.mb.memory, 9 * MIB, MIB, 3));
	assert_region(&machine.mb.memory, 3, 7 * MIB, 10 * MIB, 3, 0);
}

/*
 *	..r..1..r..	what is reserved already keeps what it is:
 *	  #######	a reservation over all of it only fills the gaps
 */
static void overlaps_change_nothing(void **state)
{
	struct machine machine;

	draw(&machine, ".00000000000.");
	assert_true(kho_mb_reserve(&machine.mb, 2 * MIB, MIB, NO_NODE, 0));
	assert_true(kho_mb_reserve(&machine.mb, 5 * MIB, MIB, 1, KERN));
	assert_true(kho_mb_reserve(&machine.mb, 8 * MIB, MIB, NO_NODE, 0));
	assert_true(kho_mb_reserve(&machine.mb, 1 * MIB, 9 * MIB, NO_NODE, KERN));
	assert_reserved(&machine, ".#r##1##r#...", 7);
	assert_int_equal(machine.mb.reserved.total, 9 * MIB);
	assert_true(kho_mb_reserve(&machine.mb, 1 * MIB, 9 * MIB, 3, KERN)); /* nothing left to do */
	assert_reserved(&machine, ".#r##1##r#...", 7);
	assert_true(kho_mb_reserve(&machine.mb, 4 * MIB, 0, 3, KERN));
	assert_int_equal(machine.mb.reserved.total, 9 * MIB);
}

/* The range is cut off at the end of the address space, whose last byte belongs to nobody. */
static void ranges_that_wrap(void **state)
{
	struct machine machine;

	start(&machine);
	assert_true(kho_mb_add(&machine.mb, UINT64_MAX - MIB, 2 * MIB));
	assert_region(&machine.mb.memory, 0, UINT64_MAX - MIB, UINT64_MAX, MAX_NODES, 0);
	assert_true(kho_mb_add(&machine.mb, UINT64_MAX, 2 * MIB)); /* nothing */
	assert_true(kho_mb_remove(&machine.mb, 0, UINT64_MAX));
	assert_int_equal(machine.mb.memory.count, 0);
	assert_int_equal(machine.mb.memory.total, 0);
}

/*
 *	.rrrrrr.
 *	  xx		freed: two pieces; freed over everything: none
 */
static void free_and_remove(void **state)
{
	struct machine machine;

	draw(&machine, ".0000000.");
	assert_true(kho_mb_reserve(&machine.mb, MIB, 6 * MIB, NO_NODE, 0));
	assert_true(kho_mb_free(&machine.mb, 2 * MIB, 2 * MIB));
	assert_reserved(&machine, ".r..rrr..", 2);
	assert_true(kho_mb_free(&machine.mb, 2 * MIB, 2 * MIB));
	assert_true(kho_mb_free(&machine.mb, 5 * MIB + 1, 1));
	assert_reserved(&machine, ".r..rrr..", 3);
	assert_int_equal(machine.mb.reserved.total, 4 * MIB - 1);
	assert_true(kho_mb_free(&machine.mb, 0, 100 * MIB));
	assert_reserved(&machine, ".........", 0);
	assert_int_equal(machine.mb.reserved.total, 0);
	assert_true(kho_mb_remove(&machine.mb, 3 * MIB, MIB));
	assert_int_equal(machine.mb.memory.count, 2);
	assert_int_equal(machine.mb.memory.total, 6 * MIB);
}

/*
 *	.00001111.
 *	   ----		marked: both nodes' regions are split; cleared: whole again
 */
static void marks_split_and_merge(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00001111.");
	assert_true(kho_mb_mark(mb, &mb->memory, 3 * MIB, 4 * MIB, KHO_MB_SCRATCH));
	assert_int_equal(mb->memory.count, 4);
	assert_region(&mb->memory, 0, 1 * MIB, 3 * MIB, 0, 0);
	assert_region(&mb->memory, 1, 3 * MIB, 5 * MIB, 0, KHO_MB_SCRATCH);
	assert_region(&mb->memory, 2, 5 * MIB, 7 * MIB, 1, KHO_MB_SCRATCH);
	assert_region(&mb->memory, 3, 7 * MIB, 9 * MIB, 1, 0);
	assert_true(kho_mb_mark(mb, &mb->memory, 4 * MIB, MIB, KHO_MB_HOTPLUG));
	assert_region(&mb->memory, 2, 4 * MIB, 5 * MIB, 0, KHO_MB_SCRATCH | KHO_MB_HOTPLUG);
	assert_true(kho_mb_clear(mb, &mb->memory, 0, 100 * MIB, KHO_MB_HOTPLUG));
	assert_int_equal(mb->memory.count, 4);
	assert_true(kho_mb_clear(mb, &mb->memory, 0, 100 * MIB, KHO_MB_SCRATCH));
	assert_int_equal(mb->memory.count, 2);
	assert_int_equal(mb->memory.total, 8 * MIB);
	assert_true(kho_mb_mark(mb, &mb->memory, 50 * MIB, MIB, KHO_MB_SCRATCH)); /* a hole */
	assert_int_equal(mb->memory.count, 2);
}

/* Regions that are not whole pages shrink; the kernel forgets to take that off the total. */
static void trim(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	start(&machine);
	assert_true(kho_mb_add(mb, 0, 0x9fc00));
	assert_true(kho_mb_add(mb, 0x100001, 4096));
	assert_true(kho_mb_add(mb, 0x200001, 2 * 4096));
	kho_mb_trim(mb, 4096);
	assert_int_equal(mb->memory.count, 2);
	assert_region(&mb->memory, 0, 0, 0x9f000, MAX_NODES, 0);
	assert_region(&mb->memory, 1, 0x201000, 0x202000, MAX_NODES, 0);
	assert_int_equal(mb->memory.total, 0x9fc00 + 2 * 4096);
}

/* --- allocation --- */

/*
 *	.00000000.
 *	   ##r##	from the top; what does not fit there, below
 */
static void top_down(void **state)
{
	struct machine machine;

	draw(&machine, ".00000000.");
	assert_true(kho_mb_reserve(&machine.mb, 5 * MIB, MIB, NO_NODE, 0));
	assert_int_equal(take(&machine, 2 * MIB, 0), 7 * MIB);
	assert_reserved(&machine, ".....r.##.", 2);
	assert_int_equal(take(&machine, 2 * MIB, 0), 3 * MIB);
	assert_reserved(&machine, "...##r.##.", 3);
	assert_int_equal(take(&machine, MIB, 0), 6 * MIB);
	assert_reserved(&machine, "...##r###.", 3);
	assert_int_equal(take(&machine, 3 * MIB, 0), 0);
	assert_int_equal(take(&machine, 2 * MIB, 0), MIB);
	assert_reserved(&machine, ".####r###.", 3);
	assert_int_equal(take(&machine, 1, 1), 0);
	assert_int_equal(machine.mb.state, KHO_MB_GOOD);
}

static void alignment(void **state)
{
	struct machine machine;

	draw(&machine, ".0000000.");
	assert_int_equal(take(&machine, 3 * MIB, 2 * MIB), 4 * MIB);
	assert_int_equal(take(&machine, 100, 0), 8 * MIB - 128); /* a cache line */
	assert_int_equal(take(&machine, 100, 1), 8 * MIB - 228);
	assert_int_equal(take(&machine, MIB, 4 * MIB), 0); /* only 4 MiB is that round, and it is taken */
	assert_int_equal(machine.mb.state, KHO_MB_GOOD);
}

/* Address 0 would read as a failure: the first page is never given away. */
static void first_page(void **state)
{
	struct machine machine;

	start(&machine);
	assert_true(kho_mb_add_node(&machine.mb, 0, 3 * 4096, 0, 0));
	assert_int_equal(take(&machine, 4096, 4096), 2 * 4096);
	assert_int_equal(take(&machine, 4096, 4096), 4096);
	assert_int_equal(take(&machine, 1, 1), 0);
}

/*
 *	.0000000000.
 *	 -- --- -		only scratch, and never over its edge
 */
static void scratch_only(void **state)
{
	struct machine machine;

	draw(&machine, ".0000000000.");
	draw_scratch(&machine, ".--.---.-...");
	assert_int_equal(kho_mb_free_scratch(&machine.mb, NO_NODE), 6 * MIB);
	assert_int_equal(take(&machine, 2 * MIB, MIB), 5 * MIB);
	assert_int_equal(take(&machine, 2 * MIB, MIB), 1 * MIB);
	assert_int_equal(take(&machine, 2 * MIB, MIB), 0);
	assert_int_equal(kho_mb_largest_free(&machine.mb, 0, 0, KHO_MB_ACCESSIBLE, NO_NODE), MIB);
	machine.mb.scratch_only = false;
	assert_int_equal(kho_mb_largest_free(&machine.mb, 0, 0, KHO_MB_ACCESSIBLE, NO_NODE), 2 * MIB);
	assert_int_equal(take(&machine, 2 * MIB, MIB), 9 * MIB);
	assert_int_equal(kho_mb_free_scratch(&machine.mb, NO_NODE), 2 * MIB);
}

/*
 *	.00000.		memory that touches, but is not alike (here: scratch in the middle), is two pieces
 *	  --
 */
static void pieces_end_with_regions(void **state)
{
	struct machine machine;

	draw(&machine, ".0000.");
	assert_true(kho_mb_mark(&machine.mb, &machine.mb.memory, 2 * MIB, 2 * MIB, KHO_MB_SCRATCH));
	assert_int_equal(take(&machine, 3 * MIB, MIB), 0);
	assert_int_equal(take(&machine, 2 * MIB, MIB), 2 * MIB);
}

/*
 *	.0011.
 *	  rr		a reservation over both nodes' memory counts in both
 */
static void reservation_over_two_regions(void **state)
{
	struct machine machine;

	draw(&machine, ".0011.");
	assert_true(kho_mb_reserve(&machine.mb, 2 * MIB, 2 * MIB, NO_NODE, 0));
	assert_int_equal(take(&machine, MIB, MIB), 4 * MIB);
	assert_int_equal(take(&machine, MIB, MIB), 1 * MIB);
	assert_int_equal(take(&machine, 1, 1), 0);
}

/* Memory that only a driver or nobody may use; hotpluggable memory unless "movable_node" keeps it free. */
static void memory_that_will_not_do(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00000.");
	assert_true(kho_mb_mark(mb, &mb->memory, 5 * MIB, MIB, KHO_MB_NOMAP));
	assert_true(kho_mb_mark(mb, &mb->memory, 4 * MIB, MIB, KHO_MB_DRIVER_MANAGED));
	assert_true(kho_mb_mark(mb, &mb->memory, 3 * MIB, MIB, KHO_MB_HOTPLUG));
	assert_int_equal(take(&machine, 4096, 4096), 4 * MIB - 4096);
	mb->config.movable_node = true;
	assert_int_equal(take(&machine, 4096, 4096), 3 * MIB - 4096);
}

/*
 *	.0011.
 *	 -- -		node 1's own first; then any, and the reservation no longer says for whom
 */
static void fallback(void **state)
{
	struct machine machine;

	draw(&machine, ".0011.");
	draw_scratch(&machine, ".-.--.");
	assert_int_equal(take_on(&machine, MIB, 1, false), 4 * MIB);
	assert_int_equal(take_on(&machine, MIB, 1, true), 3 * MIB);
	assert_reserved(&machine, "...11.", 1);
	assert_int_equal(take_on(&machine, MIB, 1, true), 0);
	assert_int_equal(take_on(&machine, MIB, 1, false), MIB);
	assert_reserved(&machine, ".#.11.", 2);
	assert_int_equal(take_on(&machine, MIB, 1, false), 0);
	assert_int_equal(machine.mb.state, KHO_MB_GOOD);
}

/*
 *	.00000000.
 *	     |-->	at or above 5 MiB; when that is full, below; alloc_range() does not go there
 */
static void lower_bound(void **state)
{
	const struct kho_mb_request request = { .size = 2 * MIB, .align = MIB, .from = 5 * MIB, .nid = 0 };
	struct machine machine;

	draw(&machine, ".00000000.");
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 7 * MIB);
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 5 * MIB);
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 0);
	assert_int_equal(kho_mb_alloc(&machine.mb, &request), 3 * MIB);
}

/* current_limit counts where no bound is given, and always in kho_mb_alloc(). */
static void upper_bound(void **state)
{
	struct kho_mb_request request = { .size = MIB, .align = MIB, .nid = NO_NODE };
	struct machine machine;

	draw(&machine, ".00000000.");
	machine.mb.current_limit = 6 * MIB;
	assert_int_equal(kho_mb_alloc(&machine.mb, &request), 5 * MIB);
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 4 * MIB);
	request.to = 8 * MIB;
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 7 * MIB);
	assert_int_equal(kho_mb_alloc(&machine.mb, &request), 3 * MIB);
	request.to = KHO_MB_ANYWHERE;
	assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 8 * MIB);
	request.to = 3 * MIB + 1;
	assert_int_equal(kho_mb_alloc(&machine.mb, &request), 2 * MIB);
	request.to = 4096; /* nothing lies below */
	assert_int_equal(kho_mb_alloc(&machine.mb, &request), 0);
}

/* --- arrays --- */

/* @count reservations of one byte, in memory that is not scratch; an even number of bytes apart, so none merge. */
static void fill(struct machine *machine, uint64_t from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(kho_mb_reserve(&machine->mb, from + 2 * i, 1, NO_NODE, 0));
}

/*
 *	.00000000.
 *	     ---	the 129th reservation doubles the array: 6 KiB are two pages of scratch
 */
static void doubling(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00000000.");
	draw_scratch(&machine, ".....---..");
	fill(&machine, MIB, 128);
	assert_int_equal(mb->reserved.array, 0);
	assert_true(kho_mb_reserve(mb, 2 * MIB, 1, NO_NODE, 0));
	assert_int_equal(mb->reserved.max, 256);
	assert_int_equal(mb->reserved.array, 8 * MIB - 2 * 4096);
	assert_int_equal(mb->reserved.count, 130);
	assert_int_equal(kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, NO_NODE), 2 * 4096);
	assert_int_equal(mb->doublings, 1);
}

/* An array that is full doubles even for what will merge with a neighbour, and what that frees is found next. */
static void doubling_frees_the_old(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00000000.");
	draw_scratch(&machine, ".....---..");
	fill(&machine, MIB, 255);
	assert_int_equal(mb->reserved.count, 256);
	assert_int_equal(mb->reserved.array, 8 * MIB - 2 * 4096);
	assert_int_equal(take(&machine, 4096, 4096), 8 * MIB - 3 * 4096);
	assert_int_equal(mb->reserved.max, 512);
	assert_int_equal(mb->reserved.array, 8 * MIB - 6 * 4096);
	assert_region(&mb->reserved, 255, 8 * MIB - 6 * 4096, 8 * MIB - 2 * 4096, NO_NODE, KERN);
	assert_int_equal(take(&machine, 2 * 4096, 4096), 8 * MIB - 2 * 4096);
	assert_int_equal(mb->state, KHO_MB_GOOD);
}

/* The array must not lie in the range that it is made for: below it, where there is no room above. */
static void doubling_avoids_the_range(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00000000.");
	fill(&machine, MIB, 128);
	assert_true(kho_mb_reserve(mb, 4 * MIB, 5 * MIB - 4096, NO_NODE, 0));
	assert_int_equal(mb->reserved.array, 4 * MIB - 2 * 4096);
}

/* One page of scratch: the array has no room, so the allocation has none either, although its page is there. */
static void doubling_fails(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".00000000.");
	assert_true(kho_mb_mark(mb, &mb->memory, 5 * MIB, 4096, KHO_MB_SCRATCH));
	mb->scratch_only = true;
	fill(&machine, MIB, 128);
	assert_int_equal(kho_mb_largest_free(mb, 0, 0, KHO_MB_ACCESSIBLE, NO_NODE), 4096);
	assert_int_equal(take(&machine, 4096, 4096), 0);
	assert_int_equal(mb->failed_doublings, 1);
	assert_int_equal(take_on(&machine, 4096, 0, false), 0); /* tried for the node, then for any */
	assert_int_equal(mb->failed_doublings, 3);
	assert_false(kho_mb_reserve(mb, 2 * MIB, 1, NO_NODE, 0));
	assert_false(kho_mb_free(mb, 0, MIB));		     /* even that: it might have to split two */
	assert_true(kho_mb_reserve(mb, MIB, 1, NO_NODE, 0)); /* it is there already */
	assert_int_equal(mb->reserved.count, 128);
	assert_int_equal(mb->state, KHO_MB_GOOD);
	mb->scratch_only = false;
	assert_int_equal(take(&machine, 4096, 4096), 9 * MIB - 4096);
	assert_int_equal(mb->reserved.max, 256);
}

/* The array of memory takes its place as well, and keeps it reserved. */
static void doubling_of_memory(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	start(&machine);
	for (uint64_t at = 1; at <= 128; at++)
		assert_true(kho_mb_add_node(mb, at * MIB, MIB, at % 2, 0));
	assert_int_equal(mb->doublings, 0);
	assert_true(kho_mb_add_node(mb, 129 * MIB, MIB, 1, 0));
	assert_int_equal(mb->memory.max, 256);
	assert_int_equal(mb->memory.array, 129 * MIB - 2 * 4096); /* the new region is not there yet */
	assert_region(&mb->reserved, 0, 129 * MIB - 2 * 4096, 129 * MIB, NO_NODE, KERN);
}

static void full_before_resizing(void **state)
{
	const struct kho_mb_config config = kho_mb_config_x86_64(MAX_NODES);
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	kho_mb_init(mb, &config, machine.memory, ROOM, machine.reserved, ROOM);
	assert_true(kho_mb_add_node(mb, MIB, 8 * MIB, 0, 0));
	fill(&machine, MIB, 128);
	assert_int_equal(mb->state, KHO_MB_GOOD);
	assert_int_equal(take(&machine, 4096, 4096), 0);
	assert_int_equal(mb->state, KHO_MB_PANIC);
	/* It has stopped. */
	kho_mb_allow_resize(mb);
	assert_int_equal(take(&machine, 4096, 4096), 0);
	assert_false(kho_mb_add(mb, 100 * MIB, MIB));
	assert_false(kho_mb_remove(mb, MIB, MIB));
	assert_false(kho_mb_mark(mb, &mb->memory, MIB, MIB, KHO_MB_SCRATCH));
	kho_mb_trim(mb, 64 * MIB);
	assert_int_equal(mb->memory.count, 1);
	assert_int_equal(mb->reserved.count, 128);
	assert_int_equal(mb->state, KHO_MB_PANIC);
}

/*
 * Both arrays are full and there are two pages: that of memory takes them, and cannot be reserved, because the array
 * of reservations has no place to grow.
 */
static void bug_of_both_arrays(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	start(&machine);
	assert_true(kho_mb_add_node(mb, MIB, 4096, 1, 0));
	for (uint64_t at = 2; at <= 128; at++)
		assert_true(kho_mb_add_node(mb, at * MIB, MIB, at % 2, 0));
	fill(&machine, MIB, 127);
	assert_true(kho_mb_reserve(mb, 2 * MIB, 127 * MIB - 2 * 4096, NO_NODE, 0));
	assert_int_equal(mb->reserved.count, 128);
	assert_int_equal(mb->memory.count, 128);
	assert_false(kho_mb_add_node(mb, 200 * MIB, MIB, 0, 0));
	assert_int_equal(mb->state, KHO_MB_BUG);
}

/*
 * Pages; reserved from 0 on, beyond the end of memory, with an array of two entries:
 *
 *	0....5##8.......15|16	one is taken; the array goes to 15, inside of the range: an upper bound of 0 is none
 *	rrrrrr##rrrrrrrra rrrr	now the range comes to three pieces instead of two: five entries, and there are four
 */
static void bug_of_a_cut_up_range(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	start(&machine);
	mb->reserved.max = 2;
	assert_true(kho_mb_add_node(mb, 0, 16 * 4096, 0, 0));
	assert_true(kho_mb_reserve(mb, 5 * 4096, 3 * 4096, NO_NODE, KERN));
	assert_false(kho_mb_reserve(mb, 0, 20 * 4096, NO_NODE, 0));
	assert_int_equal(mb->reserved.array, 15 * 4096);
	assert_int_equal(mb->state, KHO_MB_BUG);
}

/* What does not fit the workspace is said, never guessed. */
static void workspace_overflow(void **state)
{
	const struct kho_mb_config config = kho_mb_config_x86_64(MAX_NODES);
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	kho_mb_init(mb, &config, machine.memory, 3, machine.reserved, 2);
	assert_true(kho_mb_add_node(mb, MIB, 8 * MIB, 0, 0));
	fill(&machine, MIB, 2);
	assert_true(kho_mb_reserve(mb, MIB + 3, 1, NO_NODE, 0)); /* merges */
	assert_int_equal(mb->state, KHO_MB_GOOD);
	assert_int_equal(take(&machine, 4096, 4096), 0);
	assert_int_equal(mb->state, KHO_MB_OVERFLOW);
	assert_int_equal(mb->reserved.count, 2);

	kho_mb_init(mb, &config, machine.memory, 2, machine.reserved, 2);
	assert_true(kho_mb_add_node(mb, MIB, 8 * MIB, 0, 0));
	assert_false(kho_mb_mark(mb, &mb->memory, 2 * MIB, MIB, KHO_MB_SCRATCH)); /* would be three */
	assert_int_equal(mb->state, KHO_MB_OVERFLOW);
	assert_false(kho_mb_add_node(mb, MIB, 8 * MIB, 0, 0));
}

static void what_is_not_modelled(void **state)
{
	struct machine machine;

	draw(&machine, ".00.");
	assert_int_equal(take(&machine, 0, 0), 0);
	assert_int_equal(machine.mb.state, KHO_MB_UNMODELLED);
	draw(&machine, ".00.");
	assert_int_equal(take(&machine, 4096, 3 * 4096), 0);
	assert_int_equal(machine.mb.state, KHO_MB_UNMODELLED);
	draw(&machine, ".00.");
	kho_mb_trim(&machine.mb, 0);
	assert_int_equal(machine.mb.state, KHO_MB_UNMODELLED);
	start(&machine);
	assert_true(kho_mb_add(&machine.mb, UINT64_MAX - 100, 100)); /* would be rounded up to 0 */
	kho_mb_trim(&machine.mb, 4096);
	assert_int_equal(machine.mb.state, KHO_MB_UNMODELLED);
}

/* --- many blocks at once --- */

/*
 *	.000011111.
 *	  ##  1111	of 2 MiB, for node 1: two fit there, one in node 0's; what is left is too short or not round
 */
static void blocks_go_elsewhere(void **state)
{
	const struct kho_mb_request request = { .size = 2 * MIB, .align = 2 * MIB, .from = 5 * MIB, .nid = 1 };
	struct machine machine;
	struct kho_mb_blocks blocks;

	draw(&machine, ".000011111.");
	blocks = kho_mb_alloc_blocks(&machine.mb, &request, 10);
	assert_int_equal(blocks.count, 3);
	assert_int_equal(blocks.elsewhere, 1);
	assert_int_equal(blocks.last, 2 * MIB);
	assert_reserved(&machine, "..##..1111.", 2);
	blocks = kho_mb_alloc_blocks(&machine.mb, &request, 10);
	assert_int_equal(blocks.count, 0);
	assert_int_equal(blocks.last, 0);
	assert_int_equal(machine.mb.state, KHO_MB_GOOD);
}

/* The memory map of 64 TiB. */
static void half_a_million_blocks(void **state)
{
	const struct kho_mb_request request = { .size = 2 * MIB, .align = 2 * MIB, .from = 16 * MIB, .nid = 0 };
	struct machine machine;
	struct kho_mb_blocks blocks;

	start(&machine);
	assert_true(kho_mb_add_node(&machine.mb, MIB, 64 * TIB, 0, 0));
	blocks = kho_mb_alloc_blocks(&machine.mb, &request, 512 * 1024);
	assert_int_equal(blocks.count, 512 * 1024);
	assert_int_equal(blocks.elsewhere, 0);
	assert_int_equal(blocks.last, 63 * TIB);
	assert_int_equal(machine.mb.reserved.count, 1);
	assert_int_equal(machine.mb.reserved.regions[0].size, TIB);
}

/* A machine for chance: nodes, scratch, holes, and some reservations; often nearly full, and with full arrays. */
static void make_up(struct machine *machine, struct kho_random *random)
{
	struct kho_mb *mb = &machine->mb;
	uint64_t nodes = 1 + kho_random_below(random, 3), at = 4096 * kho_random_below(random, 600);

	start(machine);
	mb->config.reserved_regions = mb->reserved.max = 1 << kho_random_below(random, 6);
	mb->config.region_size = 24 << kho_random_below(random, 8);
	for (int i = 0; i < 8; i++) {
		uint64_t size = 4096 * (1 + kho_random_below(random, 2000));

		kho_mb_add_node(mb, at, size, kho_random_below(random, nodes), 0);
		if (kho_random_below(random, 3))
			kho_mb_mark(mb, &mb->memory, at + 4096 * kho_random_below(random, 200), size / 2,
				    KHO_MB_SCRATCH);
		at += size + (kho_random_below(random, 2) ? 4096 * kho_random_below(random, 300) : 0);
	}
	for (uint64_t i = kho_random_below(random, 40); i; i--)
		kho_mb_reserve(mb, kho_random_below(random, at), 1 + kho_random_below(random, 100000),
			       (int)kho_random_below(random, nodes + 1) - 1, kho_random_below(random, 2) ? KERN : 0);
	mb->scratch_only = kho_random_below(random, 4);
}

static struct kho_mb_request make_up_request(struct kho_random *random)
{
	uint64_t size = 4096 << kho_random_below(random, 10);

	return (struct kho_mb_request){
		.size = size * (kho_random_below(random, 8) ? 1 : 3),
		.align = kho_random_below(random, 8) ? size : size * 2,
		.from = kho_random_below(random, 2) ? 4096 * kho_random_below(random, 4000) : 0,
		.to = kho_random_below(random, 4) ? 0 : 4096 * kho_random_below(random, 9000),
		.nid = (int)kho_random_below(random, 4) - 1,
		.exact = !kho_random_below(random, 3),
	};
}

static struct kho_mb_blocks one_by_one(struct kho_mb *mb, const struct kho_mb_request *request, uint64_t count)
{
	struct kho_mb_blocks blocks = { 0 };

	while (blocks.count < count) {
		uint64_t address = kho_mb_alloc(mb, request);

		if (!address)
			break;
		blocks.count++;
		blocks.last = address;
		if (request->nid != NO_NODE && kho_mb_find(&mb->memory, address)->nid != request->nid)
			blocks.elsewhere++;
	}
	return blocks;
}

static void assert_same_table(const struct kho_mb_table *a, const struct kho_mb_table *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->max, b->max);
	assert_int_equal(a->array, b->array);
	assert_int_equal(a->total, b->total);
	for (size_t i = 0; i < a->count; i++)
		assert_region(a, i, b->regions[i].base, b->regions[i].base + b->regions[i].size, b->regions[i].nid,
			      b->regions[i].flags);
}

/* Blocks at once are blocks one by one, whatever the machine: the answer, the tables, and where arrays went. */
static void blocks_are_single_allocations(void **state)
{
	uint64_t all = 0, elsewhere = 0, doublings = 0, short_of = 0;

	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct kho_random random = kho_random_start(seed, 0), again = random;
		struct machine at_once, single;

		make_up(&at_once, &random);
		make_up(&single, &again);
		for (int i = 0; i < 4 && at_once.mb.state == KHO_MB_GOOD; i++) {
			const struct kho_mb_request request = make_up_request(&random);
			uint64_t count = kho_random_below(&random, 400);
			struct kho_mb_blocks a = kho_mb_alloc_blocks(&at_once.mb, &request, count);
			struct kho_mb_blocks b = one_by_one(&single.mb, &request, count);

			assert_int_equal(a.count, b.count);
			assert_int_equal(a.elsewhere, b.elsewhere);
			assert_int_equal(a.last, b.last);
			assert_int_equal(at_once.mb.state, single.mb.state);
			assert_same_table(&at_once.mb.memory, &single.mb.memory);
			assert_same_table(&at_once.mb.reserved, &single.mb.reserved);
			assert_int_equal(at_once.mb.doublings, single.mb.doublings);
			assert_int_equal(at_once.mb.failed_doublings, single.mb.failed_doublings);
			all += a.count;
			elsewhere += a.elsewhere;
			short_of += a.count < count;
		}
		doublings += at_once.mb.doublings;
	}
	/* Chance must have come to where it matters. */
	assert_true(all > 100000 && elsewhere > 10000 && doublings > 1000 && short_of > 1000);
}

/* --- questions --- */

/* What is said to fit does fit, and a byte more does not. */
static void largest_free_fits(void **state)
{
	for (uint64_t seed = 0; seed < 2000; seed++) {
		struct kho_random random = kho_random_start(seed, 0), again = random;
		struct machine machine, other;
		struct kho_mb_request request;
		uint64_t largest;

		make_up(&machine, &random);
		make_up(&other, &again);
		machine.mb.reserved.max = other.mb.reserved.max = ROOM; /* arrays need no memory here */
		request = make_up_request(&random);
		request.exact = true;
		largest = kho_mb_largest_free(&machine.mb, request.align, request.from, request.to, request.nid);
		request.size = largest + 1;
		assert_int_equal(kho_mb_alloc_range(&machine.mb, &request), 0);
		request.size = largest;
		if (largest)
			assert_int_not_equal(kho_mb_alloc_range(&other.mb, &request), 0);
	}
}

/*
 *	.0011.
 *	 #011		what the kernel uses, by node and up to a limit
 */
static void reserved_kern_size(void **state)
{
	struct machine machine;
	struct kho_mb *mb = &machine.mb;

	draw(&machine, ".001111.");
	assert_true(kho_mb_reserve(mb, 1 * MIB, MIB, NO_NODE, KERN));
	assert_true(kho_mb_reserve(mb, 2 * MIB, MIB, 0, KERN));
	assert_true(kho_mb_reserve(mb, 3 * MIB, 2 * MIB, 1, KERN));
	assert_true(kho_mb_reserve(mb, 6 * MIB, MIB, 1, 0));
	assert_int_equal(kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, NO_NODE), 4 * MIB);
	assert_int_equal(kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, 1), 2 * MIB);
	assert_int_equal(kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, 2), 0);
	assert_int_equal(kho_mb_reserved_kern_size(mb, 3 * MIB + 5, 1), 5);
	assert_int_equal(kho_mb_reserved_kern_size(mb, 3 * MIB, NO_NODE), 2 * MIB);
}

static void free_scratch_by_node(void **state)
{
	struct machine machine;

	draw(&machine, ".00001111.");
	draw_scratch(&machine, ".--...---.");
	assert_true(kho_mb_reserve(&machine.mb, 2 * MIB, 5 * MIB, NO_NODE, 0));
	assert_int_equal(kho_mb_free_scratch(&machine.mb, 0), MIB);
	assert_int_equal(kho_mb_free_scratch(&machine.mb, 1), 2 * MIB);
	assert_int_equal(kho_mb_free_scratch(&machine.mb, 2), 0);
	assert_int_equal(kho_mb_free_scratch(&machine.mb, NO_NODE), 3 * MIB);
}

static void find_region(void **state)
{
	struct machine machine;
	const struct kho_mb_table *memory = &machine.mb.memory;

	start(&machine);
	assert_null(kho_mb_find(memory, 0));
	draw(&machine, ".0.1.");
	assert_null(kho_mb_find(memory, MIB - 1));
	assert_ptr_equal(kho_mb_find(memory, MIB), &memory->regions[0]);
	assert_ptr_equal(kho_mb_find(memory, 2 * MIB - 1), &memory->regions[0]);
	assert_null(kho_mb_find(memory, 2 * MIB));
	assert_ptr_equal(kho_mb_find(memory, 3 * MIB), &memory->regions[1]);
	assert_null(kho_mb_find(memory, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_merge),
		cmocka_unit_test(neighbours_that_differ),
		cmocka_unit_test(overlaps_change_nothing),
		cmocka_unit_test(ranges_that_wrap),
		cmocka_unit_test(free_and_remove),
		cmocka_unit_test(marks_split_and_merge),
		cmocka_unit_test(trim),
		cmocka_unit_test(top_down),
		cmocka_unit_test(alignment),
		cmocka_unit_test(first_page),
		cmocka_unit_test(scratch_only),
		cmocka_unit_test(pieces_end_with_regions),
		cmocka_unit_test(reservation_over_two_regions),
		cmocka_unit_test(memory_that_will_not_do),
		cmocka_unit_test(fallback),
		cmocka_unit_test(lower_bound),
		cmocka_unit_test(upper_bound),
		cmocka_unit_test(doubling),
		cmocka_unit_test(doubling_frees_the_old),
		cmocka_unit_test(doubling_avoids_the_range),
		cmocka_unit_test(doubling_fails),
		cmocka_unit_test(doubling_of_memory),
		cmocka_unit_test(full_before_resizing),
		cmocka_unit_test(bug_of_both_arrays),
		cmocka_unit_test(bug_of_a_cut_up_range),
		cmocka_unit_test(workspace_overflow),
		cmocka_unit_test(what_is_not_modelled),
		cmocka_unit_test(blocks_go_elsewhere),
		cmocka_unit_test(half_a_million_blocks),
		cmocka_unit_test(blocks_are_single_allocations),
		cmocka_unit_test(largest_free_fits),
		cmocka_unit_test(reserved_kern_size),
		cmocka_unit_test(free_scratch_by_node),
		cmocka_unit_test(find_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
