// SPDX-License-Identifier: GPL-2.0-only
/* From the evidence of a death to its name: every kind of death, and what else may lie around. */
#include "harness/handover/death.h"
#include "harness/handover/watch.h"
#include "tests/unit/made_up_autopsy.h"

#define SPEAKS "[    0.000000] Linux version 6.19.6\n"
#define NUMA   SPEAKS "[    0.010000] NODE_DATA(0) allocated [mem 0x1000-0x2000]\n"
#define BACKING \
	"[    0.020000] sparse_init_nid: node[3] memory map backing failed. Some memory will not be available.\n"
#define OOPS                                                                               \
	"[    0.030000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n" \
	"[    0.030000] Oops: Oops: 0002 [#1] SMP NOPTI\n[    0.030000] RIP: 0010:__bitmap_set+0x26/0x90\n"
#define FAULT                                                                             \
	"[    0.030000] BUG: unable to handle page fault for address: ffffea0004000000\n" \
	"[    0.030000] RIP: 0010:memmap_init_range+0x12/0x90\n"
#define PANIC "[    0.040000] Kernel panic - not syncing: Attempted to kill the idle task!\n"
#define ALLOC "[    0.040000] Kernel panic - not syncing: Failed to allocate memmap for section 34\n"

struct death {
	const char *what;
	enum kho_death_sign sign;
	const char *log;
	const char *stack, *other; /* of two CPUs; NULL: it is not there */
	enum kho_stall_state stall;
	const char *function;
	enum kho_outcome_name name;
	const char *reason;
};

