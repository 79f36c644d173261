// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's log with memblock=debug, line by line; whole logs: test_trace_file.c and test_replay_golden.c. */
#include <string.h>

#include "harness/model/early_trace.h"
#include "harness/model/random.h"
#include "tests/unit/test.h"

#define ALLOC  " memblock_alloc_range_nid+0xc8/0x190"
#define ANSWER "__memblock_reserve: [0x0000000000099000-0x000000000009efff] nid=-1 flags=20" ALLOC
#define END    "memblock_alloc_try_nid: 64 bytes align=0x1000 nid=-1 from=0x0 max_addr=0x0 kho_memory_init+0x257/0x510"
#define REQUEST \
	"memblock_alloc_try_nid: 24576 bytes align=0x1000 nid=1 from=0x1000 max_addr=0x0 reserve_real_mode+0x4e/0xa0"

static struct kho_early_trace *take(const char *const *lines)
{
	struct kho_early_trace *trace = kho_early_trace_new();

	for (; *lines; lines++)
		kho_early_trace_take(trace, *lines);
	return trace;
}

#define TAKE(...) take((const char *const[]){ __VA_ARGS__, NULL })

static const struct kho_early_event *event(const struct kho_early_trace *trace, guint i)
{
	assert_in_range(i, 0, trace->events->len - 1);
	return &g_array_index(trace->events, struct kho_early_event, i);
}

static void assert_problem(const struct kho_early_trace *trace, const char *part)
{
	g_autofree char *problem = kho_early_trace_problem(trace);

	if (!problem || !strstr(problem, part))
		fail_msg("'%s' instead of '%s'", problem ?: "no problem", part);
}

static void assert_good(const struct kho_early_trace *trace, guint events)
{
	g_autofree char *problem = kho_early_trace_problem(trace);

	if (problem)
		fail_msg("%s", problem);
	assert_int_equal(trace->events->len, events);
}

/* --- requests and answers --- */

/* A request and its answer are one event. */
static void test_request(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE("[    0.000000] memblock_phys_alloc_range: 24576 bytes align=0x1000 from=0x0000000000001000 "
		     "max_addr=0x0000000000100000 reserve_real_mode+0x4e/0xa0\r",
		     "[    0.000000][    T0] " ANSWER "\r",
		     "memblock_alloc_exact_nid_raw: 67108864 bytes align=0x200000 nid=1 from=0x1000000 max_addr=0x1 "
		     "memmap_alloc+0x16/0x20",
		     END);

	assert_good(trace, 2);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ALLOC);
	assert_true(event(trace, 0)->traced);
	assert_false(event(trace, 0)->exact);
	assert_int_equal(event(trace, 0)->base, 0x99000);
	assert_int_equal(event(trace, 0)->size, 24576);
	assert_int_equal(event(trace, 0)->align, 0x1000);
	assert_int_equal(event(trace, 0)->from, 0x1000);
	assert_int_equal(event(trace, 0)->to, 0x100000);
	assert_int_equal(event(trace, 0)->flags, 0x20);
	assert_int_equal(event(trace, 0)->nid, KHO_ANY_NODE);
	assert_string_equal(event(trace, 0)->caller, "reserve_real_mode");
	/* The second one was never answered: it failed. */
	assert_true(event(trace, 1)->exact);
	assert_int_equal(event(trace, 1)->nid, 1);
	assert_int_equal(event(trace, 1)->to, 1);
	assert_int_equal(event(trace, 1)->base, 0);
}

/* Whatever else happens after a request says that it was refused; then an answer is another one's. */
static void test_refused(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE(REQUEST, "memblock_phys_free: [0x1000-0x1fff] memblock_free+0x1/0x2",
					      ANSWER, REQUEST, REQUEST, END);

	assert_good(trace, 5);
	assert_int_equal(event(trace, 0)->base, 0);
	assert_int_equal(event(trace, 2)->base, 0x99000);
	assert_false(event(trace, 2)->traced);
	assert_int_equal(event(trace, 3)->base, 0);
	assert_int_equal(event(trace, 4)->base, 0);
}

