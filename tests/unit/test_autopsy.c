// SPDX-License-Identifier: GPL-2.0-only
/* What is read out of a stopped machine, as far as it can be: on the fake kernel of tests/unit/fake_kernel/. */
#include "harness/handover/autopsy.h"
#include "tests/unit/made_up_autopsy.h"
#include "tests/unit/made_up_log.h"
#include "tests/unit/made_up_memblock.h"

#define STACK_AT 0xffffffff81903f00

/* A machine that was read: all there is of it, until a test takes something away. */
struct machine {
	struct kho_vmlinux *file, *vmlinux;
	struct made_up_log log;
	struct made_up_memblock memblock;
	guint64 stack[32];
	struct kho_image *image;
	char *registers;
	struct kho_captured captured;
};

/* A CPU in sparse_init(), called by setup_arch(), called by start_kernel(). */
static void make_up_stack(struct machine *machine)
{
	const char *const callers[] = { "setup_arch", "start_kernel" };

	for (guint i = 0; i < COUNT(callers); i++) {
		machine->stack[2 * i] = STACK_AT + 16 * (i + 1);
		machine->stack[2 * i + 1] = fake_kernel_address(machine->vmlinux, callers[i]) + 5;
	}
}

static char *make_up_registers(const struct machine *machine)
{
	return g_strdup_printf("\nCPU#0\nRAX=0000000000000000 RBX=0000000000000000 RCX=0000000000000000 "
			       "RDX=0000000000000000\nRSI=0000000000000000 RDI=0000000000000000 "
			       "RBP=%016" G_GINT64_MODIFIER "x RSP=%016" G_GINT64_MODIFIER "x\n"
			       "RIP=%016" G_GINT64_MODIFIER "x RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\n",
			       (guint64)STACK_AT, (guint64)STACK_AT,
			       fake_kernel_address(machine->vmlinux, "sparse_init") + 1);
}

static void set_up_machine(struct machine *machine, guint64 slide, const char *line)
{
	*machine = (struct machine){ .file = fake_kernel_open(), .image = kho_image_new() };
	machine->vmlinux = kho_vmlinux_slid(machine->file, slide);
	made_up_log_init(&machine->log);
	made_up_log_add(&machine->log, 0, "Linux version 6.19.6");
	made_up_log_add(&machine->log, 1, line);
	made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", machine->image);
	made_up_memblock_init(&machine->memblock);
	made_up_memory(&machine->memblock, 0, GIB, KHO_MEMBLOCK_KHO_SCRATCH);
	made_up_memblock_put(&machine->memblock, machine->vmlinux, machine->image);
	make_up_stack(machine);
	kho_image_add(machine->image, STACK_AT, machine->stack, sizeof(machine->stack));
	machine->registers = make_up_registers(machine);
	machine->captured = (struct kho_captured){
		.vmlinux = machine->vmlinux, .slide = slide, .image = machine->image, .registers = machine->registers
	};
}

static void tear_down_machine(struct machine *machine)
{
	kho_vmlinux_free(machine->vmlinux);
	kho_vmlinux_free(machine->file);
	kho_image_free(machine->image);
	made_up_memblock_clear(&machine->memblock);
	g_free(machine->registers);
}

static const char *function_at(const struct kho_autopsy *autopsy, guint index)
{
	const struct kho_autopsy_cpu *cpu = autopsy->cpus->pdata[0];
	const struct kho_frame *frame = cpu->frames->pdata[index];

	return frame->function;
}

