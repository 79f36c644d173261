/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control runs: for each machine, that is a kernel pair on a topology, what must survive before its cells say
 * anything about an estimator. A machine that dies in a plain kexec, or with more scratch than it can use,
 * dies of something else.
 *
 * A control is run as a cell is, but is none: nothing is predicted, and nothing expected but that it survives.
 * Its id has its kind in place of the scratch spec:
 *
 *	6.19-x86_64/two-even/control:kho-off
 */
#ifndef KHO_MODEL_CONTROL_H
#define KHO_MODEL_CONTROL_H

#include <glib.h>
#include <stdbool.h>

enum kho_control {
	KHO_CONTROL_NONE,    /* not a control, but a cell */
	KHO_CONTROL_KHO_OFF, /* a plain kexec: KHO is off in both kernels */
	KHO_CONTROL_AMPLE,   /* a handover with ample scratch */
	KHO_NR_CONTROLS
};

/* The scratch spec of kho-off: the kernel's default, and ignored, as KHO is off. */
#define KHO_CONTROL_ANY_SCRATCH "200%"

const char *kho_control_text(enum kho_control control); /* "ample" */

/* Of a control: "none" is not one. */
bool kho_control_from_text(const char *text, enum kho_control *control);

/*
 * The controls of all machines that @cells (of struct kho_cell *) use, in the order of the first cells, as an array of
 * struct kho_cell * that frees them; it borrows the cells' topologies. A machine without ample
 * scratch (kho_scratch_ample()) has no such control.
 */
GPtrArray *kho_controls_for(const GPtrArray *cells);

#endif