/* Node data is asked for without a word. */
static void test_untraced(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE("__memblock_reserve: [0x13fffd0c0-0x13fffffff] nid=1 flags=20" ALLOC, END);

	assert_good(trace, 1);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ALLOC);
	assert_false(event(trace, 0)->traced);
	assert_false(event(trace, 0)->exact);
	assert_int_equal(event(trace, 0)->nid, 1);
	assert_int_equal(event(trace, 0)->align, 64);
	assert_int_equal(event(trace, 0)->size, 0x2f40);
	assert_string_equal(event(trace, 0)->caller, "memblock_alloc_range_nid");
}

/* memblock_alloc_range_nid() takes memory of any node where the one that was asked for has none, unless it is exact. */
static void test_answers(void **state)
{
	static const struct {
		const char *request, *answer;
		bool fits;
	} cases[] = {
		{ REQUEST, "__memblock_reserve: [0x99000-0x9efff] nid=1 flags=20" ALLOC, true },
		{ REQUEST, "__memblock_reserve: [0x99000-0x9efff] nid=-1 flags=20" ALLOC, true },
		{ REQUEST, "__memblock_reserve: [0x99000-0x9efff] nid=0 flags=20" ALLOC, false },
		{ REQUEST, "__memblock_reserve: [0x99000-0x9ffff] nid=1 flags=20" ALLOC, false },
		{ REQUEST, "__memblock_reserve: [0x99800-0x9f7ff] nid=1 flags=20" ALLOC, false },
		{ "memblock_alloc_exact_nid_raw: 4096 bytes align=0x40 nid=1 from=0x0 max_addr=0x1 a+0x1/0x2",
		  "__memblock_reserve: [0x99000-0x99fff] nid=1 flags=20" ALLOC, true },
		{ "memblock_alloc_exact_nid_raw: 4096 bytes align=0x40 nid=1 from=0x0 max_addr=0x1 a+0x1/0x2",
		  "__memblock_reserve: [0x99000-0x99fff] nid=-1 flags=20" ALLOC, false },
		{ "memblock_phys_alloc_range: 4096 bytes align=0x40 from=0x0 max_addr=0x9a000 a+0x1/0x2",
		  "__memblock_reserve: [0x99000-0x99fff] nid=-1 flags=20" ALLOC, true },
		{ "memblock_phys_alloc_range: 4096 bytes align=0x40 from=0x0 max_addr=0x99fff a+0x1/0x2",
		  "__memblock_reserve: [0x99000-0x99fff] nid=-1 flags=20" ALLOC, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoEarlyTrace) trace = TAKE(cases[i].request, cases[i].answer, END);

		if (cases[i].fits)
			assert_good(trace, 1);
		else
			assert_problem(trace, "does not fit its request");
	}
}

/* --- other events --- */

