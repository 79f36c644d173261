/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What QEMU's monitor says to "info registers -a" (7.2; x86-64, arm64), as far as an autopsy needs it. Pure. The names
 * are those of x86-64; on arm64 they stand for PC, SP, X29 and PSTATE.
 */
#ifndef KHO_HANDOVER_REGISTERS_H
#define KHO_HANDOVER_REGISTERS_H

#include <glib.h>
#include <stdbool.h>

#define KHO_RFLAGS_IF (1ULL << 9) /* x86-64: interrupts are on */

struct kho_cpu_registers {
	guint cpu;
	bool have_rip; /* the rest is 0 where it was not printed */
	guint64 rip, rsp, rbp, rflags;
	guint64 cr2;	  /* x86-64: address of the last page fault */
	guint64 cr3, cr4; /* x86-64: the page tables, and their kind */
	guint cpl;	  /* 0: kernel, 3: user space; on arm64 too */
	bool halted;	  /* waits for an interrupt; not known on arm64 */
};

/*
 * An array of struct kho_cpu_registers in the order of the text, one for each "CPU#N" line; at most 4096. Empty where
 * there is none, or no text (NULL: QEMU did not answer). To be unreferenced.
 */
GArray *kho_registers_parse(const char *text);

#endif
