/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that this runs on, as far as one may look at it: nothing is changed, and what cannot be read is named,
 * not guessed. Linux on x86-64.
 */
#ifndef KHO_MACHINE_THIS_MACHINE_H
#define KHO_MACHINE_THIS_MACHINE_H

#include <glib.h>
#include <stdbool.h>

#include "estimator/memory_ranges.h"

struct kho_this_machine {
	char *release; /* uname -r */
	struct kho_geometry geometry;
	GArray *ranges;	 /* of struct kho_memory_range */
	bool printed;	 /* the kernel printed them; otherwise they are from blocks of memory in sysfs, holes and all */
	GArray *cpus;	 /* of guint, by node */
	GArray *events;	 /* of struct kho_early_event, of its early boot; empty: not known */
	GArray *scratch; /* of struct kho_scratch_area, as it is; empty: not known, or KHO is off */
	GPtrArray *unknown; /* of char *: what could not be read, and what is taken instead */
};

/*
 * Looks at everything. @dmesg: a file with the kernel's log from its beginning, instead of /dev/kmsg; or NULL. @root:
 * "" but for tests, which have a made-up /sys there. Errors are KHO_ERROR_INPUT for @dmesg, and for a machine of which
 * not even the memory is known.
 */
struct kho_this_machine *kho_this_machine_read(const char *dmesg, const char *root, GError **error);
void kho_this_machine_free(struct kho_this_machine *machine);
typedef struct kho_this_machine KhoThisMachine;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoThisMachine, kho_this_machine_free)

#endif
