// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes up scripts (script.h): generate FIRST COUNT prints those of COUNT seeds. A compiler that evaluates arguments in
 * another order makes others of the same seeds.
 *
 * Half of them are boots: what a successor asks of memblock, in its order, on a machine and with scratch by chance. A
 * quarter is chaos: any call at any time, mostly at addresses where something begins or ends already. The last quarter
 * is short and ends badly: nothing is free, and what is too small cannot grow.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/model/random.h"

#define PAGE	   4096
#define KIB	   (1ULL << 10)
#define MIB	   (1ULL << 20)
#define GIB	   (1ULL << 30)
#define TIB	   (1ULL << 40)
#define MAX_PLACES 256

#define HOTPLUG	       0x01
#define NOMAP	       0x04
#define DRIVER_MANAGED 0x08
#define NOINIT	       0x10
#define KERN	       0x20
#define SCRATCH	       0x40

static struct kho_random chance;

/* Addresses that mean something to the script. */
static uint64_t places[MAX_PLACES];
static size_t nr_places;
static int nr_nodes;

static uint64_t below(uint64_t bound)
{
	return kho_random_below(&chance, bound);
}

static bool one_in(uint64_t number)
{
	return !below(number);
}

static uint64_t pick(const uint64_t *values, size_t count)
{
	return values[below(count)];
}

#define PICK(...) pick((const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static void remember(uint64_t place)
{
	if (nr_places < MAX_PLACES)
		places[nr_places++] = place;
	else
		places[below(MAX_PLACES)] = place;
}

static int any_node(void)
{
	return (int)below(nr_nodes);
}

/* A node, or none. */
static int maybe_node(void)
{
	return one_in(3) ? -1 : any_node();
}

static void say_range(const char *call, uint64_t base, uint64_t size)
{
	printf("%s %#" PRIx64 " %#" PRIx64, call, base, size);
	remember(base);
	remember(base + size);
}

static void add(uint64_t base, uint64_t size, int nid, unsigned int flags)
{
	say_range("add_node", base, size);
	printf(" %d %#x\n", nid, flags);
}

static void reserve(uint64_t base, uint64_t size, int nid, unsigned int flags)
{
	say_range("reserve", base, size);
	printf(" %d %#x\n", nid, flags);
}

static void mark(const char *call, int table, uint64_t base, uint64_t size, unsigned int flag)
{
	printf("%s %d %#" PRIx64 " %#" PRIx64 " %#x\n", call, table, base, size, flag);
	remember(base);
	remember(base + size);
}

static void set_node(int table, uint64_t base, uint64_t size, int nid)
{
	printf("set_node %d %#" PRIx64 " %#" PRIx64 " %d\n", table, base, size, nid);
}

struct wish {
	uint64_t size, align, from, to;
	int nid;
	bool exact;
};

static void alloc(const char *call, struct wish wish)
{
	printf("%s %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %d %d\n", call, wish.size, wish.align, wish.from,
	       wish.to, wish.nid, wish.exact);
}

static void blocks(struct wish wish, uint64_t count)
{
	printf("blocks %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %#" PRIx64 " %d %d %" PRIu64 "\n", wish.size, wish.align,
	       wish.from, wish.to, wish.nid, wish.exact, count);
}

/* All that can be asked without changing anything. */
static void ask(void)
{
	printf("free_scratch -1\nfree_scratch %d\n", any_node());
	printf("kern_size -1 -1\nkern_size %#" PRIx64 " %d\n", places[below(nr_places)], maybe_node());
	printf("largest %#" PRIx64 " 0 0 %d\n", PICK(0, 1, PAGE, 2 * MIB), maybe_node());
}

/* --- a boot --- */

struct boot {
	uint64_t node_base[16], node_size[16]; /* the memory of node i is contiguous, with the hole below 4 GiB in it */
	uint64_t scratch_base[20], scratch_size[20];
	int nr_scratch;
};

