// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's log with memblock=debug, line by line; whole logs: test_replay_golden.c. */
#include <string.h>

#include "harness/model/early_trace.h"
#include "harness/model/random.h"
#include "tests/unit/test.h"

#define ANSWER                                                                         \
	"__memblock_reserve: [0x0000000000099000-0x000000000009efff] nid=-1 flags=20 " \
	"memblock_alloc_range_nid+0xc8/0x190"
#define END "memblock_alloc_try_nid: 64 bytes align=0x1000 nid=-1 from=0x0 max_addr=0x0 kho_memory_init+0x257/0x510"

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

/* A request and its answer are one event. */
static void test_request(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE("[    0.000000] memblock_phys_alloc_range: 24576 bytes align=0x1000 from=0x0000000000000000 "
		     "max_addr=0x0000000000100000 reserve_real_mode+0x4e/0xa0\r",
		     "[    0.000000] " ANSWER "\r",
		     "memblock_alloc_exact_nid_raw: 67108864 bytes align=0x200000 nid=1 from=0x1000000 max_addr=0x1 "
		     "memmap_alloc+0x16/0x20",
		     END);

	assert_null(trace->fault);
	assert_true(trace->complete);
	assert_int_equal(trace->events->len, 2);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ALLOC);
	assert_int_equal(event(trace, 0)->base, 0x99000);
	assert_int_equal(event(trace, 0)->size, 24576);
	assert_int_equal(event(trace, 0)->to, 0x100000);
	assert_int_equal(event(trace, 0)->flags, 0x20);
	assert_int_equal(event(trace, 0)->nid, KHO_ANY_NODE);
	assert_string_equal(event(trace, 0)->caller, "reserve_real_mode");
	/* The second one was never answered: it failed. */
	assert_true(event(trace, 1)->exact);
	assert_int_equal(event(trace, 1)->nid, 1);
	assert_int_equal(event(trace, 1)->base, 0);
}

/* Node data is asked for without a word. */
static void test_untraced(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE("__memblock_reserve: [0x13fffd0c0-0x13fffffff] nid=1 flags=20 "
					      "memblock_alloc_range_nid+0xc8/0x190");

	assert_int_equal(trace->events->len, 1);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ALLOC);
	assert_false(event(trace, 0)->traced);
	assert_int_equal(event(trace, 0)->nid, 1);
	assert_int_equal(event(trace, 0)->align, 64);
	assert_int_equal(event(trace, 0)->size, 0x2f40);
}

static void test_tables(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE("memblock_add: [0x0000000000001000-0x000000000009fbff] e820__memblock_setup+0x58/0xc0",
		     " reserved[0x0]	[0x0-0xffff], 0x10000 bytes flags: 0x0",
		     "MEMBLOCK configuration:", " memory[0x0]	[0x1000-0x9efff], 0x9e000 bytes flags: 0x40",
		     " reserved[0x0]	[0x1000000-0x1a0ffff], 0xa10000 bytes on node 0 flags: 0x20",
		     "RAMDISK: [mem 0xbf87e000-0xbffdffff]",
		     "MEMBLOCK configuration:", " reserved[0x0]	[0x0-0xffff], 0x10000 bytes flags: 0x0",
		     "memblock_phys_free: [0x23fe00000-0x23fffffff] init_mem_mapping+0x212/0x370",
		     "memblock: reserved is doubled to 256 at [0x23bbf4000-0x23bbf57ff]");

	assert_null(trace->fault);
	assert_int_equal(trace->events->len, 5);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_ADD);
	assert_int_equal(event(trace, 0)->size, 0x9ec00);
	assert_int_equal(event(trace, 1)->kind, KHO_EARLY_FOUND);
	assert_int_equal(event(trace, 1)->base, 0x1000000);
	assert_int_equal(event(trace, 1)->flags, 0x20);
	assert_int_equal(event(trace, 2)->kind, KHO_EARLY_INITRD);
	assert_int_equal(event(trace, 3)->kind, KHO_EARLY_FREE);
	assert_string_equal(event(trace, 3)->caller, "init_mem_mapping");
	assert_int_equal(event(trace, 4)->kind, KHO_EARLY_DOUBLE);
	assert_int_equal(event(trace, 4)->size, 256);
}