/* 6.18 and 6.19 do not print quite the same, nor do compilers leave functions their names. */
static void test_spellings(void **state)
{
	static const struct {
		const char *line;
		struct kho_early_event event;
	} cases[] = {
		{ "__memblock_reserve: [0x1000-0x1fff] nid=3 flags=20 a+0x1/0x2",
		  { .kind = KHO_EARLY_RESERVE, .nid = 3, .flags = 0x20, .caller = "a" } },
		{ "memblock_reserve: [0x1000-0x1fff] nid=-1 flags=0x20 a+0x1/0x2",
		  { .kind = KHO_EARLY_RESERVE, .nid = -1, .flags = 0x20, .caller = "a" } },
		{ "memblock_reserve: [0x1000-0x1fff] flags=20 a+0x1/0x2",
		  { .kind = KHO_EARLY_RESERVE, .nid = -1, .flags = 0x20, .caller = "a" } },
		{ "memblock_reserve: [0x1000-0x1fff] a+0x1/0x2",
		  { .kind = KHO_EARLY_RESERVE, .nid = -1, .caller = "a" } },
		{ "memblock_reserve: [0x1000-0x1fff] nid=1024 flags=0 a.part.0+0x1/0x2",
		  { .kind = KHO_EARLY_RESERVE, .nid = -1, .caller = "a" } },
		{ "memblock_add: [0x1000-0x1fff] a+0x1/0x2", { .kind = KHO_EARLY_ADD, .nid = -1 } },
		{ "memblock_add_node: [0x1000-0x1fff] nid=1 flags=2 a+0x1/0x2", { .kind = KHO_EARLY_ADD, .nid = 1 } },
		{ "memblock_remove: [0x1000-0x1fff] a+0x1/0x2",
		  { .kind = KHO_EARLY_REMOVE, .nid = -1, .caller = "a" } },
		{ "memblock_phys_free: [0x1000-0x1fff] a+0x1/0x2",
		  { .kind = KHO_EARLY_FREE, .nid = -1, .caller = "a" } },
		{ "memblock_free: [0x1000-0x1fff] a+0x1/0x2", { .kind = KHO_EARLY_FREE, .nid = -1, .caller = "a" } },
		{ "RAMDISK: [mem 0x1000-0x1fff]", { .kind = KHO_EARLY_INITRD, .nid = -1 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoEarlyTrace) trace = TAKE(cases[i].line, END);

		assert_good(trace, 1);
		assert_int_equal(event(trace, 0)->kind, cases[i].event.kind);
		assert_int_equal(event(trace, 0)->base, 0x1000);
		assert_int_equal(event(trace, 0)->size, 0x1000);
		assert_int_equal(event(trace, 0)->nid, cases[i].event.nid);
		assert_int_equal(event(trace, 0)->flags, cases[i].event.flags);
		assert_string_equal(event(trace, 0)->caller, cases[i].event.caller);
	}
}

/* Only the first table counts. */
static void test_tables(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE(
		"memblock_add: [0x0000000000001000-0x000000000009fbff] e820__memblock_setup+0x58/0xc0",
		" reserved[0x0]	[0x0-0xffff], 0x10000 bytes flags: 0x0",
		"MEMBLOCK configuration:", " memory[0x0]	[0x1000-0x9efff], 0x9e000 bytes flags: 0x40",
		" reserved.cnt  = 0x2", " reserved[0x0]	[0x1000000-0x1a0ffff], 0xa10000 bytes on node 0 flags: 0x20",
		" reserved[0x1]	[0x2000000-0x2000fff], 0x1000 bytes flags: 0x0", "RAMDISK: [mem 0xbf87e000-0xbffdffff]",
		"MEMBLOCK configuration:", " reserved.cnt  = 0x7",
		" reserved[0x0]	[0x0-0xffff], 0x10000 bytes flags: 0x0", END);

	assert_good(trace, 4);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ADD);
	assert_int_equal(event(trace, 0)->size, 0x9ec00);
	assert_int_equal(event(trace, 1)->kind, KHO_EARLY_FOUND);
	assert_int_equal(event(trace, 1)->base, 0x1000000);
	assert_int_equal(event(trace, 1)->flags, 0x20);
	assert_int_equal(event(trace, 2)->size, 0x1000);
	assert_int_equal(event(trace, 3)->kind, KHO_EARLY_INITRD);
}

static void test_torn_tables(void **state)
{
#define TABLE "MEMBLOCK configuration:", " reserved.cnt  = 0x2"
#define FIRST "reserved[0x0]	[0x1000-0x1fff], 0x1000 bytes flags: 0x20"
	static const char *const cases[][5] = {
		{ TABLE, FIRST, "nothing" },
		{ TABLE, "nothing", " reserved[0x1]	[0x3000-0x3fff], 0x1000 bytes flags: 0x20" },
		{ TABLE, FIRST, FIRST },
		{ TABLE, FIRST, " reserved.cnt  = 0x2" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x3fff], 0x2000 bytes flags: 0x20" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x2fff], 0x0 bytes flags: 0x20" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x3fff], 0x1000 bytes flags: 20" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x3fff], 0x1000 bytes flags: 0x2000000000" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x3fff], 0x1000 bytes on node x flags: 0x20" },
		{ TABLE, FIRST, " reserved[0x1]	[0x3000-0x3fff], 0x1000 bytes" },
		{ TABLE, FIRST, " reserved[1]	[0x3000-0x3fff], 0x1000 bytes flags: 0x20" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoEarlyTrace) trace =
			take((const char *const[]){ cases[i][0], cases[i][1], cases[i][2], cases[i][3], END, NULL });

		assert_problem(trace, "table");
	}
}

/* memblock_double_array(): the doubling is printed behind the reservation that made it necessary. */
static void test_doubling(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE(REQUEST, ANSWER, "memblock: reserved is doubled to 256 at [0x23bbf4000-0x23bbf57ff]",
		     "__memblock_reserve: [0x23bbf4000-0x23bbf5fff] nid=-1 flags=20 memblock_double_array+0x1/0x2",
		     "memblock: memory is doubled to 512 at [0x1000-0x27ff]", END);

	assert_good(trace, 4);
	assert_int_equal(event(trace, 0)->base, 0x99000);
	assert_int_equal(event(trace, 1)->kind, KHO_EARLY_DOUBLE);
	assert_int_equal(event(trace, 1)->size, 256);
	assert_int_equal(event(trace, 1)->base, 0x23bbf4000);
	assert_int_equal(event(trace, 2)->kind, KHO_EARLY_RESERVE);
	assert_int_equal(event(trace, 3)->size, 512);
}