#define HOLE	 (3 * GIB)
#define HOLE_END (4 * GIB)

/* The firmware's memory map, and which of it is whose. */
static void boot_memory(struct boot *boot)
{
	uint64_t unit = PICK(2 * MIB, 128 * MIB, 128 * MIB, 1 * GIB, 1 * TIB), at = 0;

	for (int i = 0; i < nr_nodes; i++) {
		boot->node_base[i] = at;
		boot->node_size[i] = unit * (8 + below(24)) + (one_in(4) ? PAGE * below(512) : 0);
		at += boot->node_size[i];
	}
	printf("limit 0x100000\n");
	say_range("add", 0, 0x9fc00);
	putchar('\n');
	if (at > HOLE) {
		say_range("add", MIB, HOLE - MIB - PICK(0, 128 * KIB, 0x20001));
		putchar('\n');
		say_range("add", HOLE_END, at - HOLE);
	} else {
		say_range("add", MIB, at - MIB);
	}
	putchar('\n');
	printf("trim 0x1000\nresize\n");
}

/* Where an offset into all memory lies. */
static uint64_t beyond_hole(uint64_t offset)
{
	return offset < HOLE ? offset : offset - HOLE + HOLE_END;
}

/* Lowmem, global, one per node; each page-aligned by chance only, so that edges fall anywhere. */
static void boot_scratch(struct boot *boot)
{
	uint64_t unit = PICK(64 * KIB, MIB, 2 * MIB, 16 * MIB, 64 * MIB);

	boot->nr_scratch = 1 + nr_nodes;
	for (int i = 0; i < boot->nr_scratch; i++) {
		int node = i ? i - 1 : 0;
		uint64_t size = unit * (1 + below(8)), room = boot->node_size[node];

		if (size > room / 2)
			size = room / 2 & ~(uint64_t)(PAGE - 1);
		boot->scratch_base[i] =
			beyond_hole(boot->node_base[node] + (below(room - size) & ~(uint64_t)(PAGE - 1)));
		boot->scratch_size[i] = size;
		mark("mark", 0, boot->scratch_base[i], size, SCRATCH);
	}
	printf("scratch_only 1\n");
}

/* Kernel, initrd, boot parameters: in scratch, and so is what kexec brought; firmware tables anywhere. */
static void boot_reservations(const struct boot *boot)
{
	uint64_t limit;

	reserve(0, 64 * KIB, -1, 0);
	for (uint64_t i = 2 + below(8); i; i--) {
		int scratch = (int)below(boot->nr_scratch);
		uint64_t base = boot->scratch_base[scratch] + below(boot->scratch_size[scratch]);
		uint64_t size = PICK(100, PAGE, 3 * PAGE + 17, 256 * KIB, 2 * MIB);

		reserve(one_in(3) ? base : base & ~(uint64_t)(PAGE - 1), size, -1, one_in(2) ? KERN : 0);
	}
	for (uint64_t i = below(30); i; i--) {
		uint64_t base = beyond_hole(below(boot->node_base[nr_nodes - 1] + MIB) + 64 * KIB),
			 size = 1 + below(3 * PAGE);

		reserve(base, size, -1, 0);
	}
	limit = beyond_hole(boot->node_base[nr_nodes - 1] + boot->node_size[nr_nodes - 1]);
	printf("limit %#" PRIx64 "\n", one_in(8) ? (uint64_t)HOLE : limit);
}

/* The SRAT: nodes for memory and for what is reserved already. */
static void boot_nodes(const struct boot *boot)
{
	for (int i = 0; i < nr_nodes; i++) {
		uint64_t base = beyond_hole(boot->node_base[i]);
		uint64_t end = beyond_hole(boot->node_base[i] + boot->node_size[i] - 1) + 1;

		set_node(0, base, end - base, i);
		if (one_in(2))
			set_node(1, base, end - base, i);
		if (one_in(3))
			mark(one_in(2) ? "mark" : "clear", 0, base, end - base, HOTPLUG);
	}
	for (int i = 0; i < nr_nodes; i++)
		alloc("alloc_range", (struct wish){ 0x26000 + 64 * below(9), PICK(64, PAGE), 0, 0, i, false });
}

