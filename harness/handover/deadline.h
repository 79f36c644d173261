/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a machine may take, in seconds of guest time (time in which it did not wait for a CPU). Pure.
 *
 * The successor boots the same machine as the first kernel did, so it gets a multiple of what that one
 * needed. Only the first boot itself has nothing to be compared with.
 */
#ifndef KHO_HANDOVER_DEADLINE_H
#define KHO_HANDOVER_DEADLINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/model/outcome.h"

struct kho_course {
	guint lines;		/* of the first kernel's console */
	double first_line;	/* guest time at which the first kernel's console spoke; 0: not yet */
	double last_line;	/* ... it spoke last, while it booted */
	double longest_gap;	/* the longest silence between, up to the first init */
	double first_hello;	/* guest time at which the first init spoke; 0: not yet */
	double first_end;	/* ... the first kernel said its last word */
	double successor_hello; /* ... the successor's init spoke */
};

/* The first kernel's console has spoken at @now. */
void kho_course_heard(struct kho_course *course, double now);

/* The guest time by which the next step must have come. @memory: the machine's, in bytes. */
double kho_deadline(const struct kho_course *course, uint64_t memory);

/*
 * For how long a successor may be silent that does get on: a multiple of what the first kernel needed for the same
 * stretch. @spoke: its log has begun.
 */
double kho_patience(const struct kho_course *course, bool spoke);

/* Records that no successor's log has that gets on. */
guint64 kho_course_flood(const struct kho_course *course);

/*
 * How often the deadline is moved for a machine that still gets on when it is reached. After that, the harness
 * cannot tell.
 */
#define KHO_EXTENSIONS 3

#endif
