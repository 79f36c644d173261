// SPDX-License-Identifier: GPL-2.0-only
/* How far a boot had come. */
#include "harness/handover/boot_step.h"

#include "harness/handover/unwind.h"
#include "tests/unit/test.h"

/* --- logs --- */

static void expect_step(const char *log, enum kho_boot_step expected)
{
	enum kho_boot_step step = kho_boot_step_of_log(log);

	if (step != expected)
		fail_msg("'%s' is %s, not %s", log, kho_boot_step_name(step), kho_boot_step_name(expected));
}

/* Said by Linux 6.19.6, but for the three of its memory map. */
static void signs(void **state)
{
	static const struct {
		const char *line;
		enum kho_boot_step step;
	} lines[] = {
		{ "Linux version 6.19.6 (kho-matrix@kho-matrix) (gcc 12.2.0) #1 SMP", KHO_BOOT_SETUP_ARCH },
		{ "BIOS-provided physical RAM map:", KHO_BOOT_MEMBLOCK },
		{ "last_pfn = 0x1ffdf max_arch_pfn = 0x400000000", KHO_BOOT_MEMBLOCK },
		{ "Using GB pages for direct mapping", KHO_BOOT_INIT_MEM_MAPPING },
		{ "RAMDISK: [mem 0x1ffcd000-0x1ffcffff]", KHO_BOOT_INIT_MEM_MAPPING },
		{ "ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x0009ffff]", KHO_BOOT_INITMEM_INIT },
		{ "No NUMA configuration found", KHO_BOOT_INITMEM_INIT },
		{ "Faking a node at [mem 0x0000000000000000-0x000000001ffdefff]", KHO_BOOT_INITMEM_INIT },
		{ "NODE_DATA(0) allocated [mem 0x1ffdc0c0-0x1ffdefff]", KHO_BOOT_INITMEM_INIT },
		{ "sparse_init_nid: node[0] memory map backing failed. Some memory will not be available.",
		  KHO_BOOT_SPARSE_INIT },
		{ "sparse_init_nid: node[1] usemap allocation failed", KHO_BOOT_SPARSE_INIT },
		{ "Kernel panic - not syncing: Failed to allocate memmap for section 34", KHO_BOOT_SPARSE_INIT },
		{ "Zone ranges:", KHO_BOOT_FREE_AREA_INIT },
		{ "Early memory node ranges", KHO_BOOT_FREE_AREA_INIT },
		{ "Built 1 zonelists, mobility grouping on.  Total pages: 130941", KHO_BOOT_MM_CORE_INIT },
		{ "mem auto-init: stack:off, heap alloc:off, heap free:off", KHO_BOOT_MM_CORE_INIT },
		{ "SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=2, Nodes=1", KHO_BOOT_MM_CORE_INIT },
		{ "rcu: Hierarchical RCU implementation.", KHO_BOOT_SCHED_INIT },
		{ "Console: colour VGA+ 80x25", KHO_BOOT_CONSOLE_INIT },
		{ "printk: legacy console [ttyS0] enabled", KHO_BOOT_CONSOLE_INIT },
		{ "smp: Bringing up secondary CPUs ...", KHO_BOOT_REST_INIT },
		{ "devtmpfs: initialized", KHO_BOOT_INITCALLS },
		{ "NET: Registered PF_NETLINK/PF_ROUTE protocol family", KHO_BOOT_INITCALLS },
		{ "Run /init as init process", KHO_BOOT_INIT },
		{ "printk: legacy bootconsole [earlyser0] enabled", KHO_BOOT_UNKNOWN },
		{ "KERNEL supported cpus:", KHO_BOOT_UNKNOWN },
	};

	for (gsize i = 0; i < COUNT(lines); i++) {
		g_autofree char *timed = g_strdup_printf("[    0.000000] %s\n", lines[i].line);
		g_autofree char *between = g_strdup_printf("nothing\n[    0.000000] %s\r\nnothing", lines[i].line);

		expect_step(lines[i].line, lines[i].step);
		expect_step(timed, lines[i].step);
		expect_step(between, lines[i].step);
	}
}

static void empty_logs(void **state)
{
	expect_step(NULL, KHO_BOOT_UNKNOWN);
	expect_step("", KHO_BOOT_UNKNOWN);
	expect_step("\n\n\n", KHO_BOOT_UNKNOWN);
	expect_step("Linux", KHO_BOOT_UNKNOWN);
	/* No sign goes over two lines. */
	expect_step("Zone\n ranges:", KHO_BOOT_UNKNOWN);
}

/* The furthest counts, not the last. */
static void furthest_line(void **state)
{
	expect_step("Linux version 6.19.6\nZone ranges:\nNODE_DATA(1) allocated\nBIOS-provided physical RAM map:\n",
		    KHO_BOOT_FREE_AREA_INIT);
}

/* A user's words prove nothing. The lines are what Linux 6.19.6 makes of a command line. */
static void quoted_command_line(void **state)
{
	expect_step("[    0.000000] Command line: console=ttyS0 Run /hello Zone ranges:\n", KHO_BOOT_UNKNOWN);
	expect_step(
		"[    0.000000] Kernel command line: console=ttyS0 Run /hello Zone ranges: \\\n"
		"[    0.000000] Kernel command line: Run /again\n"
		"[    0.000000] Unknown kernel command line parameters \"Run /hello Zone ranges:\", will be passed to "
		"user space.\n",
		KHO_BOOT_UNKNOWN);
	expect_step("Linux version 6.19.6\nCommand line: Run /init\nlast_pfn = 0x1ffdf\n", KHO_BOOT_MEMBLOCK);
}

