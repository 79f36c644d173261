// SPDX-License-Identifier: GPL-2.0-only
/* From evidence to outcome: each outcome, and each tempting mistake. */
#include "harness/handover/classify.h"
#include "tests/unit/test.h"
#include "tests/unit/records.h"

#define ENTER  "[    1.0] kexec_core: Starting new kernel\n"
#define SPEAKS "[    0.0] Linux version 6.19.6\n"
#define PANIC  "[    0.0] Kernel panic - not syncing: Attempted to kill the idle task!\n"

static const char *const first_off[] = { "hello release=1", "kho state=off reason=KHO:%20Failed", "end", NULL };
static const char *const first_rejected[] = { "hello release=1", "kho state=on reason=", "load status=EADDRNOTAVAIL",
					      "end", NULL };
static const char *const first_error[] = { "hello release=1",
					   "kho state=on reason=", "error what=preserve%20memfd errno=ENOMEM", NULL };
static const char *const first_only_hello[] = { "hello release=1", NULL };
static const char *const not_revived[] = { "hello release=1", "revived state=no reason=KHO:%20disabling", "end", NULL };
static const char *const only_hello[] = { "hello release=1", NULL };
static const char *const broken[] = { "hello release=1", "revived state=yes reason=",
				      "intact method=luo state=no reason=content%20differs bytes=1", "end", NULL };
static const char *const silent[] = { NULL };

static const struct {
	const char *what;
	const char *const *first, *const *successor;
	const char *console;
	enum kho_end end;
	const char *detail;
	enum kho_outcome_name name;
	enum kho_stage stage;
	const char *reason; /* a part of it */
} cases[] = {
	{ "survived", good_first, good_successor, ENTER SPEAKS, KHO_END_SUCCESSOR, NULL, KHO_OUTCOME_SURVIVED,
	  KHO_STAGE_DONE, "preserved memory intact: luo, test_kho" },
	{ "KHO off", first_off, silent, "", KHO_END_FIRST, NULL, KHO_OUTCOME_KHO_DISABLED, KHO_STAGE_FIRST_INIT,
	  "KHO: Failed" },
	{ "load rejected", first_rejected, silent, "", KHO_END_FIRST, NULL, KHO_OUTCOME_LOAD_REJECTED,
	  KHO_STAGE_FIRST_INIT, "kexec_file_load: EADDRNOTAVAIL" },
	{ "nothing preserved", first_error, silent, "", KHO_END_GAVE_UP, NULL, KHO_OUTCOME_NOT_HANDED_OVER,
	  KHO_STAGE_FIRST_INIT, "preserve memfd: ENOMEM" },
	{ "no revival", good_first, not_revived, ENTER SPEAKS, KHO_END_SUCCESSOR, NULL, KHO_OUTCOME_NOT_HANDED_OVER,
	  KHO_STAGE_DONE, "KHO did not revive: KHO: disabling" },
	{ "memory not intact", good_first, broken, ENTER SPEAKS, KHO_END_SUCCESSOR, NULL, KHO_OUTCOME_NOT_HANDED_OVER,
	  KHO_STAGE_DONE, "luo: content differs" },
	{ "silent hang", good_first, silent, ENTER, KHO_END_DEADLINE, "after 6 s", KHO_OUTCOME_HUNG, KHO_STAGE_HANDOVER,
	  "no progress" },
	{ "hang that spoke", good_first, silent, ENTER SPEAKS, KHO_END_DEADLINE, NULL, KHO_OUTCOME_HUNG,
	  KHO_STAGE_SUCCESSOR_BOOT, "no progress" },
	{ "hang in init", good_first, only_hello, ENTER SPEAKS, KHO_END_DEADLINE, NULL, KHO_OUTCOME_HUNG,
	  KHO_STAGE_SUCCESSOR_INIT, "no progress" },
	{ "panic", good_first, silent, ENTER SPEAKS PANIC, KHO_END_PANIC, NULL, KHO_OUTCOME_PANICKED,
	  KHO_STAGE_SUCCESSOR_BOOT, "panic: Attempted to kill the idle task!" },
	{ "panic, then reset", good_first, silent, ENTER SPEAKS PANIC, KHO_END_RESET, NULL, KHO_OUTCOME_PANICKED,
	  KHO_STAGE_SUCCESSOR_BOOT, "panic: " },
	{ "silent reset", good_first, silent, ENTER, KHO_END_RESET, NULL, KHO_OUTCOME_RESET, KHO_STAGE_HANDOVER,
	  "reset its machine" },
	{ "silent power-off is not survival", good_first, only_hello, ENTER SPEAKS, KHO_END_POWER_OFF, NULL,
	  KHO_OUTCOME_LOST, KHO_STAGE_SUCCESSOR_INIT, "without a last word" },
	{ "first kernel hangs", first_only_hello, silent, SPEAKS, KHO_END_DEADLINE, NULL, KHO_OUTCOME_FIRST_BOOT_FAILED,
	  KHO_STAGE_FIRST_INIT, "no progress" },
	{ "first kernel panics", silent, silent, SPEAKS PANIC, KHO_END_PANIC, NULL, KHO_OUTCOME_FIRST_BOOT_FAILED,
	  KHO_STAGE_POWER_ON, "panic: " },
	{ "QEMU dies", good_first, silent, ENTER SPEAKS, KHO_END_MACHINE, "QEMU ended: out of memory", KHO_OUTCOME_LOST,
	  KHO_STAGE_SUCCESSOR_BOOT, "QEMU ended: out of memory" },
	{ "interrupted", good_first, silent, ENTER, KHO_END_NONE, NULL, KHO_OUTCOME_LOST, KHO_STAGE_HANDOVER, "lost" },
};

