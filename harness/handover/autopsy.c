// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/autopsy.h"

#include "harness/handover/printk.h"
#include "harness/handover/stall.h"

static void free_cpu(gpointer data)
{
	struct kho_autopsy_cpu *cpu = data;

	g_ptr_array_unref(cpu->frames);
	g_free(cpu);
}

/* Addresses of the one kernel mean nothing in the other, which KASLR put elsewhere. */
static bool left_behind(const struct kho_captured *captured, const struct kho_cpu_registers *cpu)
{
	return captured->vmlinux && captured->left &&
	       kho_stall_is_left_behind(captured->vmlinux, captured->left->slide - captured->slide, cpu);
}

static void examine_cpus(struct kho_autopsy *autopsy, const struct kho_captured *captured)
{
	g_autoptr(GArray) parsed = kho_registers_parse(captured->registers ?: "");

	for (guint i = 0; i < parsed->len; i++) {
		struct kho_autopsy_cpu *cpu = g_new0(struct kho_autopsy_cpu, 1);

		cpu->registers = g_array_index(parsed, struct kho_cpu_registers, i);
		cpu->left_behind = left_behind(captured, &cpu->registers);
		if (captured->vmlinux && !cpu->left_behind)
			cpu->frames = kho_unwind(captured->vmlinux, captured->image, &cpu->registers);
		else
			cpu->frames = g_ptr_array_new_with_free_func((GDestroyNotify)kho_frame_free);
		g_ptr_array_add(autopsy->cpus, cpu);
	}
}

static void examine_memory(struct kho_autopsy *autopsy, const struct kho_captured *captured)
{
	g_autoptr(GError) log_error = NULL, memblock_error = NULL;

	autopsy->log = kho_printk_log(captured->vmlinux, captured->image, &log_error);
	autopsy->log_problem = log_error ? g_strdup(log_error->message) : NULL;
	/* Its pages are the page allocator's by now (memblock_discard(), free_initmem()), and hold something else. */
	if (kho_boot_step_of_log(autopsy->log) == KHO_BOOT_INIT) {
		autopsy->memblock_problem = g_strdup("the kernel has booted, and memblock's tables are gone");
		return;
	}
	autopsy->memblock = kho_memblock_read(captured->vmlinux, captured->image, &memblock_error);
	autopsy->memblock_problem = memblock_error ? g_strdup(memblock_error->message) : NULL;
}

static enum kho_boot_step furthest_step(const struct kho_autopsy *autopsy)
{
	enum kho_boot_step furthest = kho_boot_step_of_log(autopsy->log);

	for (guint i = 0; i < autopsy->cpus->len; i++) {
		const struct kho_autopsy_cpu *cpu = g_ptr_array_index(autopsy->cpus, i);

		furthest = MAX(furthest, kho_boot_step_find(NULL, cpu->frames));
	}
	return furthest;
}

struct kho_autopsy *kho_autopsy_examine(const struct kho_captured *captured)
{
	static const char not_found[] = "the kernel was not found in the page tables";
	struct kho_autopsy *autopsy = g_new0(struct kho_autopsy, 1);

	autopsy->registers = g_strdup(captured->registers);
	autopsy->cpus = g_ptr_array_new_with_free_func(free_cpu);
	autopsy->found = captured->vmlinux != NULL;
	autopsy->slide = captured->slide;
	examine_cpus(autopsy, captured);
	if (autopsy->found) {
		examine_memory(autopsy, captured);
	} else {
		autopsy->log_problem = g_strdup(not_found);
		autopsy->memblock_problem = g_strdup(not_found);
	}
	autopsy->progress = furthest_step(autopsy);
	return autopsy;
}

void kho_autopsy_free(struct kho_autopsy *autopsy)
{
	if (!autopsy)
		return;
	g_ptr_array_unref(autopsy->cpus);
	kho_memblock_free(autopsy->memblock);
	g_free(autopsy->memblock_problem);
	g_free(autopsy->log);
	g_free(autopsy->log_problem);
	g_free(autopsy->reason);
	g_free(autopsy->registers);
	g_free(autopsy);
}

static bool holds(const struct kho_autopsy_cpu *cpu, const char *function, bool reliably)
{
	for (guint i = 0; function && i < cpu->frames->len; i++) {
		const struct kho_frame *frame = g_ptr_array_index(cpu->frames, i);

		if (frame->reliable >= reliably && g_strcmp0(frame->function, function) == 0)
			return true;
	}
	return false;
}

/* The CPU that boots, where several run. */
static bool boots(const struct kho_autopsy_cpu *cpu)
{
	for (guint i = 0; i < cpu->frames->len; i++) {
		const struct kho_frame *frame = g_ptr_array_index(cpu->frames, i);

		if (frame->reliable && kho_boot_step_of_function(frame->function) != KHO_BOOT_UNKNOWN)
			return true;
	}
	return false;
}

/*
 * How much a CPU has to tell: nothing where it is in no function of this kernel or out of use, little where it only
 * waits for work. One that has stopped for ever comes before those that run: they may wait for it.
 */
enum { NOTHING, IDLE, WAITS, RUNS, BOOTS, DEAD };

static int weight(const struct kho_autopsy_cpu *cpu)
{
	const struct kho_frame *frame = cpu->frames->len ? g_ptr_array_index(cpu->frames, 0) : NULL;

	if (cpu->registers.cpl)
		return WAITS;
	if (!frame || !frame->function)
		return NOTHING;
	if (holds(cpu, "do_idle", false))
		return IDLE;
	if (!cpu->registers.halted)
		return boots(cpu) ? BOOTS : RUNS;
	if (cpu->registers.rflags & KHO_RFLAGS_IF)
		return WAITS;
	return kho_stall_is_parking(frame->function) ? NOTHING : DEAD;
}

const struct kho_autopsy_cpu *kho_autopsy_telling_cpu(const struct kho_autopsy *autopsy, const char *function)
{
	const struct kho_autopsy_cpu *telling = NULL;

	for (guint i = 0; i < autopsy->cpus->len; i++) {
		const struct kho_autopsy_cpu *cpu = g_ptr_array_index(autopsy->cpus, i);

		if (holds(cpu, function, true))
			return cpu;
		if (!telling || weight(cpu) > weight(telling))
			telling = cpu;
	}
	return telling;
}