/* Nor do those of the firmware, or of options that are complained of. */
static void quoted_otherwise(void **state)
{
	expect_step("[    0.000000] DMI: Zone ranges: Run /, BIOS Built 1 Run /\n", KHO_BOOT_UNKNOWN);
	expect_step("[    0.000000] Hardware name: Run /, BIOS 1\n", KHO_BOOT_UNKNOWN);
	expect_step("[    0.000000] Malformed early option 'Run /'\n", KHO_BOOT_UNKNOWN);
	expect_step("[    0.000000] Booting kernel: `Run /' invalid for parameter `numa'\n", KHO_BOOT_UNKNOWN);
	expect_step("[    0.000000] Built by hand\n", KHO_BOOT_UNKNOWN);
}

/* --- stacks --- */

static void functions(void **state)
{
	assert_int_equal(kho_boot_step_of_function("setup_arch"), KHO_BOOT_SETUP_ARCH);
	assert_int_equal(kho_boot_step_of_function("sparse_init_nid"), KHO_BOOT_SPARSE_INIT);
	assert_int_equal(kho_boot_step_of_function("run_init_process"), KHO_BOOT_INIT);
	assert_int_equal(kho_boot_step_of_function("setup_arch_pebs_sample_data"), KHO_BOOT_UNKNOWN);
	assert_int_equal(kho_boot_step_of_function("setup"), KHO_BOOT_UNKNOWN);
	assert_int_equal(kho_boot_step_of_function(""), KHO_BOOT_UNKNOWN);
	assert_int_equal(kho_boot_step_of_function(NULL), KHO_BOOT_UNKNOWN);
}

/* A compiler may clone a function, or move a part of it away. */
static void cloned_functions(void **state)
{
	assert_int_equal(kho_boot_step_of_function("sparse_init_nid.isra.0"), KHO_BOOT_SPARSE_INIT);
	assert_int_equal(kho_boot_step_of_function("numa_init.constprop.0.isra.1"), KHO_BOOT_INITMEM_INIT);
	assert_int_equal(kho_boot_step_of_function("rest_init.cold"), KHO_BOOT_REST_INIT);
	assert_int_equal(kho_boot_step_of_function(".sparse_init"), KHO_BOOT_UNKNOWN);
	assert_int_equal(kho_boot_step_of_function("sparse.init"), KHO_BOOT_UNKNOWN);
}

/* The functions innermost first; "?" before one makes it a leftover, "" is an address without a function. */
static enum kho_boot_step step_of(const char *log, const char *const *functions_of_stack)
{
	g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify)kho_frame_free);

	for (; *functions_of_stack; functions_of_stack++) {
		struct kho_frame *frame = g_new0(struct kho_frame, 1);
		const char *name = *functions_of_stack;

		frame->reliable = *name != '?';
		frame->function = *name ? g_strdup(frame->reliable ? name : name + 1) : NULL;
		g_ptr_array_add(frames, frame);
	}
	return kho_boot_step_find(log, frames);
}

#define STACK(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void innermost_step(void **state)
{
	assert_int_equal(step_of(NULL, STACK("memcpy", "sparse_init", "paging_init", "setup_arch", "start_kernel")),
			 KHO_BOOT_SPARSE_INIT);
	assert_int_equal(step_of(NULL, STACK("", "memcpy", "setup_arch")), KHO_BOOT_SETUP_ARCH);
	assert_int_equal(step_of(NULL, STACK("memcpy", "start_kernel")), KHO_BOOT_UNKNOWN);
}

/* What is left over counts only where nothing else is there. */
static void leftovers(void **state)
{
	assert_int_equal(step_of(NULL, STACK("memcpy", "?free_area_init", "setup_arch")), KHO_BOOT_SETUP_ARCH);
	assert_int_equal(step_of(NULL, STACK("memcpy", "?sparse_init", "?setup_arch")), KHO_BOOT_SPARSE_INIT);
}

/* The log cannot say more than was reached, and a stack may be too damaged to tell. */
static void log_and_stack(void **state)
{
	const char *log = "[    0.000000] Zone ranges:\n";

	assert_int_equal(kho_boot_step_find(NULL, NULL), KHO_BOOT_UNKNOWN);
	assert_int_equal(kho_boot_step_find(log, NULL), KHO_BOOT_FREE_AREA_INIT);
	assert_int_equal(step_of(log, STACK("memcpy")), KHO_BOOT_FREE_AREA_INIT);
	assert_int_equal(step_of(log, STACK("setup_arch")), KHO_BOOT_FREE_AREA_INIT);
	assert_int_equal(step_of(log, STACK("sched_init")), KHO_BOOT_SCHED_INIT);
}

static void names(void **state)
{
	assert_string_equal(kho_boot_step_name(KHO_BOOT_UNKNOWN), "unknown");
	assert_string_equal(kho_boot_step_name(KHO_BOOT_SPARSE_INIT), "sparse_init");
	assert_string_equal(kho_boot_step_name(KHO_BOOT_INIT), "init");
	assert_string_equal(kho_boot_step_name((enum kho_boot_step)99), "unknown");
	for (int step = KHO_BOOT_SETUP_ARCH; step <= KHO_BOOT_INIT; step++)
		for (int other = KHO_BOOT_UNKNOWN; other < step; other++)
			assert_string_not_equal(kho_boot_step_name(step), kho_boot_step_name(other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs),
		cmocka_unit_test(empty_logs),
		cmocka_unit_test(furthest_line),
		cmocka_unit_test(quoted_command_line),
		cmocka_unit_test(quoted_otherwise),
		cmocka_unit_test(functions),
		cmocka_unit_test(cloned_functions),
		cmocka_unit_test(innermost_step),
		cmocka_unit_test(leftovers),
		cmocka_unit_test(log_and_stack),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
