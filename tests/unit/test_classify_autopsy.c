// SPDX-License-Identifier: GPL-2.0-only
/*
 * From evidence to outcome where the machine was read: name, stage and reason are the same whether the successor was
 * heard or not.
 */
#include "harness/handover/classify.h"
#include "harness/handover/watch.h"
#include "tests/unit/made_up_autopsy.h"
#include "tests/unit/records.h"

#define ENTER	"[    1.0] kexec_core: Starting new kernel\n"
#define UNPACKS "early console in extract_kernel\nDecompressing Linux... Parsing ELF... done.\n"
#define SPEAKS	"[    0.000000] Linux version 6.19.6\n"
#define INIT	SPEAKS "[    0.500000] Run /init as init process\n"
#define BACKING \
	"[    0.020000] sparse_init_nid: node[0] memory map backing failed. Some memory will not be available.\n"
#define OOPS                                                                               \
	"[    0.030000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n" \
	"[    0.030000] RIP: 0010:__bitmap_set+0x26/0x90\n"
#define PANIC "[    0.040000] Kernel panic - not syncing: Attempted to kill the idle task!\n"

static const char *const silent[] = { NULL };
static const char *const only_hello[] = { "hello release=1", NULL };

struct death {
	const char *what;
	const char *const *first, *const *successor;
	enum kho_end end;
	const char *log; /* NULL: the kernel was not found */
	const char *stack;
	enum kho_stall_state stall;
	const char *function;
	enum kho_outcome_name name;
	enum kho_stage stage;
	const char *reason;
};

static const struct death deaths[] = {
	{ "panic", good_first, silent, KHO_END_PANIC, SPEAKS BACKING OOPS PANIC, "vpanic panic do_exit", 0, NULL,
	  KHO_OUTCOME_PANICKED, KHO_STAGE_SUCCESSOR_BOOT,
	  "oops: NULL pointer dereference in __bitmap_set (sparse_init), after memory map backing failed on node 0" },
	{ "panic after init", good_first, only_hello, KHO_END_PANIC, INIT PANIC, "panic do_exit", 0, NULL,
	  KHO_OUTCOME_PANICKED, KHO_STAGE_SUCCESSOR_INIT, "panic: Attempted to kill the idle task! (do_exit)" },
	{ "panic of which the reset was seen", good_first, silent, KHO_END_RESET, SPEAKS PANIC,
	  "native_machine_emergency_restart panic do_exit", 0, NULL, KHO_OUTCOME_PANICKED, KHO_STAGE_SUCCESSOR_BOOT,
	  "panic: Attempted to kill the idle task! (do_exit)" },

	/* stalls of every kind */
	{ "loop", good_first, silent, KHO_END_STALL, SPEAKS, "loop setup_arch", KHO_STALL_LOOP, "loop",
	  KHO_OUTCOME_HUNG, KHO_STAGE_SUCCESSOR_BOOT, "endless loop in loop (setup_arch)" },
	{ "halted", good_first, silent, KHO_END_STALL, SPEAKS, "halt setup_arch", KHO_STALL_HALTED, "halt",
	  KHO_OUTCOME_HUNG, KHO_STAGE_SUCCESSOR_BOOT, "halted for ever in halt, interrupts off (setup_arch)" },
	{ "idle", good_first, only_hello, KHO_END_STALL, INIT, "default_idle", KHO_STALL_IDLE, "default_idle",
	  KHO_OUTCOME_HUNG, KHO_STAGE_SUCCESSOR_INIT, "all CPUs idle, and nothing comes (init)" },
	{ "busy", good_first, silent, KHO_END_STALL, SPEAKS, "a", KHO_STALL_SILENT, "b", KHO_OUTCOME_HUNG,
	  KHO_STAGE_SUCCESSOR_BOOT, "no progress, last in b (setup_arch)" },
	{ "deadline", good_first, silent, KHO_END_DEADLINE, SPEAKS, "a", 0, NULL, KHO_OUTCOME_HUNG,
	  KHO_STAGE_SUCCESSOR_BOOT, "no progress, last in a (setup_arch)" },
	{ "a log that is empty", good_first, silent, KHO_END_STALL, "", "loop", KHO_STALL_LOOP, "loop",
	  KHO_OUTCOME_HUNG, KHO_STAGE_HANDOVER, "endless loop in loop (before its first word)" },
	{ "before the kernel", good_first, silent, KHO_END_STALL, NULL, "", KHO_STALL_LOOP, KHO_BEFORE_THE_KERNEL,
	  KHO_OUTCOME_HUNG, KHO_STAGE_HANDOVER,
	  "endless loop in what comes before the kernel (before its first word)" },

	/* ends of the machine */
	{ "triple fault", good_first, silent, KHO_END_RESET, SPEAKS, "f setup_arch", 0, NULL, KHO_OUTCOME_RESET,
	  KHO_STAGE_SUCCESSOR_BOOT, "triple fault in f (setup_arch)" },
	{ "triple fault before the kernel", good_first, silent, KHO_END_RESET, NULL, "", 0, NULL, KHO_OUTCOME_RESET,
	  KHO_STAGE_HANDOVER, "triple fault in what comes before the kernel (before its first word)" },
	{ "power-off by the kernel", good_first, silent, KHO_END_POWER_OFF, SPEAKS, "acpi_power_off", 0, NULL,
	  KHO_OUTCOME_RESET, KHO_STAGE_SUCCESSOR_BOOT,
	  "switched its machine off without a word, in acpi_power_off (setup_arch)" },
	/* Whatever it wanted to say: init does so when all is said, and when it cannot. */
	{ "power-off by init, before it said hello", good_first, silent, KHO_END_POWER_OFF, INIT, "acpi_power_off", 0,
	  NULL, KHO_OUTCOME_LOST, KHO_STAGE_SUCCESSOR_BOOT, "the guest switched its machine off without a last word" },
	{ "power-off by init", good_first, only_hello, KHO_END_POWER_OFF, SPEAKS, "acpi_power_off", 0, NULL,
	  KHO_OUTCOME_LOST, KHO_STAGE_SUCCESSOR_INIT, "the guest switched its machine off without a last word" },
	{ "power-off by whom", good_first, silent, KHO_END_POWER_OFF, NULL, "", 0, NULL, KHO_OUTCOME_LOST,
	  KHO_STAGE_HANDOVER, "the guest switched its machine off without a last word" },
};

