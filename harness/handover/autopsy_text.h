/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an autopsy found, and how it is written: as text for a person, as JSON for a program. Pure. What came from the
 * machine is made harmless: valid UTF-8 without control characters.
 */
#ifndef KHO_HANDOVER_AUTOPSY_TEXT_H
#define KHO_HANDOVER_AUTOPSY_TEXT_H

#include "harness/handover/boot_step.h"
#include "harness/handover/memblock.h"
#include "harness/handover/registers.h"
#include "harness/handover/unwind.h"

struct kho_autopsy_cpu {
	struct kho_cpu_registers registers;
	GPtrArray *frames; /* of struct kho_frame */
};

struct kho_autopsy {
	char *reason; /* the one line of the record; NULL: none; the caller's to set */
	enum kho_boot_step progress;
	GPtrArray *cpus;	       /* of struct kho_autopsy_cpu */
	char *log, *log_problem;       /* the one or the other is NULL */
	struct kho_memblock *memblock; /* NULL: memblock_problem says why */
	char *memblock_problem;
};

/*
 * Reads everything there is: @registers is the monitor's answer to "info registers -a". Never fails as a whole; what
 * could not be read says why. To be freed.
 */
struct kho_autopsy *kho_autopsy_examine(const struct kho_vmlinux *vmlinux, const struct kho_image *image,
					const char *registers);
void kho_autopsy_free(struct kho_autopsy *autopsy);
typedef struct kho_autopsy KhoAutopsy;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoAutopsy, kho_autopsy_free)

/* Both end in a newline. To be freed. */
char *kho_autopsy_text(const struct kho_autopsy *autopsy);
/*
 * {"reason", "progress", "cpus": [{"cpu", "rip", "rsp", "rbp", "rflags", "cr2", "cpl", "halted", "stack": [{"address",
 * "function", "offset", "size", "reliable"}]}], "memblock": {"scratch_bytes", "scratch_free_bytes",
 * "scratch_largest_bytes", "memory": [{"base", "size", "flags", "nid"}], "reserved": [...]} or null,
 * "memblock_problem", "log": [lines] or null, "log_problem"}; addresses are strings like "0xffffffff81000000".
 */
char *kho_autopsy_json(const struct kho_autopsy *autopsy);

#endif