/* Doubling comes between a request and its answer. */
static void test_doubling(void **state)
{
	g_autoptr(KhoEarlyTrace) trace =
		TAKE("memblock_alloc_try_nid: 24576 bytes align=0x1000 nid=-1 from=0x0 max_addr=0x0 some_init+0x1/0x2",
		     "memblock: reserved is doubled to 256 at [0x1000-0x27ff]", ANSWER);

	assert_null(trace->fault);
	assert_int_equal(trace->events->len, 2);
	assert_int_equal(event(trace, 0)->kind, KHO_EARLY_DOUBLE);
	assert_int_equal(event(trace, 1)->base, 0x99000);
}

static void assert_problem(const struct kho_early_trace *trace, const char *part)
{
	g_autofree char *problem = kho_early_trace_problem(trace);

	assert_non_null(problem);
	assert_non_null(strstr(problem, part));
}

/* A trace that is not whole is none. */
static void test_void(void **state)
{
	static const struct {
		const char *line, *problem;
	} cases[] = {
		{ "** 12 printk messages dropped **", "lost messages" },
		{ "memblock_add: [0x1000-0x9fbff", "memblock's tables" },
		{ "memblock_add: [0x9000-0x1000] e820+0x1/0x2", "memblock's tables" },
		{ "memblock_add: [0x9000-0xffffffffffffffff] e820+0x1/0x2", "memblock's tables" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=x flags=20 e820+0x1/0x2", "reservation" },
		{ "__memblock_reserve: [0x1000-0x1fff] nid=0 flags=20", "reservation" },
		{ "memblock_alloc_try_nid: 0 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", "request" },
		{ "memblock_alloc_try_nid: 64 bytes align=0x40 nid=0 from=0x0 e820+0x1/0x2", "request" },
		{ "memblock_alloc_try_nid: 64 bytes", "request" },
		{ "memblock: reserved is doubled to ? at [0x1000-0x27ff]", "doubling" },
		{ "memblock: Failed to double reserved array from 128 to 256 entries !", "full" },
		{ "RAMDISK: [mem 0xbf87e000-0x1000]", "initrd" },
		{ "Linux version 6.19.6", "the console shows none" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoEarlyTrace) trace = TAKE(cases[i].line);

		assert_problem(trace, cases[i].problem);
	}
}

static void test_incomplete(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE(ANSWER);
	g_autoptr(KhoEarlyTrace) other = TAKE(
		"memblock_alloc_try_nid: 64 bytes align=0x40 nid=0 from=0x0 max_addr=0x0 e820+0x1/0x2", ANSWER, END);

	assert_problem(trace, "does not reach");
	assert_problem(other, "does not fit its request");
}

/* What comes behind the end does not count, not even garbage. */
static void test_end(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = TAKE(ANSWER, END, "memblock_add: garbage", ANSWER);

	assert_null(kho_early_trace_problem(trace));
	assert_int_equal(trace->events->len, 1);
}

static void test_too_many(void **state)
{
	g_autoptr(KhoEarlyTrace) trace = kho_early_trace_new();

	for (guint i = 0; i <= KHO_EARLY_EVENTS_MAX; i++)
		kho_early_trace_take(trace, ANSWER);
	assert_problem(trace, "too many");
	assert_int_equal(trace->events->len, KHO_EARLY_EVENTS_MAX);
}

/* Bytes of good lines changed at random: no crash, whatever comes of it. */
static void test_mutations(void **state)
{
	static const char *const lines[] = { ANSWER,
					     END,
					     "MEMBLOCK configuration:",
					     " reserved[0x0] [0x0-0xffff], 0x1 bytes flags: 0x0",
					     "RAMDISK: [mem 0xbf87e000-0xbffdffff]",
					     "memblock: reserved is doubled to 256 at [0x1000-0x27ff]" };
	struct kho_random random = kho_random_start(1, 0);

	for (int round = 0; round < 5000; round++) {
		g_autoptr(KhoEarlyTrace) trace = kho_early_trace_new();

		for (size_t i = 0; i < 8; i++) {
			g_autofree char *line = g_strdup(lines[kho_random_below(&random, COUNT(lines))]);

			line[kho_random_below(&random, strlen(line))] = (char)kho_random_below(&random, 128);
			kho_early_trace_take(trace, line);
		}
		g_free(kho_early_trace_problem(trace));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),	 cmocka_unit_test(test_untraced), cmocka_unit_test(test_tables),
		cmocka_unit_test(test_doubling), cmocka_unit_test(test_void),	  cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_end),	 cmocka_unit_test(test_too_many), cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