/* If it should ever come between a request and its answer, it is before both. */
static void test_doubling_between(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE(REQUEST, "memblock: reserved is doubled to 256 at [0x1000-0x27ff]", ANSWER, END);

	assert_good(trace, 2);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_DOUBLE);
	assert_int_equal(event(trace, 1)->base, 0x99000);
}

/* memblock_add_range() and memblock_remove_range() do nothing to what has no size, but it is printed. */
static void test_nothing_happened(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE(ANSWER, "memblock_reserve: [0x0000000000001000-0x0000000000000fff] nid=-1 flags=0 a+0x1/0x2",
		     "memblock_phys_free: [0x0000000000000000-0xffffffffffffffff] a+0x1/0x2",
		     /* not about memblock at all */
		     "Command line: memblock=debug", "ACPI: Reserving FACP table memory at [mem 0xbffe19c5-0xbffe1a38]",
		     "software IO TLB: swiotlb_memblock_alloc: Failed to allocate 67108864 bytes tlb structure",
		     " memory[0x0]	[0x1000-0x9efff], 0x9e000 bytes flags: 0x40", "RIP: 0010:setup_arch+0x1/0x2",
		     "", " ", END);

	assert_good(trace, 1);
}

/* --- the end --- */

static void test_ends(void **state)
{
	static const char *const ends[] = {
		END,
		"memblock_phys_alloc_range: 67108864 bytes align=0x200000 from=0x0 max_addr=0xffffffff "
		"kho_reserve_scratch+0x1/0x2",
		"__memblock_reserve: [0x1000-0x1fff] nid=-1 flags=0 kho_memory_init.cold+0x1/0x2",
		"memblock_free_late: [0x1000-0x1fff] memblock_discard+0x1/0x2",
	};

	for (size_t i = 0; i < COUNT(ends); i++) {
		/* What comes behind the end does not count, not even garbage. */
		g_autoptr(KhoEarlyTrace) trace = TAKE(REQUEST, ANSWER, ends[i], ANSWER, "memblock_add: garbage",
						      "** 12 printk messages dropped **");

		assert_good(trace, 1);
		assert_true(trace->complete);
	}
}

static void test_incomplete(void **state)
{
	g_autoptr(KhoEarlyTrace) nothing = TAKE("Linux version 6.19.6");
	g_autoptr(KhoEarlyTrace) cut = TAKE(REQUEST, ANSWER);
	/* a successor's, which takes over scratch */
	g_autoptr(KhoEarlyTrace) other = TAKE(ANSWER, "memblock_add: [0x1000-0x1fff] kho_populate+0x1/0x2");

	assert_problem(nothing, "the console shows none");
	assert_problem(cut, "does not reach");
	assert_problem(other, "does not reach");
}

/* --- what makes a trace void --- */