static void outcomes(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoReport) report = kho_report_new(RUN);
		struct kho_outcome outcome = { 0 };
		struct kho_console console;

		print_message("%s\n", cases[i].what);
		kho_console_init(&console);
		feed(report, "first", cases[i].first);
		feed(report, "successor", cases[i].successor);
		kho_console_take(&console, cases[i].console, strlen(cases[i].console));
		kho_classify(
			&(struct kho_evidence){
				.report = report, .console = &console, .end = cases[i].end, .detail = cases[i].detail },
			&outcome);
		assert_string_equal(kho_outcome_text(outcome.name), kho_outcome_text(cases[i].name));
		assert_string_equal(kho_stage_text(outcome.stage), kho_stage_text(cases[i].stage));
		assert_non_null(strstr(outcome.reason, cases[i].reason));
		if (outcome.name != KHO_OUTCOME_LOST)
			assert_int_equal(g_strcmp0(outcome.detail, cases[i].detail), 0);
		kho_outcome_clear(&outcome);
		kho_console_clear(&console);
	}
}

/* Garbled records void whatever rests on records, and only that. */
static void faulty_records(void **state)
{
	static const struct {
		const char *const *successor;
		enum kho_end end;
		enum kho_outcome_name name;
	} faulty[] = {
		{ good_successor, KHO_END_SUCCESSOR, KHO_OUTCOME_LOST },
		{ only_hello, KHO_END_DEADLINE, KHO_OUTCOME_HUNG },
	};

	for (size_t i = 0; i < COUNT(faulty); i++) {
		g_autoptr(KhoReport) report = kho_report_new(RUN);
		struct kho_outcome outcome = { 0 };
		struct kho_console console;

		kho_console_init(&console);
		feed(report, "first", good_first);
		feed(report, "successor", faulty[i].successor);
		kho_report_take(report, "@kho 0123");
		kho_console_take(&console, ENTER, strlen(ENTER));
		kho_classify(&(struct kho_evidence){ .report = report, .console = &console, .end = faulty[i].end },
			     &outcome);
		assert_string_equal(kho_outcome_text(outcome.name), kho_outcome_text(faulty[i].name));
		assert_non_null(strstr(outcome.reason, "cut off or garbled"));
		kho_outcome_clear(&outcome);
		kho_console_clear(&console);
	}
}