/* The same, wherever KASLR put the kernel. */
static void everything(void **state)
{
	static const guint64 slides[] = { 0, 384 * MIB };

	for (size_t i = 0; i < COUNT(slides); i++) {
		struct machine machine;
		g_autoptr(KhoAutopsy) autopsy = NULL;

		set_up_machine(&machine, slides[i], "NODE_DATA(0) allocated");
		autopsy = kho_autopsy_examine(&machine.captured);
		assert_true(autopsy->found);
		assert_true(autopsy->slide == slides[i]);
		assert_null(autopsy->reason);
		assert_string_equal(autopsy->registers, machine.registers);
		assert_int_equal(autopsy->cpus->len, 1);
		assert_string_equal(function_at(autopsy, 0), "sparse_init");
		assert_string_equal(function_at(autopsy, 1), "setup_arch");
		assert_string_equal(function_at(autopsy, 2), "start_kernel");
		assert_string_equal(autopsy->log, "[    0.000000] Linux version 6.19.6\n"
						  "[    1.000000] NODE_DATA(0) allocated\n");
		assert_null(autopsy->log_problem);
		assert_non_null(autopsy->memblock);
		assert_null(autopsy->memblock_problem);
		/* The stack is further than the log. */
		assert_int_equal(autopsy->progress, KHO_BOOT_SPARSE_INIT);
		tear_down_machine(&machine);
	}
}

/* Of a kernel that has booted, memblock's memory is somebody else's. */
static void booted(void **state)
{
	struct machine machine;
	g_autoptr(KhoAutopsy) autopsy = NULL;

	set_up_machine(&machine, 0, "Run /init as init process");
	autopsy = kho_autopsy_examine(&machine.captured);
	assert_int_equal(autopsy->progress, KHO_BOOT_INIT);
	assert_null(autopsy->memblock);
	assert_non_null(strstr(autopsy->memblock_problem, "has booted"));
	tear_down_machine(&machine);
}

/* QEMU did not answer, but the memory was read: the log alone tells how far it came. */
static void no_registers(void **state)
{
	static const char *const texts[] = { NULL, "", "Error: no such command\n" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct machine machine;
		g_autoptr(KhoAutopsy) autopsy = NULL;

		set_up_machine(&machine, 0, "NODE_DATA(0) allocated");
		machine.captured.registers = texts[i];
		autopsy = kho_autopsy_examine(&machine.captured);
		assert_int_equal(autopsy->cpus->len, 0);
		assert_null(kho_autopsy_telling_cpu(autopsy, NULL));
		assert_null(kho_autopsy_telling_cpu(autopsy, "panic"));
		assert_non_null(autopsy->log);
		assert_int_equal(autopsy->progress, KHO_BOOT_INITMEM_INIT);
		tear_down_machine(&machine);
	}
}

/* The registers are all there is: the kernel does not run yet, or it is another one. */
static void no_kernel(void **state)
{
	struct machine machine;
	g_autoptr(KhoAutopsy) autopsy = NULL, nothing = NULL;

	set_up_machine(&machine, 0, "NODE_DATA(0) allocated");
	machine.captured.vmlinux = NULL;
	autopsy = kho_autopsy_examine(&machine.captured);
	assert_false(autopsy->found);
	assert_int_equal(autopsy->progress, KHO_BOOT_UNKNOWN);
	assert_int_equal(autopsy->cpus->len, 1);
	assert_int_equal(kho_autopsy_telling_cpu(autopsy, NULL)->frames->len, 0);
	assert_null(autopsy->log);
	assert_null(autopsy->memblock);
	assert_non_null(strstr(autopsy->log_problem, "not found"));
	assert_non_null(strstr(autopsy->memblock_problem, "not found"));
	nothing = kho_autopsy_examine(&(struct kho_captured){ .image = machine.image });
	assert_int_equal(nothing->cpus->len, 0);
	assert_null(nothing->registers);
	tear_down_machine(&machine);
}

/* The kernel was found, and nothing of its memory could be read. */
static void no_memory(void **state)
{
	struct machine machine;
	g_autoptr(KhoAutopsy) autopsy = NULL;
	g_autoptr(KhoImage) empty = kho_image_new();

	set_up_machine(&machine, 0, "NODE_DATA(0) allocated");
	machine.captured.image = empty;
	autopsy = kho_autopsy_examine(&machine.captured);
	assert_true(autopsy->found);
	assert_null(autopsy->log);
	assert_non_null(autopsy->log_problem);
	assert_null(autopsy->memblock);
	assert_non_null(autopsy->memblock_problem);
	assert_string_equal(function_at(autopsy, 0), "sparse_init");
	assert_int_equal(autopsy->progress, KHO_BOOT_SPARSE_INIT);
	tear_down_machine(&machine);
}