/* The kernel was found, and its log read. */
static const struct death deaths[] = {
	/* panics */
	{ "panic", KHO_DEATH_PANIC, NUMA ALLOC, "delay vpanic panic sparse_init_nid sparse_init", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "panic: Failed to allocate memmap for section 34 (sparse_init_nid)" },
	{ "panic without vpanic(), on the other CPU", KHO_DEATH_PANIC, NUMA ALLOC, "default_idle",
	  "panic memblock_alloc_or_panic", 0, NULL, KHO_OUTCOME_PANICKED,
	  "panic: Failed to allocate memmap for section 34 (memblock_alloc_or_panic)" },
	{ "panic, and no stack", KHO_DEATH_PANIC, NUMA ALLOC, NULL, NULL, 0, NULL, KHO_OUTCOME_PANICKED,
	  "panic: Failed to allocate memmap for section 34 (sparse_init)" },
	{ "panic whose stack ends in nowhere", KHO_DEATH_PANIC, NUMA ALLOC, "vpanic panic", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "panic: Failed to allocate memmap for section 34 (sparse_init)" },
	{ "panic called from no function", KHO_DEATH_PANIC, NUMA ALLOC, "vpanic panic - setup_arch", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "panic: Failed to allocate memmap for section 34 (sparse_init)" },
	{ "panic left over on a stack", KHO_DEATH_PANIC, NUMA ALLOC, "loop ?panic ?old", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "panic: Failed to allocate memmap for section 34 (sparse_init)" },
	{ "panic without a word", KHO_DEATH_PANIC, SPEAKS, "vpanic panic start_kernel", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "panic: without a word (start_kernel)" },
	{ "panic that resets", KHO_DEATH_RESET, SPEAKS PANIC, "native_machine_emergency_restart vpanic panic do_exit",
	  NULL, 0, NULL, KHO_OUTCOME_PANICKED, "panic: Attempted to kill the idle task! (do_exit)" },
	{ "panic that hangs", KHO_DEATH_STILL, SPEAKS PANIC, "delay vpanic panic do_exit", NULL, KHO_STALL_LOOP,
	  "delay", KHO_OUTCOME_PANICKED, "panic: Attempted to kill the idle task! (do_exit)" },

	/* oopses: what comes first, not the panic that they end in */
	{ "oops", KHO_DEATH_PANIC, NUMA OOPS PANIC, "vpanic panic do_exit", NULL, 0, NULL, KHO_OUTCOME_PANICKED,
	  "oops: NULL pointer dereference in __bitmap_set (initmem_init)" },
	{ "cause and consequence", KHO_DEATH_PANIC, NUMA BACKING OOPS PANIC, "vpanic panic do_exit", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED,
	  "oops: NULL pointer dereference in __bitmap_set (sparse_init), after memory map backing failed on node 3" },
	{ "page fault", KHO_DEATH_PANIC, SPEAKS FAULT PANIC, "vpanic panic do_exit", NULL, 0, NULL,
	  KHO_OUTCOME_PANICKED, "oops: page fault in memmap_init_range (setup_arch)" },
	{ "general protection fault", KHO_DEATH_PANIC,
	  SPEAKS "[ 0.1] Oops: general protection fault, probably for non-canonical address 0x6b6b: 0000 [#1]\n"
		 "[ 0.1] RIP: 0010:f+0x1/0x2\n" PANIC,
	  "vpanic panic do_exit", NULL, 0, NULL, KHO_OUTCOME_PANICKED,
	  "oops: general protection fault in f (setup_arch)" },
	{ "arm64", KHO_DEATH_PANIC,
	  SPEAKS "[ 0.1] Unable to handle kernel paging request at virtual address ffff0000\n"
		 "[ 0.1] Internal error: Oops: 0000000096000004 [#1] SMP\n[ 0.1] pc : f+0x1/0x2\n" PANIC,
	  "panic", NULL, 0, NULL, KHO_OUTCOME_PANICKED, "oops: page fault in f (setup_arch)" },
	{ "an oops of which the place is not known", KHO_DEATH_PANIC,
	  SPEAKS "[ 0.1] BUG: kernel NULL pointer dereference, address: 0000000000000010\n" PANIC, "panic do_exit",
	  NULL, 0, NULL, KHO_OUTCOME_PANICKED, "oops: NULL pointer dereference (setup_arch)" },
	/* It goes on after these: they are signs of trouble, and not the death. */
	{ "a BUG that is survived, then a loop", KHO_DEATH_STILL,
	  SPEAKS "[ 0.1] BUG: Bad page state in process swapper  pfn:12345\n", "loop start_kernel", NULL,
	  KHO_STALL_LOOP, "loop", KHO_OUTCOME_HUNG,
	  "endless loop in loop (setup_arch), after BUG: Bad page state in process swapper  pfn:#" },
	{ "a lockup that the kernel itself saw", KHO_DEATH_STILL,
	  SPEAKS "[ 26.1] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [swapper/0:1]\n"
		 "[ 26.1] RIP: 0010:loop+0x1/0x2\n",
	  "loop start_kernel", NULL, KHO_STALL_LOOP, "loop", KHO_OUTCOME_HUNG, "endless loop in loop (setup_arch)" },

	/* before anything can be logged */
	{ "early exception", KHO_DEATH_STILL, "",
	  "halt_loop early_fixup_exception early_idt_handler_common e820__memory_setup setup_arch", NULL,
	  KHO_STALL_HALTED, "halt_loop", KHO_OUTCOME_PANICKED,
	  "exception before there is a handler, in e820__memory_setup (memblock)" },
	{ "early exception out of nowhere", KHO_DEATH_STILL, "", "early_fixup_exception", NULL, KHO_STALL_HALTED, NULL,
	  KHO_OUTCOME_PANICKED, "exception before there is a handler (before its first word)" },

	/* ends of the machine */
	{ "triple fault", KHO_DEATH_RESET, NUMA, "f setup_arch", NULL, 0, NULL, KHO_OUTCOME_RESET,
	  "triple fault in f (initmem_init)" },
	{ "reset by the kernel", KHO_DEATH_RESET, NUMA, "native_machine_emergency_restart f", NULL, 0, NULL,
	  KHO_OUTCOME_RESET, "reset its machine without a word (initmem_init)" },
	{ "reset by the kernel, long ago", KHO_DEATH_RESET, NUMA, "f ?machine_restart", NULL, 0, NULL,
	  KHO_OUTCOME_RESET, "triple fault in f (initmem_init)" },
	{ "power-off", KHO_DEATH_POWER_OFF, NUMA BACKING, "acpi_power_off f", NULL, 0, NULL, KHO_OUTCOME_RESET,
	  "switched its machine off without a word, in acpi_power_off (sparse_init), after memory map backing failed "
	  "on "
	  "node 3" },
	{ "triple fault with the program counter in nowhere", KHO_DEATH_RESET, NUMA, "- setup_arch", NULL, 0, NULL,
	  KHO_OUTCOME_RESET, "triple fault in " KHO_OUTSIDE_OF_THE_KERNEL " (initmem_init)" },
	{ "triple fault, and no registers", KHO_DEATH_RESET, NUMA, NULL, NULL, 0, NULL, KHO_OUTCOME_RESET,
	  "triple fault in " KHO_OUTSIDE_OF_THE_KERNEL " (initmem_init)" },

	/* stillness */
	{ "loop", KHO_DEATH_STILL, NUMA, "loop setup_arch", NULL, KHO_STALL_LOOP, "loop", KHO_OUTCOME_HUNG,
	  "endless loop in loop (initmem_init)" },
	{ "loop of which a look saw the body", KHO_DEATH_STILL, NUMA, "body loop setup_arch", NULL, KHO_STALL_LOOP,
	  "loop", KHO_OUTCOME_HUNG, "endless loop in loop (initmem_init)" },
	{ "loop, after a failure", KHO_DEATH_STILL, NUMA BACKING, "loop", NULL, KHO_STALL_LOOP, "loop",
	  KHO_OUTCOME_HUNG, "endless loop in loop (sparse_init), after memory map backing failed on node 3" },
	{ "halted", KHO_DEATH_STILL, SPEAKS, "halt", NULL, KHO_STALL_HALTED, "halt", KHO_OUTCOME_HUNG,
	  "halted for ever in halt, interrupts off (setup_arch)" },
	{ "idle", KHO_DEATH_STILL, SPEAKS, "default_idle", "default_idle", KHO_STALL_IDLE, "default_idle",
	  KHO_OUTCOME_HUNG, "all CPUs idle, and nothing comes (setup_arch)" },
	{ "busy", KHO_DEATH_STILL, SPEAKS, "a", NULL, KHO_STALL_SILENT, "b", KHO_OUTCOME_HUNG,
	  "no progress, last in b (setup_arch)" },
	{ "a deadline, and nobody had looked", KHO_DEATH_STILL, SPEAKS, "a", NULL, KHO_STALL_ALIVE, NULL,
	  KHO_OUTCOME_HUNG, "no progress, last in a (setup_arch)" },
	{ "nobody had looked, and there is nothing to see", KHO_DEATH_STILL, SPEAKS, NULL, NULL, KHO_STALL_ALIVE, NULL,
	  KHO_OUTCOME_HUNG, "no progress, last in " KHO_OUTSIDE_OF_THE_KERNEL " (setup_arch)" },
	{ "user space, and a CPU that waits for work", KHO_DEATH_STILL, SPEAKS, "default_idle do_idle", "u",
	  KHO_STALL_ALIVE, NULL, KHO_OUTCOME_HUNG, "no progress, last in " KHO_IN_USER_SPACE " (setup_arch)" },
	{ "user space", KHO_DEATH_STILL, SPEAKS, "u", NULL, KHO_STALL_ALIVE, NULL, KHO_OUTCOME_HUNG,
	  "no progress, last in " KHO_IN_USER_SPACE " (setup_arch)" },
};