/* Page tables, command lines, resources, per-CPU areas. */
static void boot_small_things(uint64_t count)
{
	for (; count; count--) {
		uint64_t size = PICK(PAGE, PAGE, PAGE, 2 * PAGE, 64, 104, 200, 1000, 32 * KIB);
		uint64_t align = size % PAGE ? PICK(0, 8, 64) : PAGE;
		uint64_t from = one_in(4) ? PICK(16 * MIB, 4 * GIB) : 0, to = one_in(8) ? PICK(GIB, 4 * GIB, 1) : 0;
		int nid = one_in(3) ? any_node() : -1;

		alloc(one_in(3) ? "alloc_range" : "alloc", (struct wish){ size, align, from, to, nid, one_in(6) });
		if (one_in(12))
			printf("free_again %" PRIu64 "\n", below(8));
	}
}

/* In one piece; failing that, and to see what that would do, in blocks; the last of them in pages. */
static void boot_memory_map(const struct boot *boot)
{
	for (int i = 0; i < nr_nodes; i++) {
		uint64_t sections = 1 + boot->node_size[i] / (128 * MIB);
		struct wish piece = { sections * 2 * MIB, 2 * MIB, 16 * MIB, 0, i, true };
		struct wish block = { 2 * MIB, 2 * MIB, 16 * MIB, 0, i, false };
		struct wish page = { PAGE, PAGE, 16 * MIB, 0, i, false };

		alloc("alloc", piece);
		if (one_in(2))
			blocks(block, sections < 5000 ? sections : 5000);
		if (one_in(3))
			blocks(page, below(2000));
		boot_small_things(below(4));
	}
}

/* From here on all memory will do; what was preserved is reserved, a few pages here and there. */
static void boot_preserved(const struct boot *boot)
{
	printf("scratch_only 0\n");
	for (uint64_t i = below(250); i; i--) {
		int node = any_node();
		uint64_t base =
			beyond_hole(boot->node_base[node] + (below(boot->node_size[node]) & ~(uint64_t)(PAGE - 1)));
		uint64_t size = (uint64_t)PAGE << below(10);

		reserve(base, size, -1, 0);
		mark("mark", 1, base, size, NOINIT);
	}
	for (int i = 0; i < boot->nr_scratch; i++)
		mark("clear", 0, boot->scratch_base[i], boot->scratch_size[i], SCRATCH);
}

static void make_boot(void)
{
	struct boot boot = { 0 };

	nr_nodes = (int)PICK(1, 2, 2, 2, 4, 8);
	printf("start 128 %" PRIu64 " 0\n", PICK(128, 128, 8, 24));
	boot_memory(&boot);
	boot_scratch(&boot);
	boot_reservations(&boot);
	boot_small_things(below(20));
	boot_nodes(&boot);
	boot_small_things(below(60));
	ask();
	boot_memory_map(&boot);
	boot_small_things(below(60));
	ask();
	boot_preserved(&boot);
	boot_small_things(below(40));
	ask();
}

/* --- chaos --- */

/* What one machine of it is like. */
struct chaos {
	uint64_t span;	 /* bytes that there may be memory in */
	uint64_t grain;	 /* what sizes are made of */
	bool at_the_end; /* there is memory at the end of the address space */
};

static uint64_t any_place(const struct chaos *chaos)
{
	uint64_t place = one_in(3) ? below(chaos->span) : places[below(nr_places)];

	return place + PICK(0, 0, 0, 1, -1, chaos->grain, -chaos->grain);
}

static uint64_t any_size(const struct chaos *chaos)
{
	uint64_t size = chaos->grain * PICK(1, 1, 2, 3, 8, 64, 512);

	if (one_in(40))
		return PICK(0, -1, -PAGE, chaos->span, 1);
	return size + PICK(0, 0, 0, 1, -1);
}

