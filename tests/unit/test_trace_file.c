// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traces of early boot as files. Recorded consoles (tests/golden/early-boot-NAME.console) and what must be read from
 * them (early-boot-NAME.trace); KHO_RENEW_GOLDEN=1 writes the latter anew: read the diff.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/model/early_trace.h"
#include "harness/model/error.h"
#include "harness/model/random.h"
#include "harness/report/trace_file.h"
#include "tests/unit/test.h"

#define GOLDEN "tests/golden/early-boot-"
#define HEAD   "kho-trace 1\n"

static const char *const recorded[] = { "one-8M-8M-64M", "two-even-64M-256M-64M" };

static GArray *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	GArray *events = kho_trace_parse("x.trace", text, &error);

	if (error)
		fail_msg("%s", error->message);
	return events;
}

static void assert_refused(const char *text, const char *message)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_trace_parse("x.trace", text, &error));
	assert_int_equal(kho_error_exit(error), KHO_EXIT_INPUT);
	assert_string_equal(error->message, message);
}

static void assert_same(const GArray *a, const GArray *b)
{
	assert_int_equal(a->len, b->len);
	for (guint i = 0; i < a->len; i++) {
		const struct kho_early_event *x = &g_array_index(a, struct kho_early_event, i);
		const struct kho_early_event *y = &g_array_index(b, struct kho_early_event, i);

		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->exact, y->exact);
		assert_int_equal(x->traced, y->traced);
		assert_int_equal(x->nid, y->nid);
		assert_int_equal(x->flags, y->flags);
		assert_true(x->size == y->size && x->align == y->align && x->from == y->from && x->to == y->to);
		assert_true(x->base == y->base);
		assert_string_equal(x->caller, y->caller);
	}
}

/* --- the format --- */

#define ALL                                                                         \
	HEAD "found 1000000 a10000 20\n"                                            \
	     "initrd bf87e000 762000\n"                                             \
	     "add 1000 9ec00 -1\n"                                                  \
	     "add 100000 1000 3\n"                                                  \
	     "remove 2000 1000 e820__memblock_setup\n"                              \
	     "reserve 0 100000 -1 0 reserve_real_mode\n"                            \
	     "alloc 99000 6000 1000 0 100000 -1 any traced 20 reserve_real_mode\n"  \
	     "alloc 0 4000000 200000 1000000 1 1 exact traced 0 memmap_alloc\n"     \
	     "alloc 13fffd0c0 2f40 40 0 0 1 any untraced 20 memblock_alloc_range\n" \
	     "free 23fe00000 200000 init_mem_mapping\n"                             \
	     "double 23bbf4000 100\n"

static void test_format(void **state)
{
	g_autoptr(GArray) events = parse(ALL);
	g_autofree char *text = kho_trace_format(events);
	const struct kho_early_event *exact = &g_array_index(events, struct kho_early_event, 7);

	assert_string_equal(text, ALL);
	assert_int_equal(events->len, 11);
	assert_int_equal(exact->kind, KHO_EARLY_ALLOC);
	assert_true(exact->exact && exact->traced);
	assert_int_equal(exact->base, 0);
	assert_int_equal(exact->size, 64 * MIB);
	assert_int_equal(exact->align, 2 * MIB);
	assert_int_equal(exact->from, 16 * MIB);
	assert_int_equal(exact->to, 1);
	assert_int_equal(exact->nid, 1);
	assert_string_equal(exact->caller, "memmap_alloc");
}

static void test_empty(void **state)
{
	g_autoptr(GArray) events = parse(HEAD);
	g_autofree char *text = kho_trace_format(events);

	assert_int_equal(events->len, 0);
	assert_string_equal(text, HEAD);
}

static void test_refused(void **state)
{
	static const char *const heads[] = {
		"", "\n", "kho-trace 2\n", "kho-trace 1 \n", "kho-trace 1\r\n", "found 0 1 0\n"
	};
	static const char *const lines[] = {
		"",
		"\r",
		" found 0 1 0",
		"found 0 1 0 ",
		"found 0 1 0\r",
		"found 0  1 0",
		"found 0 1",
		"found 0 1 0 0",
		"found",
		"fund 0 1 0",
		"found 0x0 1 0",
		"found 00 1 0",
		"found A 1 0",
		"found -1 1 0",
		"found 0 0 0",
		"found 0 1 100000000",
		"found 10000000000000000 1 0",
		"found 10000000000000 1 0",
		"found fffffffffffff 2 0",
		"found 0 10000000000001 0",
		"found g 1 0",
		"add 0 1 -2",
		"add 0 1 1024",
		"add 0 1 01",
		"add 0 1 a",
		"reserve 0 1 0 0 ",
		"reserve 0 1 0 0",
		"reserve 0 1 0 0 a_name_that_no_event_has_room_for_",
		"reserve 0 1 0 0 caf\xc3\xa9",
		"alloc 0 1 0 0 0 0 any traced 0 a",
		"alloc 0 1 3 0 0 0 any traced 0 a",
		"alloc 0 1 1 0 0 0 some traced 0 a",
		"alloc 0 1 1 0 0 0 any Traced 0 a",
		"double 0 0",
		"double 0 1000001",
	};

	for (size_t i = 0; i < COUNT(heads); i++)
		assert_refused(heads[i], "x.trace:1: not a trace of early boot: it does not begin with 'kho-trace 1'");
	for (size_t i = 0; i < COUNT(lines); i++) {
		g_autofree char *text = g_strconcat(HEAD "found 0 1 0\n", lines[i], "\nfound 0 1 0\n", NULL);

		assert_refused(text, "x.trace:3: not an event of early boot");
	}
}