static struct kho_autopsy *autopsy_of(const struct death *death)
{
	struct kho_autopsy *autopsy = made_up_autopsy(death->log);
	const char *const stacks[] = { death->stack, death->other };

	for (size_t i = 0; i < COUNT(stacks) && stacks[i]; i++) {
		bool user = g_str_equal(stacks[i], "u");
		struct kho_autopsy_cpu *cpu = made_up_cpu(autopsy, user ? "" : stacks[i]);

		cpu->registers.cpl = user ? 3 : 0;
		cpu->registers.halted = g_str_equal(stacks[i], "default_idle");
	}
	return autopsy;
}

static void expect(const struct kho_death *death, enum kho_outcome_name name, const char *reason)
{
	struct kho_outcome outcome = { 0 };

	kho_death_name(death, &outcome);
	assert_string_equal(kho_outcome_text(outcome.name), kho_outcome_text(name));
	assert_string_equal(outcome.reason, reason);
	kho_outcome_clear(&outcome);
}

static void every_death(void **state)
{
	for (size_t i = 0; i < COUNT(deaths); i++) {
		g_autoptr(KhoAutopsy) autopsy = autopsy_of(&deaths[i]);
		struct kho_console speech;

		print_message("%s\n", deaths[i].what);
		kho_console_init(&speech);
		kho_console_take_log(&speech, deaths[i].log);
		expect(&(struct kho_death){ .sign = deaths[i].sign,
					    .speech = &speech,
					    .autopsy = autopsy,
					    .stall = deaths[i].stall,
					    .function = deaths[i].function },
		       deaths[i].name, deaths[i].reason);
		kho_console_clear(&speech);
	}
}

