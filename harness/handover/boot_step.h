/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a kernel's boot had come, read from its log and from the functions on its boot CPU's stack. Pure. The steps
 * are those of start_kernel() and x86-64's and arm64's setup_arch(), 6.18 to 7.3; up to 7.0 sparse_init() comes before
 * free_area_init(), later it is called at that one's beginning.
 */
#ifndef KHO_HANDOVER_BOOT_STEP_H
#define KHO_HANDOVER_BOOT_STEP_H

#include <glib.h>

enum kho_boot_step {
	KHO_BOOT_UNKNOWN, /* no sign of any: before the kernel proper, or nothing could be read */
	KHO_BOOT_SETUP_ARCH,
	KHO_BOOT_MEMBLOCK, /* the firmware's memory map is turned into memblock */
	KHO_BOOT_INIT_MEM_MAPPING,
	KHO_BOOT_INITMEM_INIT, /* NUMA */
	KHO_BOOT_SPARSE_INIT,  /* the memory map */
	KHO_BOOT_FREE_AREA_INIT,
	KHO_BOOT_MM_CORE_INIT,
	KHO_BOOT_SCHED_INIT,
	KHO_BOOT_CONSOLE_INIT,
	KHO_BOOT_REST_INIT,
	KHO_BOOT_INITCALLS,
	KHO_BOOT_INIT, /* PID 1 */
};

/* "sparse_init", "init"; "unknown". */
const char *kho_boot_step_name(enum kho_boot_step step);

/* The furthest step that a line of @log (with or without times; NULL: none) proves. */
enum kho_boot_step kho_boot_step_of_log(const char *log);

/* The step that the function belongs to, else KHO_BOOT_UNKNOWN. */
enum kho_boot_step kho_boot_step_of_function(const char *function);

/*
 * Both together. Of the stack (array of struct kho_frame, innermost first; NULL: none) the innermost step counts: where
 * steps are nested it is the one that runs. Reliable frames go before those that may be left over.
 */
enum kho_boot_step kho_boot_step_find(const char *log, const GPtrArray *frames);

#endif
