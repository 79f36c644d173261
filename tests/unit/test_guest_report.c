// SPDX-License-Identifier: GPL-2.0-only
/* The guest's report, put together from records: the good one, and each way to lie. */
#include "tests/unit/test.h"
#include "tests/unit/records.h"

static void good(void **state)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);

	feed(report, "first", good_first);
	feed(report, "successor", good_successor);
	assert_null(report->fault);
	assert_true(report->first.end && report->successor.end);
	assert_int_equal(report->ranges->len, 4);
	assert_int_equal(report->scratch->len, 4);
	assert_int_equal(report->warnings->len, 1);
	assert_int_equal(report->kernel.answer, KHO_ANSWER_INSUFFICIENT);
	assert_int_equal(report->kernel.usable_bytes, 32 * MIB);
	assert_int_equal(report->guest.required_bytes, 64 * MIB);
	assert_int_equal(report->revived, KHO_TRUE);
	assert_true(kho_report_payload_intact(report));
}

/* A stage that never began is not a stage that went well. */
static void nothing_at_all(void **state)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);

	assert_int_equal(report->kho_on, KHO_UNKNOWN);
	assert_int_equal(report->revived, KHO_UNKNOWN);
	assert_false(kho_report_payload_intact(report));
}

static void assert_fault(const char *stage, unsigned int number, const char *rest, const char *run,
			 const char *expected)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	g_autofree char *line = make_record(run, stage, number, rest);

	kho_report_take(report, line);
	assert_non_null(report->fault);
	assert_non_null(strstr(report->fault, expected));
}

static void faults(void **state)
{
	assert_fault("first", 0, "hello release=1", "fedcba9876543210", "of another run");
	assert_fault("third", 0, "hello release=1", RUN, "of an unknown stage");
	assert_fault("successor", 0, "hello release=1", RUN, "of a successor before its time");
	assert_fault("first", 1, "hello release=1", RUN, "out of sequence");
	assert_fault("first", 0, "helo release=1", RUN, "of an unknown type");
	assert_fault("first", 0, "revived state=yes", RUN, "of an unknown type");
	assert_fault("first", 0, "kho state=maybe", RUN, "with impossible values");
	assert_fault("first", 0, "range node=1024 start=0 end=1", RUN, "with impossible values");
	assert_fault("first", 0, "scratch start=18446744073709551615 size=2", RUN, "with impossible values");
	assert_fault("first", 0, "preserved-at start=18446744073709551615 size=2", RUN, "with impossible values");
	assert_fault("first", 0, "preserved-at start=4096", RUN, "with impossible values");
	assert_fault("first", 0, "geometry struct_page=64 page=4096 pmd=0 pages_per_section=0 vmemmap=1", RUN,
		     "with impossible values");
	assert_fault("first", 0, "guest-node id=0 map_count=1 required=1 usable=1 insufficient=0", RUN,
		     "with impossible values");
}

/* A record that got lost is seen by the number of the next. */
static void lost_record(void **state)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	g_autofree char *hello = make_record(RUN, "first", 0, "hello release=1");
	g_autofree char *end = make_record(RUN, "first", 2, "end");

	kho_report_take(report, hello);
	kho_report_take(report, end);
	assert_non_null(report->fault);
	assert_false(report->first.end);
}

/* The first fault stands. */
static void first_fault_stands(void **state)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);

	kho_report_take(report, "noise");
	kho_report_take(report, "more");
	assert_string_equal(report->fault, "record cut off or garbled: noise");
}

static void payload(void **state)
{
	static const char *const one_missing[] = { "hello release=1", "revived state=yes reason=",
						   "intact method=luo state=yes reason= bytes=1", "end", NULL };
	static const char *const one_broken[] = { "hello release=1",
						  "revived state=yes reason=",
						  "intact method=luo state=no reason=content%20differs bytes=1",
						  "intact method=test_kho state=yes reason= bytes=0",
						  "end",
						  NULL };
	g_autoptr(KhoReport) missing = kho_report_new(RUN), broken = kho_report_new(RUN);

	feed(missing, "first", good_first);
	feed(missing, "successor", one_missing);
	assert_false(kho_report_payload_intact(missing));
	feed(broken, "first", good_first);
	feed(broken, "successor", one_broken);
	assert_false(kho_report_payload_intact(broken));
	assert_string_equal(g_ptr_array_index(broken->not_intact, 0), "luo: content differs");
}