static void interrupts_off(void **state)
{
	static const struct {
		const char *stack, *function;
		guint64 rflags;
		guint cpl;
		const char *reason;
	} cases[] = {
		{ "loop f", "loop", 0x46, 0, "endless loop in loop, interrupts off (setup_arch)" },
		{ "loop f", "loop", INTERRUPTS_ON, 0, "endless loop in loop (setup_arch)" },
		{ "body loop", "loop", 0x46, 0, "endless loop in loop (setup_arch)" }, /* who knows about the body */
		{ "- loop", "loop", 0x46, 0, "endless loop in loop (setup_arch)" },
		{ "", KHO_IN_USER_SPACE, 0x46, 3, "endless loop in user space (setup_arch)" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoAutopsy) autopsy = made_up_autopsy(SPEAKS);
		struct kho_autopsy_cpu *cpu = made_up_cpu(autopsy, cases[i].stack);
		struct kho_console silence;

		kho_console_init(&silence);
		cpu->registers.rflags = cases[i].rflags;
		cpu->registers.cpl = cases[i].cpl;
		expect(&(struct kho_death){ .sign = KHO_DEATH_STILL,
					    .speech = &silence,
					    .autopsy = autopsy,
					    .stall = KHO_STALL_LOOP,
					    .function = cases[i].function },
		       KHO_OUTCOME_HUNG, cases[i].reason);
		kho_console_clear(&silence);
	}
}

/* Before the kernel runs in its own page tables nothing of it can be read. */
static void before_the_kernel(void **state)
{
	static const struct {
		enum kho_death_sign sign;
		enum kho_stall_state stall;
		const char *function;
		enum kho_outcome_name name;
		const char *reason;
	} cases[] = {
		{ KHO_DEATH_STILL, KHO_STALL_LOOP, KHO_BEFORE_THE_KERNEL, KHO_OUTCOME_HUNG,
		  "endless loop in what comes before the kernel (before its first word)" },
		{ KHO_DEATH_STILL, KHO_STALL_ALIVE, NULL, KHO_OUTCOME_HUNG,
		  "no progress, last in what comes before the kernel (before its first word)" },
		{ KHO_DEATH_RESET, 0, NULL, KHO_OUTCOME_RESET,
		  "triple fault in what comes before the kernel (before its first word)" },
		{ KHO_DEATH_POWER_OFF, 0, NULL, KHO_OUTCOME_RESET,
		  "switched its machine off without a word, in what comes before the kernel (before its first word)" },
		{ KHO_DEATH_PANIC, 0, NULL, KHO_OUTCOME_PANICKED, "panic: without a word (before its first word)" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoAutopsy) autopsy = made_up_autopsy(NULL);
		struct kho_console silence;

		kho_console_init(&silence);
		autopsy->found = false;
		if (i % 2)
			made_up_cpu(autopsy, "");
		expect(&(struct kho_death){ .sign = cases[i].sign,
					    .speech = &silence,
					    .autopsy = autopsy,
					    .stall = cases[i].stall,
					    .function = cases[i].function },
		       cases[i].name, cases[i].reason);
		kho_console_clear(&silence);
	}
}

