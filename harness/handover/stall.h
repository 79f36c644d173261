/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a machine that says nothing still get anywhere? Judged beat by beat, from how long it has been silent, where its
 * CPUs are, and how much CPU time it really used. Pure.
 *
 * Silence alone proves little: a large memory map is set up without a word, and a busy host makes everything slow. So
 * silence is measured in guest time against the first kernel's own, and a loop counts only where it also used that
 * much CPU time: a starved machine shows the same registers again and again, too.
 */
#ifndef KHO_HANDOVER_STALL_H
#define KHO_HANDOVER_STALL_H

#include <glib.h>
#include <stdbool.h>

#include "harness/handover/registers.h"
#include "harness/machine/vmlinux.h"

enum kho_stall_state {
	KHO_STALL_ALIVE,
	KHO_STALL_SUSPECT, /* silent for a while: the next beats should say where its CPUs are */
	KHO_STALL_LOOP,	   /* it runs in a few functions, and does not leave them */
	KHO_STALL_HALTED,  /* a CPU waits for ever, with interrupts off */
	KHO_STALL_IDLE,	   /* all CPUs wait for interrupts, of which none brings anything on */
	KHO_STALL_SILENT,  /* it runs here and there, and nothing comes of it */
};

/* One look at the machine. */
struct kho_beat {
	double guest, cpu;    /* seconds since power-on: guest time, CPU time used */
	bool progress;	      /* log, console or records have grown since the last beat */
	const char *function; /* where the CPU is that tells most; NULL: nobody looked */
	bool vague;	      /* that is no function: what runs there may be work as well as a loop */
	bool halted;	      /* that CPU waits: no CPU runs, or it is dead */
	bool dead;	      /* it waits in the kernel with its interrupts off: nothing will wake it */
};

struct kho_stall {
	double guest, cpu;	   /* at the last progress */
	guint looks;		   /* beats that said where the CPUs are, since then */
	guint halted, dead, vague; /* of these */
	GHashTable *functions;	   /* name -> how many looks (GUINT_TO_POINTER) */
};

void kho_stall_init(struct kho_stall *stall);
void kho_stall_clear(struct kho_stall *stall);

/* @patience: seconds of guest time that may pass in silence. */
enum kho_stall_state kho_stall_take(struct kho_stall *stall, const struct kho_beat *beat, double patience);

/* So many seconds of guest time do not count: the machine was stopped to be looked at. */
void kho_stall_skip(struct kho_stall *stall, double guest);

/* The function that was seen most since the last progress; NULL: nobody looked. Valid until the next beat. */
const char *kho_stall_function(const struct kho_stall *stall);

/* A function in which CPUs that are out of use wait for ever, interrupts off. */
bool kho_stall_is_parking(const char *function);

/* Whether a CPU is halted in such a function of the kernel that @vmlinux, moved by @slide, describes. */
bool kho_stall_is_left_behind(const struct kho_vmlinux *vmlinux, guint64 slide, const struct kho_cpu_registers *cpu);

#endif
