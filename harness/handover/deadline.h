/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a machine may take, in seconds of guest time (time in which it did not wait for a CPU).
 *
 * The successor boots the same machine as the first kernel did, so it gets a multiple of what that one
 * needed. Only the first boot itself has nothing to be compared with.
 */
#ifndef KHO_HANDOVER_DEADLINE_H
#define KHO_HANDOVER_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/model/outcome.h"

struct kho_course {
	double first_hello;	/* guest time at which the first init spoke; 0: not yet */
	double first_end;	/* ... the first kernel said its last word */
	double successor_hello; /* ... the successor's init spoke */
};

/* The guest time by which the next step must have come. @memory: the machine's, in bytes. */
double kho_deadline(const struct kho_course *course, uint64_t memory);

#endif