/* Without an autopsy what was heard has to do. */
static void nothing_but_the_console(void **state)
{
	static const struct {
		enum kho_death_sign sign;
		const char *console;
		enum kho_outcome_name name;
		const char *reason;
	} cases[] = {
		{ KHO_DEATH_STILL, "", KHO_OUTCOME_HUNG, "no progress" },
		{ KHO_DEATH_STILL, SPEAKS, KHO_OUTCOME_HUNG, "no progress; its last words: Linux version 6.19.6" },
		{ KHO_DEATH_RESET, SPEAKS, KHO_OUTCOME_RESET,
		  "reset its machine; its last words: Linux version 6.19.6" },
		{ KHO_DEATH_POWER_OFF, "", KHO_OUTCOME_RESET, "switched its machine off" },
		{ KHO_DEATH_PANIC, SPEAKS ALLOC, KHO_OUTCOME_PANICKED,
		  "panic: Failed to allocate memmap for section 34" },
		{ KHO_DEATH_PANIC, "", KHO_OUTCOME_PANICKED, "panic: without a word" },
		{ KHO_DEATH_STILL, SPEAKS BACKING OOPS, KHO_OUTCOME_PANICKED,
		  "oops: NULL pointer dereference in __bitmap_set, after memory map backing failed on node 3" },
		{ KHO_DEATH_STILL,
		  "PANIC: early exception 0x0e IP 10:ffffffff8284a5c3 error 2 cr2 0xffff888000000000\n"
		  "RIP: 0010:f+0x1/0x2\n",
		  KHO_OUTCOME_PANICKED, "oops: exception before there is a handler in f" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_console console;

		kho_console_init(&console);
		kho_console_take(&console, cases[i].console, strlen(cases[i].console));
		expect(&(struct kho_death){ .sign = cases[i].sign, .speech = &console }, cases[i].name,
		       cases[i].reason);
		kho_console_clear(&console);
	}
}

static void endless_log(void **state)
{
	g_autoptr(GString) log = g_string_new(SPEAKS);
	g_autoptr(KhoAutopsy) autopsy = NULL;
	struct kho_console speech;

	for (guint i = 0; i < 100; i++)
		g_string_append_printf(log, "[%5u.000000] round %u of many\n", i, i);
	autopsy = made_up_autopsy(log->str);
	made_up_cpu(autopsy, "printk loop");
	kho_console_init(&speech);
	kho_console_take_log(&speech, log->str);
	expect(&(struct kho_death){ .sign = KHO_DEATH_STILL, .speech = &speech, .autopsy = autopsy }, KHO_OUTCOME_HUNG,
	       "endless log: round # of many");
	expect(&(struct kho_death){ .sign = KHO_DEATH_STILL, .speech = &speech }, KHO_OUTCOME_HUNG,
	       "endless log: round # of many");
	kho_console_clear(&speech);
}

/* Lines of a megabyte: a reason is for people, and for a line of a journal. */
static void a_log_that_wants_to_drown_us(void **state)
{
	static const char *const starts[] = { "BUG: ", "Kernel panic - not syncing: ", "x Failed to allocate ",
					      "node[99999999999999999999] memory map backing failed ", "RIP: 0010:" };
	g_autofree char *flood = g_strnfill(MIB, 'x');
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(KhoAutopsy) autopsy = NULL;
	struct kho_outcome outcome = { 0 };
	struct kho_console speech;

	for (size_t i = 0; i < COUNT(starts); i++)
		g_string_append_printf(log, "[    0.000000] %s%s\n", starts[i], flood);
	autopsy = made_up_autopsy(NULL);
	autopsy->log = g_strdup(log->str);
	kho_console_init(&speech);
	kho_console_take_log(&speech, log->str);
	kho_death_name(&(struct kho_death){ .sign = KHO_DEATH_PANIC, .speech = &speech, .autopsy = autopsy }, &outcome);
	assert_true(strlen(outcome.reason) < 8 * KIB);
	kho_outcome_clear(&outcome);
	kho_console_clear(&speech);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_death),	     cmocka_unit_test(interrupts_off),
		cmocka_unit_test(before_the_kernel), cmocka_unit_test(nothing_but_the_console),
		cmocka_unit_test(endless_log),	     cmocka_unit_test(a_log_that_wants_to_drown_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
