// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/stall.h"

/* Of the patience: from here on somebody looks where the CPUs are. */
#define SUSPECT 0.4
#define LOOKS	5 /* that a verdict takes */
/* A loop of the kernel has a body and what it calls; work goes through dozens of functions in as many looks. */
#define LOOP_FUNCTIONS 3
/* Of the silence: what a machine that runs must have used of CPU time. */
#define BUSY 0.5
/* Of the looks: how many must find an idle machine halted. Its timer wakes it, and a look may fall on that. */
#define IDLE 0.9
/* Where it is not plain that it got stuck. */
#define LONG_PATIENCE 3.0

void kho_stall_init(struct kho_stall *stall)
{
	*stall = (struct kho_stall){ .functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
}

void kho_stall_clear(struct kho_stall *stall)
{
	g_clear_pointer(&stall->functions, g_hash_table_unref);
}

static void restart(struct kho_stall *stall, const struct kho_beat *beat)
{
	stall->guest = beat->guest;
	stall->cpu = beat->cpu;
	stall->looks = stall->halted = stall->dead = stall->vague = 0;
	g_hash_table_remove_all(stall->functions);
}

static void look(struct kho_stall *stall, const struct kho_beat *beat)
{
	guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(stall->functions, beat->function));

	g_hash_table_insert(stall->functions, g_strdup(beat->function), GUINT_TO_POINTER(seen + 1));
	stall->looks++;
	stall->halted += beat->halted;
	stall->dead += beat->dead;
	stall->vague += beat->vague;
}

static enum kho_stall_state judge(const struct kho_stall *stall, double silence, double used, double patience)
{
	bool busy = used >= silence * BUSY, idle = stall->halted >= stall->looks * IDLE;
	bool few = !stall->vague && g_hash_table_size(stall->functions) <= LOOP_FUNCTIONS;

	if (stall->dead == stall->looks)
		return KHO_STALL_HALTED;
	if (silence < patience)
		return KHO_STALL_SUSPECT;
	if (busy && !stall->halted && few)
		return KHO_STALL_LOOP;
	if (silence < patience * LONG_PATIENCE)
		return KHO_STALL_SUSPECT;
	if (idle)
		return KHO_STALL_IDLE;
	return busy ? KHO_STALL_SILENT : KHO_STALL_SUSPECT;
}

enum kho_stall_state kho_stall_take(struct kho_stall *stall, const struct kho_beat *beat, double patience)
{
	double silence = beat->guest - stall->guest;

	if (beat->progress) {
		restart(stall, beat);
		return KHO_STALL_ALIVE;
	}
	if (silence < patience * SUSPECT)
		return KHO_STALL_ALIVE;
	if (beat->function)
		look(stall, beat);
	if (stall->looks < LOOKS)
		return KHO_STALL_SUSPECT;
	return judge(stall, silence, beat->cpu - stall->cpu, patience);
}

void kho_stall_skip(struct kho_stall *stall, double guest)
{
	stall->guest += guest;
}

const char *kho_stall_function(const struct kho_stall *stall)
{
	const char *most = NULL;
	GHashTableIter iter;
	gpointer name, count;
	guint best = 0;

	g_hash_table_iter_init(&iter, stall->functions);
	while (g_hash_table_iter_next(&iter, &name, &count)) {
		bool more = GPOINTER_TO_UINT(count) > best ||
			    (GPOINTER_TO_UINT(count) == best && most && g_strcmp0(name, most) < 0);

		if (more) {
			best = GPOINTER_TO_UINT(count);
			most = name;
		}
	}
	return most;
}

/* arch/x86/kernel/{process,smpboot}.c, 6.18 to 7.3. */
bool kho_stall_is_parking(const char *function)
{
	static const char *const parking[] = { "stop_this_cpu", "play_dead_common", "native_play_dead", "hlt_play_dead",
					       "mwait_play_dead" };

	for (gsize i = 0; i < G_N_ELEMENTS(parking); i++)
		if (g_str_equal(function, parking[i]))
			return true;
	return false;
}

bool kho_stall_is_left_behind(const struct kho_vmlinux *vmlinux, guint64 slide, const struct kho_cpu_registers *cpu)
{
	const char *function;

	if (cpu->cpl || !cpu->halted || (cpu->rflags & KHO_RFLAGS_IF))
		return false;
	function = kho_vmlinux_function_at(vmlinux, cpu->rip - slide, NULL, NULL);
	return function && kho_stall_is_parking(function);
}
