// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/boot_step.h"

#include <stdbool.h>
#include <string.h>

#include "harness/handover/unwind.h"

static const struct {
	const char *function;
	enum kho_boot_step step;
} functions[] = {
	{ "setup_arch", KHO_BOOT_SETUP_ARCH },
	{ "e820__memory_setup", KHO_BOOT_MEMBLOCK },
	{ "e820__memblock_setup", KHO_BOOT_MEMBLOCK },
	{ "arm64_memblock_init", KHO_BOOT_MEMBLOCK },
	{ "init_mem_mapping", KHO_BOOT_INIT_MEM_MAPPING },
	{ "paging_init", KHO_BOOT_INIT_MEM_MAPPING },
	{ "initmem_init", KHO_BOOT_INITMEM_INIT },
	{ "numa_init", KHO_BOOT_INITMEM_INIT },
	{ "x86_numa_init", KHO_BOOT_INITMEM_INIT },
	{ "arch_numa_init", KHO_BOOT_INITMEM_INIT },
	{ "sparse_init", KHO_BOOT_SPARSE_INIT },
	{ "sparse_init_nid", KHO_BOOT_SPARSE_INIT },
	{ "free_area_init", KHO_BOOT_FREE_AREA_INIT },
	{ "free_area_init_node", KHO_BOOT_FREE_AREA_INIT },
	{ "memmap_init", KHO_BOOT_FREE_AREA_INIT },
	{ "mm_core_init", KHO_BOOT_MM_CORE_INIT },
	{ "memblock_free_all", KHO_BOOT_MM_CORE_INIT },
	{ "sched_init", KHO_BOOT_SCHED_INIT },
	{ "console_init", KHO_BOOT_CONSOLE_INIT },
	{ "rest_init", KHO_BOOT_REST_INIT },
	{ "smp_init", KHO_BOOT_REST_INIT },
	{ "kernel_init", KHO_BOOT_REST_INIT },
	{ "do_one_initcall", KHO_BOOT_INITCALLS },
	{ "do_initcalls", KHO_BOOT_INITCALLS },
	{ "run_init_process", KHO_BOOT_INIT },
};

/* What a kernel says when it is there. */
static const struct {
	const char *text;
	enum kho_boot_step step;
} signs[] = {
	{ "Linux version ", KHO_BOOT_SETUP_ARCH },
	{ "BIOS-provided physical RAM map:", KHO_BOOT_MEMBLOCK },
	{ "last_pfn = ", KHO_BOOT_MEMBLOCK },
	{ "Using GB pages for direct mapping", KHO_BOOT_INIT_MEM_MAPPING },
	{ "RAMDISK: [mem ", KHO_BOOT_INIT_MEM_MAPPING },
	{ "ACPI: SRAT: Node ", KHO_BOOT_INITMEM_INIT },
	{ "No NUMA configuration found", KHO_BOOT_INITMEM_INIT },
	{ "Faking a node at ", KHO_BOOT_INITMEM_INIT },
	{ "NODE_DATA(", KHO_BOOT_INITMEM_INIT },
	{ "memory map backing failed", KHO_BOOT_SPARSE_INIT },
	{ "usemap allocation failed", KHO_BOOT_SPARSE_INIT },
	{ "Failed to allocate memmap for section", KHO_BOOT_SPARSE_INIT },
	{ "Zone ranges:", KHO_BOOT_FREE_AREA_INIT },
	{ "Early memory node ranges", KHO_BOOT_FREE_AREA_INIT },
	{ " zonelists, mobility grouping o", KHO_BOOT_MM_CORE_INIT },
	{ "mem auto-init: ", KHO_BOOT_MM_CORE_INIT },
	{ "SLUB: HWalign=", KHO_BOOT_MM_CORE_INIT },
	{ "ierarchical RCU implementation", KHO_BOOT_SCHED_INIT },
	{ "Console: colour ", KHO_BOOT_CONSOLE_INIT },
	{ "legacy console [", KHO_BOOT_CONSOLE_INIT },
	{ "smp: Bringing up secondary CPUs", KHO_BOOT_REST_INIT },
	{ "devtmpfs: initialized", KHO_BOOT_INITCALLS },
	{ "NET: Registered ", KHO_BOOT_INITCALLS },
	{ "Run /", KHO_BOOT_INIT },
};

/* Lines that hold what someone else wrote: a user on the command line, the firmware in its tables. */
static const char *const quotations[] = {
	"ommand line: ", "command line parameters", "Malformed early option ", "invalid for parameter ",
	"DMI: ",	 "Hardware name: ",
};

const char *kho_boot_step_name(enum kho_boot_step step)
{
	switch (step) {
	case KHO_BOOT_UNKNOWN:
		break;
	case KHO_BOOT_SETUP_ARCH:
		return "setup_arch";
	case KHO_BOOT_MEMBLOCK:
		return "memblock";
	case KHO_BOOT_INIT_MEM_MAPPING:
		return "init_mem_mapping";
	case KHO_BOOT_INITMEM_INIT:
		return "initmem_init";
	case KHO_BOOT_SPARSE_INIT:
		return "sparse_init";
	case KHO_BOOT_FREE_AREA_INIT:
		return "free_area_init";
	case KHO_BOOT_MM_CORE_INIT:
		return "mm_core_init";
	case KHO_BOOT_SCHED_INIT:
		return "sched_init";
	case KHO_BOOT_CONSOLE_INIT:
		return "console_init";
	case KHO_BOOT_REST_INIT:
		return "rest_init";
	case KHO_BOOT_INITCALLS:
		return "initcalls";
	case KHO_BOOT_INIT:
		return "init";
	}
	return "unknown";
}

static enum kho_boot_step of_line(const char *line, gsize length)
{
	enum kho_boot_step step = KHO_BOOT_UNKNOWN;

	for (gsize i = 0; i < G_N_ELEMENTS(quotations); i++)
		if (g_strstr_len(line, length, quotations[i]))
			return KHO_BOOT_UNKNOWN;
	for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
		if (signs[i].step > step && g_strstr_len(line, length, signs[i].text))
			step = signs[i].step;
	return step;
}

enum kho_boot_step kho_boot_step_of_log(const char *log)
{
	enum kho_boot_step furthest = KHO_BOOT_UNKNOWN;

	while (log && *log) {
		gsize length = strcspn(log, "\n");

		furthest = MAX(furthest, of_line(log, length));
		log += length + (log[length] == '\n');
	}
	return furthest;
}

enum kho_boot_step kho_boot_step_of_function(const char *function)
{
	/* GCC's clones are called "function.isra.0", "function.cold" */
	gsize length = function ? strcspn(function, ".") : 0;

	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
		if (strlen(functions[i].function) == length && strncmp(function, functions[i].function, length) == 0)
			return functions[i].step;
	return KHO_BOOT_UNKNOWN;
}

static enum kho_boot_step innermost(const GPtrArray *frames, bool reliable)
{
	for (guint i = 0; frames && i < frames->len; i++) {
		const struct kho_frame *frame = frames->pdata[i];
		enum kho_boot_step step = kho_boot_step_of_function(frame->function);

		if (step != KHO_BOOT_UNKNOWN && frame->reliable >= reliable)
			return step;
	}
	return KHO_BOOT_UNKNOWN;
}

enum kho_boot_step kho_boot_step_find(const char *log, const GPtrArray *frames)
{
	enum kho_boot_step stack = innermost(frames, true), said = kho_boot_step_of_log(log);

	if (stack == KHO_BOOT_UNKNOWN)
		stack = innermost(frames, false);
	return MAX(stack, said);
}
