/* SPDX-License-Identifier: GPL-2.0-only */
/* expected/ renewed by what a run shows. */
#ifndef KHO_COMMAND_RENEWAL_H
#define KHO_COMMAND_RENEWAL_H

#include "harness/judge/expected.h"

/* Takes over what cells and controls of @kernel, one of @run's, show, and writes the file. What shows nothing is named.
 */
bool kho_renewal_of_kernel(struct kho_expected *expected, const struct kho_run *run,
			   const struct kho_run_kernel *kernel, GError **error);

/* The same for each kernel of a recorded run. */
bool kho_renewal_of_run(const struct kho_run *run, GError **error);

#endif
