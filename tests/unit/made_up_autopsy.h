/* SPDX-License-Identifier: GPL-2.0-only */
/* Autopsies that are made up, for tests of what is read from them: no machine ever died like this. */
#ifndef KHO_TESTS_MADE_UP_AUTOPSY_H
#define KHO_TESTS_MADE_UP_AUTOPSY_H

#include <string.h>

#include "harness/handover/autopsy.h"
#include "tests/unit/test.h"

#define INTERRUPTS_ON 0x200 /* of RFLAGS */

static inline void made_up_free_cpu(gpointer data)
{
	struct kho_autopsy_cpu *cpu = data;

	g_ptr_array_unref(cpu->frames);
	g_free(cpu);
}

/* Of a kernel that was found, without a CPU. To be freed. */
static inline struct kho_autopsy *made_up_autopsy(const char *log)
{
	struct kho_autopsy *autopsy = g_new0(struct kho_autopsy, 1);

	autopsy->found = true;
	autopsy->cpus = g_ptr_array_new_with_free_func(made_up_free_cpu);
	autopsy->log = g_strdup(log);
	autopsy->progress = kho_boot_step_of_log(log);
	return autopsy;
}

/*
 * A CPU in the kernel, with interrupts on. @stack: functions, innermost first, apart by spaces; "?f" is not reliable,
 * "-" an address in no function.
 */
static inline struct kho_autopsy_cpu *made_up_cpu(struct kho_autopsy *autopsy, const char *stack)
{
	struct kho_autopsy_cpu *cpu = g_new0(struct kho_autopsy_cpu, 1);
	g_auto(GStrv) functions = g_strsplit(stack, " ", -1);

	cpu->registers =
		(struct kho_cpu_registers){ .cpu = autopsy->cpus->len, .have_rip = true, .rflags = INTERRUPTS_ON };
	cpu->frames = g_ptr_array_new_with_free_func((GDestroyNotify)kho_frame_free);
	for (guint i = 0; functions[i] && *functions[i]; i++) {
		struct kho_frame *frame = g_new0(struct kho_frame, 1);
		bool reliable = *functions[i] != '?';

		frame->address = 0xffffffff81000000 + i;
		frame->reliable = reliable;
		frame->function = g_str_equal(functions[i], "-") ? NULL : g_strdup(functions[i] + !reliable);
		frame->offset = 16;
		frame->size = 32;
		g_ptr_array_add(cpu->frames, frame);
	}
	g_ptr_array_add(autopsy->cpus, cpu);
	autopsy->progress = MAX(autopsy->progress, kho_boot_step_find(NULL, cpu->frames));
	return cpu;
}

#endif