static const char *const plain_first[] = { "hello release=1", "kho state=off reason=", "load status=ok", "end", NULL };
static const char *const plain_rejected[] = { "hello release=1", "kho state=off reason=", "load status=ENOEXEC", "end",
					      NULL };
static const char *const on_all_the_same[] = { "hello release=1", "kho state=on reason=", "end", NULL };

static void classify_as(bool plain, const char *const *first, const char *const *successor, enum kho_end end,
			struct kho_outcome *outcome)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	struct kho_console console;

	kho_console_init(&console);
	feed(report, "first", first);
	feed(report, "successor", successor);
	kho_console_take(&console, ENTER SPEAKS, strlen(ENTER SPEAKS));
	kho_classify(&(struct kho_evidence){ .report = report, .console = &console, .end = end, .plain = plain },
		     outcome);
	kho_console_clear(&console);
}

/* The control with KHO off: a successor that lives is all there is to see. Dead it is dead in the same way. */
static void plain_kexecs(void **state)
{
	static const struct {
		const char *const *first, *const *successor;
		enum kho_end end;
		enum kho_outcome_name name;
		const char *reason;
	} plain[] = {
		{ plain_first, not_revived, KHO_END_SUCCESSOR, KHO_OUTCOME_SURVIVED,
		  "plain kexec, nothing handed over" },
		{ plain_first, silent, KHO_END_DEADLINE, KHO_OUTCOME_HUNG, "no progress" },
		{ plain_first, only_hello, KHO_END_POWER_OFF, KHO_OUTCOME_LOST, "without a last word" },
		{ plain_first, silent, KHO_END_RESET, KHO_OUTCOME_RESET, "reset its machine" },
		{ plain_rejected, silent, KHO_END_FIRST, KHO_OUTCOME_LOAD_REJECTED, "kexec_file_load: ENOEXEC" },
		{ on_all_the_same, silent, KHO_END_FIRST, KHO_OUTCOME_NOT_HANDED_OVER, "KHO was on" },
		{ good_first, good_successor, KHO_END_SUCCESSOR, KHO_OUTCOME_NOT_HANDED_OVER, "KHO was on" },
	};

	for (size_t i = 0; i < COUNT(plain); i++) {
		struct kho_outcome outcome = { 0 };

		classify_as(true, plain[i].first, plain[i].successor, plain[i].end, &outcome);
		assert_string_equal(kho_outcome_text(outcome.name), kho_outcome_text(plain[i].name));
		assert_non_null(strstr(outcome.reason, plain[i].reason));
		kho_outcome_clear(&outcome);
	}
}

/* What a control survives by, a cell does not: nothing that a guest says makes it a control. */
static void no_cell_survives_a_plain_kexec(void **state)
{
	static const struct {
		const char *const *first, *const *successor;
		enum kho_end end;
	} seen[] = {
		{ plain_first, not_revived, KHO_END_SUCCESSOR },
		{ plain_first, good_successor, KHO_END_SUCCESSOR }, /* nothing was preserved that could be found */
		{ good_first, not_revived, KHO_END_SUCCESSOR },
		{ plain_rejected, silent, KHO_END_FIRST },
		{ first_off, silent, KHO_END_FIRST },
	};

	for (size_t i = 0; i < COUNT(seen); i++) {
		struct kho_outcome outcome = { 0 };

		classify_as(false, seen[i].first, seen[i].successor, seen[i].end, &outcome);
		assert_int_not_equal(outcome.name, KHO_OUTCOME_SURVIVED);
		assert_null(strstr(outcome.reason, "plain kexec"));
		kho_outcome_clear(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(faulty_records),
		cmocka_unit_test(plain_kexecs),
		cmocka_unit_test(no_cell_survives_a_plain_kexec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
