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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