/*
 * The first kernel was not moved, the successor was. A CPU halts where the first one stopped it: what its address and
 * stack say in the successor would be nonsense.
 */
static void left_behind(void **state)
{
	static const struct kho_location first = { .slide = 0 };
	struct machine machine;
	g_autoptr(KhoAutopsy) autopsy = NULL;
	const struct kho_autopsy_cpu *cpu;

	set_up_machine(&machine, 384 * MIB, "NODE_DATA(0) allocated");
	g_free(machine.registers);
	machine.registers = g_strdup_printf("CPU#0\nRIP=%016" G_GINT64_MODIFIER "x RFL=00000046 CPL=0 HLT=1\n",
					    fake_kernel_address(machine.file, "stop_this_cpu") + 8);
	machine.captured.registers = machine.registers;
	machine.captured.left = &first;
	autopsy = kho_autopsy_examine(&machine.captured);
	cpu = autopsy->cpus->pdata[0];
	assert_true(cpu->left_behind);
	assert_int_equal(cpu->frames->len, 0);
	tear_down_machine(&machine);
}

/* --- the CPU that tells most --- */

static guint telling(const struct kho_autopsy *autopsy, const char *function)
{
	const struct kho_autopsy_cpu *cpu = kho_autopsy_telling_cpu(autopsy, function);

	assert_non_null(cpu);
	return cpu->registers.cpu;
}

static void the_telling_cpu(void **state)
{
	g_autoptr(KhoAutopsy) autopsy = made_up_autopsy(NULL);

	struct kho_autopsy_cpu *idle = made_up_cpu(autopsy, "default_idle"), *booting, *dead;

	idle->registers.halted = true;
	idle->registers.rflags = KHO_RFLAGS_IF;
	assert_int_equal(telling(autopsy, NULL), 0); /* the first, if none runs */
	made_up_cpu(autopsy, "")->registers.cpl = 3;
	assert_int_equal(telling(autopsy, NULL), 0);
	made_up_cpu(autopsy, "loop");
	made_up_cpu(autopsy, "delay vpanic panic ?oops");
	assert_int_equal(telling(autopsy, NULL), 2); /* one that runs in the kernel */
	assert_int_equal(telling(autopsy, "nowhere"), 2);
	assert_int_equal(telling(autopsy, "panic"), 3); /* one that is in it */
	assert_int_equal(telling(autopsy, "default_idle"), 0);
	/* What is left over from an earlier call does not count. */
	assert_int_equal(telling(autopsy, "oops"), 2);
	assert_int_equal(telling(autopsy, ""), 2);
	made_up_cpu(autopsy, "worker ?do_one_initcall ret_from_fork");
	assert_int_equal(telling(autopsy, NULL), 2);
	booting = made_up_cpu(autopsy, "triple do_one_initcall"); /* of those that run, the one that boots */
	assert_int_equal(telling(autopsy, NULL), booting->registers.cpu);
	dead = made_up_cpu(autopsy, "stop_this_cpu"); /* out of use */
	dead->registers.halted = true;
	dead->registers.rflags = 0;
	assert_int_equal(telling(autopsy, NULL), booting->registers.cpu);
	dead = made_up_cpu(autopsy, "native_halt waits_for_ever");
	dead->registers.halted = true; /* for ever: those that run may wait for it */
	dead->registers.rflags = 0;
	assert_int_equal(telling(autopsy, NULL), dead->registers.cpu);
}

static void nothing_to_free(void **state)
{
	kho_autopsy_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),  cmocka_unit_test(booted),	  cmocka_unit_test(no_registers),
		cmocka_unit_test(no_kernel),   cmocka_unit_test(no_memory),	  cmocka_unit_test(the_telling_cpu),
		cmocka_unit_test(left_behind), cmocka_unit_test(nothing_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
