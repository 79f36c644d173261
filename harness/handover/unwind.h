/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A best-effort stack of a stopped CPU, as the kernel's show_trace_log_lvl() makes it
 * (arch/x86/kernel/dumpstack.c, 6.18 to 7.3): every word of the stack that is a return address is listed, and is
 * reliable where the chain of frame pointers leads to it, through exceptions too. The others may be left over from
 * calls that ended. Pure, on memory that is not trusted.
 */
#ifndef KHO_HANDOVER_UNWIND_H
#define KHO_HANDOVER_UNWIND_H

#include "harness/handover/image.h"
#include "harness/handover/registers.h"
#include "harness/machine/vmlinux.h"

struct kho_frame {
	guint64 slot; /* of the stack, in which the address lies; 0: the program counter */
	guint64 address;
	char *function;	      /* NULL: not in the kernel's text (only the first frame) */
	guint64 offset, size; /* of the address in the function, of the function; bytes */
	bool reliable;
};

void kho_frame_free(struct kho_frame *frame);

/*
 * An array of struct kho_frame, innermost first: the program counter (reliable), then what lies between the stack
 * pointer and the end of its 16 KiB (THREAD_SIZE and its alignment, without KASAN). Empty for a CPU without registers
 * or in user space. To be unreferenced.
 */
GPtrArray *kho_unwind(const struct kho_vmlinux *vmlinux, const struct kho_image *image,
		      const struct kho_cpu_registers *registers);

/* "? func+0x1/0x2", without the mark if reliable; "0xffffffff81000000" without a function. To be freed. */
char *kho_frame_text(const struct kho_frame *frame);

#endif