static struct kho_autopsy *autopsy_of(const struct death *death)
{
	struct kho_autopsy *autopsy = made_up_autopsy(death->log);

	autopsy->found = death->log != NULL;
	made_up_cpu(autopsy, death->stack);
	return autopsy;
}

static void classify(const struct death *death, const char *console, struct kho_outcome *outcome)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	g_autoptr(KhoAutopsy) autopsy = autopsy_of(death);
	struct kho_console heard;

	kho_console_init(&heard);
	feed(report, "first", death->first);
	feed(report, "successor", death->successor);
	kho_console_take(&heard, console, strlen(console));
	kho_classify(&(struct kho_evidence){ .report = report,
					     .console = &heard,
					     .end = death->end,
					     .detail = "after 7.0 s",
					     .autopsy = autopsy,
					     .stall = death->stall,
					     .function = death->function },
		     outcome);
	kho_console_clear(&heard);
}

static void expect(const struct death *death, const char *console)
{
	struct kho_outcome outcome = { 0 };

	classify(death, console, &outcome);
	assert_string_equal(kho_outcome_text(outcome.name), kho_outcome_text(death->name));
	assert_string_equal(kho_stage_text(outcome.stage), kho_stage_text(death->stage));
	assert_string_equal(outcome.reason, death->reason);
	kho_outcome_clear(&outcome);
}

static void heard_or_not(void **state)
{
	for (size_t i = 0; i < COUNT(deaths); i++) {
		g_autofree char *heard = g_strconcat(ENTER UNPACKS, deaths[i].log, NULL);
		/* The console is slower than the log, and the machine was stopped in the middle of a line. */
		g_autofree char *cut = g_strndup(heard, strlen(heard) - 5);

		print_message("%s\n", deaths[i].what);
		expect(&deaths[i], "");
		expect(&deaths[i], ENTER);
		expect(&deaths[i], heard);
		expect(&deaths[i], cut);
	}
}

/* A first kernel that dies is no successor, wherever it is read. */
static void the_first_kernel(void **state)
{
	static const struct death first[] = {
		{ "panic before init", silent, silent, KHO_END_PANIC, SPEAKS PANIC, "panic do_exit", 0, NULL,
		  KHO_OUTCOME_FIRST_BOOT_FAILED, KHO_STAGE_POWER_ON,
		  "panic: Attempted to kill the idle task! (do_exit)" },
		{ "reset in init", only_hello, silent, KHO_END_RESET, INIT, "f", 0, NULL, KHO_OUTCOME_FIRST_BOOT_FAILED,
		  KHO_STAGE_FIRST_INIT, "triple fault in f (init)" },
		{ "power-off by init", only_hello, silent, KHO_END_POWER_OFF, INIT, "f", 0, NULL,
		  KHO_OUTCOME_FIRST_BOOT_FAILED, KHO_STAGE_FIRST_INIT,
		  "switched its machine off without a word, in f (init)" },
		{ "a hang in init", only_hello, silent, KHO_END_DEADLINE, INIT, "default_idle", 0, NULL,
		  KHO_OUTCOME_FIRST_BOOT_FAILED, KHO_STAGE_FIRST_INIT, "no progress, last in default_idle (init)" },
		{ "firmware that hangs", silent, silent, KHO_END_DEADLINE, NULL, "", 0, NULL,
		  KHO_OUTCOME_FIRST_BOOT_FAILED, KHO_STAGE_POWER_ON,
		  "no progress, last in what comes before the kernel (before its first word)" },
	};

	for (size_t i = 0; i < COUNT(first); i++) {
		print_message("%s\n", first[i].what);
		expect(&first[i], "");
		expect(&first[i], first[i].log ?: "");
	}
}

/* What differs from run to run is kept apart from the reason. */
static void detail_is_no_reason(void **state)
{
	struct kho_outcome hung = { 0 }, lost = { 0 };
	struct death death = deaths[3];

	classify(&death, ENTER, &hung);
	assert_string_equal(hung.detail, "after 7.0 s");
	kho_outcome_clear(&hung);
	/* It still got on, long after its deadline: that is nobody's death. */
	death.end = KHO_END_SLOW;
	classify(&death, ENTER, &lost);
	assert_int_equal(lost.name, KHO_OUTCOME_LOST);
	assert_int_equal(lost.stage, KHO_STAGE_SUCCESSOR_BOOT);
	assert_string_equal(lost.reason, "after 7.0 s");
	assert_null(lost.detail);
	kho_outcome_clear(&lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heard_or_not),
		cmocka_unit_test(the_first_kernel),
		cmocka_unit_test(detail_is_no_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
