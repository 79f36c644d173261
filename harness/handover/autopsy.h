/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The autopsy of a stopped machine: what its kernel was doing, how far it had come, what it had to say, and what
 * memblock had left. Pure; autopsy_text.h writes it down.
 */
#ifndef KHO_HANDOVER_AUTOPSY_H
#define KHO_HANDOVER_AUTOPSY_H

#include "harness/handover/boot_step.h"
#include "harness/handover/capture.h"
#include "harness/handover/memblock.h"
#include "harness/handover/registers.h"
#include "harness/handover/unwind.h"

struct kho_autopsy_cpu {
	struct kho_cpu_registers registers;
	bool left_behind;  /* it still halts where the kernel before this one stopped it */
	GPtrArray *frames; /* of struct kho_frame */
};

struct kho_autopsy {
	char *reason; /* the one line of the record; NULL: none; the caller's to set */
	bool found;   /* the kernel runs in its own page tables; nothing else is known where it does not */
	guint64 slide;
	enum kho_boot_step progress;
	GPtrArray *cpus;	       /* of struct kho_autopsy_cpu */
	char *log, *log_problem;       /* the one or the other is NULL */
	struct kho_memblock *memblock; /* NULL: memblock_problem says why */
	char *memblock_problem;
	char *registers; /* QEMU's text; NULL: it did not answer */
};

/* Reads everything there is. Never fails as a whole; what could not be read says why. To be freed. */
struct kho_autopsy *kho_autopsy_examine(const struct kho_captured *captured);
void kho_autopsy_free(struct kho_autopsy *autopsy); /* NULL is fine */
typedef struct kho_autopsy KhoAutopsy;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoAutopsy, kho_autopsy_free)

/* The CPU that tells most: one whose stack holds @function, else one that runs in the kernel, else the first. NULL:
 * none. */
const struct kho_autopsy_cpu *kho_autopsy_telling_cpu(const struct kho_autopsy *autopsy, const char *function);

#endif