/* From one place to another that is above it. */
static void any_range(const struct chaos *chaos, uint64_t *base, uint64_t *size)
{
	uint64_t end = any_place(chaos);

	*base = any_place(chaos);
	*size = one_in(2) && end > *base ? end - *base : any_size(chaos);
}

static struct wish any_wish(const struct chaos *chaos)
{
	struct wish wish = { 0 };

	wish.size = chaos->grain * PICK(1, 1, 1, 1, 2, 2, 3, 16) - (one_in(5) ? PICK(1, 16, chaos->grain - 1) : 0);
	if (!wish.size)
		wish.size = 1; /* see KHO_MB_UNMODELLED */
	wish.align = one_in(20) ? PICK(4 * PAGE, 2 * MIB) : PICK(0, 1, 64, PAGE, PAGE);
	wish.from = one_in(6) ? any_place(chaos) : 0;
	wish.to = one_in(8) ? any_place(chaos) : PICK(0, 0, 0, 1, -1);
	wish.nid = maybe_node();
	wish.exact = one_in(4);
	return wish;
}

static unsigned int any_memory_flag(void)
{
	return (unsigned int)PICK(SCRATCH, SCRATCH, SCRATCH, SCRATCH, HOTPLUG, NOMAP, DRIVER_MANAGED);
}

static void chaos_allocation(const struct chaos *chaos)
{
	struct wish wish = any_wish(chaos);
	uint64_t count = below(one_in(4) ? 300 : 12);

	switch (below(8)) {
	case 0:
		blocks(wish, count);
		break;
	case 1:
		wish.size = wish.align = (uint64_t)PAGE << below(5);
		blocks(wish, count);
		break;
	case 2:
	case 3:
		alloc("alloc_range", wish);
		break;
	default:
		alloc("alloc", wish);
		break;
	}
}

static void chaos_of_memory(const struct chaos *chaos)
{
	uint64_t base, size, what = below(8);

	any_range(chaos, &base, &size);
	if (what <= 2 && !chaos->at_the_end && (base + size < base || base + size > 4 * chaos->span)) {
		base = below(chaos->span);
		size = chaos->grain;
	}
	switch (what) {
	case 0:
		say_range("add", base, size);
		putchar('\n');
		break;
	case 1:
	case 2:
		add(base, size, any_node(), one_in(4) ? any_memory_flag() : 0);
		break;
	case 3:
		say_range("remove", base, size);
		putchar('\n');
		break;
	case 4:
		set_node(0, base, size, any_node());
		break;
	case 5:
		mark("clear", 0, base, size, any_memory_flag());
		break;
	default:
		mark("mark", 0, base, size, any_memory_flag());
		break;
	}
}

static void chaos_of_reserved(const struct chaos *chaos)
{
	uint64_t base, size;

	any_range(chaos, &base, &size);
	if (!one_in(6)) /* or soon nothing is left */
		size = chaos->grain * (1 + below(8));
	switch (below(10)) {
	case 0:
		set_node(1, base, size, maybe_node());
		break;
	case 1:
		mark(one_in(2) ? "mark" : "clear", 1, base, size, NOINIT);
		break;
	case 2:
	case 3:
		say_range("free", base, one_in(2) ? size : size * 64);
		putchar('\n');
		break;
	case 4:
		printf("free_again %" PRIu64 "\n", below(20));
		break;
	default:
		reserve(base, size, maybe_node(), (unsigned int)PICK(0, KERN, KERN, NOINIT));
		break;
	}
}

static void chaos_of_rules(const struct chaos *chaos)
{
	switch (below(6)) {
	case 0:
		printf("limit %#" PRIx64 "\n", one_in(4) ? any_place(chaos) : UINT64_MAX);
		break;
	case 1:
		if (!chaos->at_the_end) /* where rounding up wraps */
			printf("trim %#" PRIx64 "\n", PICK(PAGE, 16 * PAGE, 64));
		break;
	case 2:
	case 3:
		printf("scratch_only %d\n", one_in(2));
		break;
	default:
		ask();
		break;
	}
}

