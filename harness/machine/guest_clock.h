/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A clock that stops while a process waits for a CPU, or for the host's kernel to do something for it. See
 * kho_process_guest_time() for what it promises; here is how: kho_guest_clock_advance() is the pure half, the other
 * reads /proc.
 */
#ifndef KHO_MACHINE_GUEST_CLOCK_H
#define KHO_MACHINE_GUEST_CLOCK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct kho_guest_clock {
	double last;	    /* wall seconds at the last reading */
	double guest;	    /* what the clock shows, in seconds */
	double debt;	    /* seconds waited that did not fit into the interval they were seen in */
	GHashTable *delays; /* thread id -> what it lost so far, uint64_t * in nanoseconds */
};

/* The clock starts at zero, at wall time zero of a process that is just being born. */
void kho_guest_clock_init(struct kho_guest_clock *clock);
void kho_guest_clock_clear(struct kho_guest_clock *clock);

/*
 * Moves to wall time @now (seconds), with @waited seconds lost to waiting since the last time; but never behind
 * @worked, the seconds of CPU that one thread has used so far: time in which something was done.
 */
void kho_guest_clock_advance(struct kho_guest_clock *clock, double now, double waited, double worked);

/*
 * The longest wait of any thread of @pid since the last call, time in the host's kernel included, in seconds. Threads
 * may come and go; 0 when nothing can be read.
 */
double kho_guest_clock_waited(struct kho_guest_clock *clock, pid_t pid, double *worked);

/* Second field of a schedstat file, in nanoseconds. */
bool kho_guest_clock_parse_schedstat(const char *text, uint64_t *run_delay);

/* utime and stime of a stat file, in seconds. */
bool kho_guest_clock_parse_stat(const char *text, double *user, double *system);

#endif