/* A guest gone mad cannot fill the host's memory. */
static void endless_records(void **state)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);

	for (unsigned int i = 0; i < 20000; i++) {
		g_autofree char *line = make_record(RUN, "first", i, "warning text=x");

		kho_report_take(report, line);
	}
	assert_true(report->warnings->len < 10000);
	assert_non_null(report->fault);
}

/* --- what the first kernel's console adds --- */

#define TRACE                                                                               \
	"[    0.000000] memblock_add: [0x1000-0x9fbff] e820__memblock_setup+0x58/0xc0\r\n"  \
	"[    0.000000] memblock_phys_alloc_range: 16777216 bytes align=0x200000 from=0x0 " \
	"max_addr=0xffffffff kho_memory_init+0x282/0x510\r\n"
#define LOADED(mem)                                                                                      \
	"[    1.0] kexec_file: kernel: (____ptrval____) kernel_size: 0x277400\r\n"                       \
	"[    1.1] kexec-bzImage64: Loaded 64bit kernel at 0xba400000 bufsz=0x277400 memsz=0xc14000\r\n" \
	"[    1.2] kexec_file: nr_segments = 2\r\n"                                                      \
	"[    1.3] kexec_file: segment[0]: buf=0x0 bufsz=0x40 mem=" mem " memsz=0x1000\r\n"              \
	"[    1.4] kexec_file: segment[1]: buf=0x0 bufsz=0x277400 mem=0xba400000 memsz=0xc14000\r\n"

static const char *const disabled_first[] = { "hello release=6.19.6", "kho state=off reason=none", "end", NULL };

static void assert_console(const char *const *records, const char *text, guint events, guint segments,
			   const char *missing)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	g_autofree char *told = NULL;
	struct kho_console console;

	feed(report, "first", records);
	assert_null(report->fault);
	kho_console_init(&console);
	kho_console_take(&console, text, strlen(text));
	kho_report_take_console(report, &console);
	kho_console_clear(&console);
	assert_int_equal(report->events->len, events);
	assert_int_equal(report->segments->len, segments);
	g_ptr_array_add(report->missing, NULL);
	told = g_strjoinv("; ", (char **)report->missing->pdata);
	g_ptr_array_set_size(report->missing, (int)report->missing->len - 1);
	assert_string_equal(told, missing);
}

static void console(void **state)
{
	assert_console(good_first, TRACE LOADED("0xbb3f0000"), 1, 2, "");
	assert_console(good_first, "[ 0.0] Linux version 6.19.6\n", 0, 0,
		       "early trace: the console shows none: was memblock=debug given, and is the log level 7?; "
		       "segments: the console does not show where they were loaded");
	assert_console(good_first, "** 3 printk messages dropped **\n" TRACE LOADED("0xbb3f0000"), 0, 2,
		       "early trace: the kernel lost messages: '** 3 printk messages dropped **'");
	/* All or nothing: a list without its end. */
	assert_console(good_first, TRACE "kexec_file: nr_segments = 2\n", 1, 0,
		       "segments: the console does not show where they were loaded");
	/* A digit that came out wrong. */
	assert_console(good_first, TRACE LOADED("0xcb3f0000"), 1, 0,
		       "segments: where the console shows them is no scratch");
}

/* Without a handover nothing is missing; but a trace is a trace. */
static void console_without_handover(void **state)
{
	static const char *const rejected[] = { "hello release=6.19.6",
						"kho state=on reason=", "load status=EADDRNOTAVAIL", "end", NULL };

	assert_console(disabled_first, "", 0, 0, "");
	assert_console(disabled_first, TRACE LOADED("0xbb3f0000"), 1, 0, "");
	assert_console(rejected, TRACE, 1, 0, "");
	assert_console(&disabled_first[3], TRACE, 1, 0, "");
}

/* Words of the successor's are not of the first kernel. */
static void console_of_the_successor(void **state)
{
	assert_console(good_first, "kexec_core: Starting new kernel\n" TRACE LOADED("0xbb3f0000"), 0, 0,
		       "early trace: the console shows none: was memblock=debug given, and is the log level 7?; "
		       "segments: the console does not show where they were loaded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(faults),
		cmocka_unit_test(lost_record),
		cmocka_unit_test(first_fault_stands),
		cmocka_unit_test(payload),
		cmocka_unit_test(endless_records),
		cmocka_unit_test(console),
		cmocka_unit_test(console_without_handover),
		cmocka_unit_test(console_of_the_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