static void make_chaos(void)
{
	struct chaos chaos;
	uint64_t calls = 50 + below(300), memory = 1 + below(10);
	bool tight = one_in(3);

	nr_nodes = 1 + (int)below(4);
	chaos.grain = PICK(1, 64, PAGE, PAGE, PAGE, 64 * KIB, 2 * MIB);
	chaos.span = chaos.grain * (200 + below(4000)) + PAGE;
	if (tight) {
		chaos.grain = PICK(64, PAGE);
		chaos.span = PAGE * (8 + below(40));
	}
	remember(0);
	remember(PAGE);
	chaos.at_the_end = one_in(20);
	remember(chaos.at_the_end ? UINT64_MAX : chaos.span);
	printf("start %" PRIu64 " %" PRIu64 " %d\n", tight ? PICK(2, 4) : PICK(128, 128, 16),
	       tight ? PICK(1, 2, 4, 8) : PICK(128, 64, 16), one_in(6));
	if (!one_in(12))
		printf("resize\n");
	if (chaos.at_the_end)
		add(-chaos.grain * 500, chaos.grain * 600, any_node(), 0);
	for (; memory; memory--) {
		uint64_t base = below(chaos.span), size = chaos.grain * (1 + below(600)) + PAGE * below(8);

		add(base, size, any_node(), one_in(8) ? any_memory_flag() : 0);
		if (one_in(2))
			mark("mark", 0, base + size / 4, size / 2, SCRATCH);
	}
	printf("scratch_only %d\n", one_in(2));
	for (; calls; calls--) {
		switch (below(16)) {
		case 0:
			chaos_of_rules(&chaos);
			break;
		case 1:
		case 2:
			chaos_of_memory(&chaos);
			break;
		case 3:
		case 4:
		case 5:
		case 6:
		case 7:
			chaos_of_reserved(&chaos);
			break;
		default:
			chaos_allocation(&chaos);
			break;
		}
	}
	ask();
}

/* --- a kernel at its end: a few pages, tiny arrays, and no place for larger ones --- */

static void make_full(void)
{
	struct chaos chaos = { .grain = PAGE, .span = PAGE * (4 + below(16)) };

	nr_nodes = 2;
	printf("start %" PRIu64 " %" PRIu64 " 0\nresize\n", PICK(1, 2, 3, 4), PICK(1, 2, 4));
	add(one_in(2) ? 0 : PAGE, chaos.span, 0, 0);
	for (uint64_t calls = 4 + below(30); calls; calls--) {
		uint64_t base = PAGE * below(4 + chaos.span / PAGE), size = PAGE * (1 + below(2));

		switch (below(6)) {
		case 0:
			chaos_of_memory(&chaos);
			break;
		case 1:
			mark("mark", 0, base, size, HOTPLUG);
			break;
		case 2:
			reserve(0, base + size, any_node(), KERN);
			break;
		case 3:
			chaos_allocation(&chaos);
			break;
		default:
			reserve(base, size + PICK(0, 1, -1), maybe_node(), 0);
			break;
		}
	}
	ask();
}

int main(int argc, char **argv)
{
	uint64_t first, count;

	if (argc != 3) {
		fprintf(stderr, "usage: generate FIRST COUNT\n");
		return 2;
	}
	first = strtoull(argv[1], NULL, 10);
	count = strtoull(argv[2], NULL, 10);
	for (uint64_t seed = first; seed < first + count; seed++) {
		chance = kho_random_start(seed, 0);
		nr_places = 0;
		printf("# seed %" PRIu64 "\n", seed);
		if (seed % 4 == 3)
			make_full();
		else if (seed % 4 == 1)
			make_chaos();
		else
			make_boot();
	}
	return fflush(stdout) ? 3 : 0;
}