static void test_void(void **state)
{
	static const struct {
		const char *line, *problem;
	} cases[] = {
		{ "** 12 printk messages dropped **", "lost messages" },
		{ "[    0.000000] ** 12 printk messages dropped **", "lost messages" },
		{ "memblock: Failed to double reserved array from 128 to 256 entries !", "full" },

		{ "memblock_add: [0x1000-0x9fbff", "memblock's tables" },
		{ "memblock_add: [0x9000-0x1000] e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [0x9000-0xffffffffffffffff] e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [0x9000-0x10000000000000000] e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [0x9000-0x9fff] e820", "memblock's tables" },
		{ "memblock_add: [0x9000-0x9fff] 0xffffffff81000000", "memblock's tables" },
		{ "memblock_add: [0x9000-0x9fff]  e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [9000-9fff] e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [0x-0x9fff] e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=x flags=20 e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=-2 flags=20 e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=1025 flags=20 e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=0 flags=100000000 e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=0 flags=20", "memblock's tables" },

		{ "memblock_alloc_try_nid: 64 bytes align=0x40 nid=0 from=0x0 e820+0x1/0x2", "request" },
		{ "memblock_alloc_try_nid: 64 bytes", "request" },
		{ "memblock_alloc_try_nid: 0x40 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "request" },
		{ "memblock_alloc_try_nid: -64 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "request" },
		{ "memblock_alloc_try_nid: 0 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "no kernel" },
		{ "memblock_alloc_try_nid: 64 bytes align=0x0 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "no kernel" },
		{ "memblock_alloc_try_nid: 64 bytes align=0x30 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "no kernel" },
		{ "memblock_alloc_try_nid: 99999999999999999999 bytes align=0x40 from=0x0 max_addr=0x0 e820+0x1/0x2",
		  "request" },

		{ "memblock: reserved is doubled to ? at [0x1000-0x27ff]", "doubling" },
		{ "memblock: reserved is doubled to 256 at", "doubling" },
		{ "memblock: what is doubled to 256 at [0x1000-0x27ff]", "doubling" },
		{ "memblock: reserved is doubled to 0 at [0x1000-0x27ff]", "no kernel" },
		{ "RAMDISK: [mem 0xbf87e000-0x1000]", "initrd" },
		{ "RAMDISK: [mem 0xbf87e000-0xbf87dfff]", "initrd" },
		{ "RAMDISK: [mem 0xbf87e000-0xbf88", "initrd" },

		/* torn lines, and calls that are not known */
		{ "memblock_alloc_try", "torn" },
		{ "__memblock_reserve [0x1000-0x1fff] nid=0 flags=20 e820+0x1/0x2", "torn" },
		{ "memblock_physmem_add: [0x1000-0x1fff] e820+0x1/0x2", "torn" },
		{ "eserve: [0x1000-0x1fff] nid=0 flags=20 e820+0x1/0x2", "torn" },
		{ "Poking KASLR usinmemblock_add: [0x1000-0x1fff] e820+0x1/0x2", "torn" },
		{ "64 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "torn" },
		{ "max_addr=0x0000000000000000 e820+0x1/0x2", "torn" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoEarlyTrace) trace = TAKE(ANSWER, cases[i].line, END);

		assert_problem(trace, cases[i].problem);
	}
}

/* What is wrong is quoted in one line of text, whatever it was. */
static void test_quotation(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE("memblock_add: \033[2J\xff\x01 and so on");

	assert_problem(trace, "not a change of memblock's tables: 'memblock_add: ?[2J");
	assert_true(g_utf8_validate(trace->fault, -1, NULL));
}

static void test_too_many(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = kho_early_trace_new();

	for (guint i = 0; i <= KHO_EARLY_EVENTS_MAX; i++)
		kho_early_trace_take(trace, ANSWER);
	assert_problem(trace, "too many");
	assert_int_equal(trace->events->len, KHO_EARLY_EVENTS_MAX);
}

/* Bytes of good lines changed at random: no crash, and no event that no kernel can have caused. */
static void test_mutations(void **state)
{
	static const char *const lines[] = { ANSWER,
					     REQUEST,
					     END,
					     "MEMBLOCK configuration:",
					     " reserved[0x0] [0x0-0xffff], 0x10000 bytes flags: 0x0",
					     " reserved.cnt  = 0x1",
					     "RAMDISK: [mem 0xbf87e000-0xbffdffff]",
					     "memblock_add_node: [0x1000-0x1fff] nid=1 flags=2 a+0x1/0x2",
					     "memblock: reserved is doubled to 256 at [0x1000-0x27ff]" };
	struct kho_random random = kho_random_start(1, 0);

	for (int round = 0; round < 20000; round++) {
		g_autoptr(KhoEarlyTrace) trace = kho_early_trace_new();

		for (size_t i = 0; i < 8; i++) {
			g_autofree char *line = g_strdup(lines[kho_random_below(&random, COUNT(lines))]);

			if (i % 3 == 0)
				line[kho_random_below(&random, strlen(line))] = (char)kho_random_below(&random, 256);
			kho_early_trace_take(trace, line);
		}
		for (guint i = 0; i < trace->events->len; i++)
			assert_true(kho_early_event_valid(event(trace, i)));
		g_free(kho_early_trace_problem(trace));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_untraced),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_torn_tables),
		cmocka_unit_test(test_doubling),
		cmocka_unit_test(test_doubling_between),
		cmocka_unit_test(test_nothing_happened),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_void),
		cmocka_unit_test(test_quotation),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
