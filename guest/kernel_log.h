/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's log, line by line from its beginning. */
#ifndef KHO_GUEST_KERNEL_LOG_H
#define KHO_GUEST_KERNEL_LOG_H

#include <stdbool.h>

/* Called for each message, without level, time and continuation; false ends the walk. */
typedef bool (*kernel_log_visit)(const char *message, void *context);

/* Walks through /dev/kmsg. False: errno says why, or EPIPE: the oldest messages are already overwritten. */
bool kernel_log_walk(kernel_log_visit visit, void *context);

/*
 * Can it be what an estimator says of scratch, in whatever words? What KHO itself says of it on a healthy boot (6.18 to
 * 7.3) and the trace of memblock=debug cannot.
 */
bool kernel_log_is_estimate(const char *message);

/* The message in a record of /dev/kmsg ("6,12,3456,-;message\n key=value\n"), cut out in place; NULL: not one. */
char *kernel_log_message(char *record);

#endif