/* Cut off anywhere, a trace is none. */
static void test_cut_off(void **state)
{
	assert_refused("kho-trace 1", "x.trace:1: cut off: a trace ends with a newline");
	assert_refused(HEAD "found 0 1 0", "x.trace:2: cut off: a trace ends with a newline");
	for (gsize length = 0; length < strlen(ALL); length++) {
		g_autofree char *text = g_strndup(ALL, length);

		if (!g_str_has_suffix(text, "\n"))
			assert_null(kho_trace_parse("x.trace", text, NULL));
	}
}

static void test_too_many(void **state)
{
	g_autoptr(GString) text = g_string_new(HEAD);

	for (guint i = 0; i < KHO_EARLY_EVENTS_MAX; i++)
		g_string_append(text, "found 0 1 0\n");
	g_array_unref(parse(text->str));
	g_string_append(text, "found 0 1 0\n");
	assert_refused(text->str, "x.trace:65538: too many events");
}

/* Whatever is accepted comes out as it went in. */
static void test_mutations(void **state)
{
	struct kho_random random = kho_random_start(1, 0);

	for (int round = 0; round < 20000; round++) {
		g_autofree char *text = g_strdup(ALL), *again = NULL;
		g_autoptr(GArray) events = NULL;

		for (int i = 0; i < 2; i++)
			text[kho_random_below(&random, strlen(ALL))] =
				"0123456789abcdef -\n"[kho_random_below(&random, 19)];
		events = kho_trace_parse("x.trace", text, NULL);
		if (!events)
			continue;
		again = kho_trace_format(events);
		assert_string_equal(again, text);
		for (guint i = 0; i < events->len; i++)
			assert_true(kho_early_event_valid(&g_array_index(events, struct kho_early_event, i)));
	}
}

/* The name is of the content, as sha256sum(1) sees it. */
static void test_name(void **state)
{
	g_autofree char *name = kho_trace_name(HEAD), *other = kho_trace_name(ALL);

	assert_string_equal(name, "traces/f246a04757c18d14.trace");
	assert_string_not_equal(name, other);
}

/* --- recorded consoles --- */

static char **console_lines(const char *name)
{
	g_autofree char *path = g_strconcat(GOLDEN, name, ".console", NULL);
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return g_strsplit(text, "\n", -1);
}

static struct kho_early_trace *take_lines(char **lines, guint from, guint count)
{
	struct kho_early_trace *trace = kho_early_trace_new();

	for (guint i = from; i < from + count && lines[i]; i++)
		kho_early_trace_take(trace, lines[i]);
	return trace;
}

static void test_golden(void **state)
{
	for (size_t i = 0; i < COUNT(recorded); i++) {
		g_autofree char *path = g_strconcat(GOLDEN, recorded[i], ".trace", NULL);
		g_auto(GStrv) lines = console_lines(recorded[i]);
		g_autoptr(KhoEarlyTrace) trace = take_lines(lines, 0, G_MAXINT);
		g_autofree char *problem = kho_early_trace_problem(trace);
		g_autofree char *text = kho_trace_format(trace->events), *expected = NULL;
		g_autoptr(GArray) events = parse(text);

		assert_null(problem);
		assert_same(events, trace->events);
		if (getenv("KHO_RENEW_GOLDEN"))
			assert_true(g_file_set_contents(path, text, -1, NULL));
		assert_true(g_file_get_contents(path, &expected, NULL, NULL));
		assert_string_equal(text, expected);
	}
}

static guint end_of(char **lines)
{
	guint end = 0;

	while (!strstr(lines[end], "kho_memory_init+"))
		end++;
	assert_in_range(end, 100, 1000);
	return end;
}

/* Cut off at any line before its end, a console has no trace. */
static void test_golden_cut_off(void **state)
{
	g_auto(GStrv) lines = console_lines(recorded[1]);
	guint end = end_of(lines);

	for (guint count = 0; count <= end; count++) {
		g_autoptr(KhoEarlyTrace) trace = take_lines(lines, 0, count);
		g_autofree char *problem = kho_early_trace_problem(trace);

		assert_non_null(problem);
	}
}

/* Bytes of a console changed: the trace is void, or one that can be written and read. */
static void test_golden_mutations(void **state)
{
	g_auto(GStrv) lines = console_lines(recorded[1]);
	struct kho_random random = kho_random_start(2, 0);
	guint count = end_of(lines);

	for (int round = 0; round < 1000; round++) {
		guint victim = (guint)kho_random_below(&random, count);
		g_autofree char *whole = g_strdup(lines[victim]);
		g_autoptr(KhoEarlyTrace) trace = NULL;
		g_autofree char *text = NULL;

		if (!*whole)
			continue;
		lines[victim][kho_random_below(&random, strlen(whole))] = (char)(1 + kho_random_below(&random, 255));
		trace = take_lines(lines, 0, count);
		strcpy(lines[victim], whole);
		text = kho_trace_format(trace->events);
		g_array_unref(parse(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),	       cmocka_unit_test(test_empty),
		cmocka_unit_test(test_refused),	       cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_too_many),       cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_name),	       cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_cut_off), cmocka_unit_test(test_golden_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
