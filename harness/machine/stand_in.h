/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in: a process of this host that stands for a machine which runs elsewhere, or under somebody else, and speaks
 * for it through the same descriptors. What its machine's CPUs got of their host it tells in a file.
 */
#ifndef KHO_MACHINE_STAND_IN_H
#define KHO_MACHINE_STAND_IN_H

#include <stdbool.h>
#include <stdint.h>

#define KHO_STAND_IN_TIMES "times" /* the file's name, in the directory that the stand-in runs in */

/* Nanoseconds since the machine was started; they only grow. */
struct kho_stand_in_times {
	uint64_t lost;	       /* waiting for a host CPU, or for the host's kernel: see kho_process_guest_time() */
	uint64_t worked;       /* of CPU that one virtual CPU has used */
	uint64_t user, system; /* of CPU that all of the machine has used */
};

/* Written beside it and renamed: it is whole or the one before. False: errno says why. */
bool kho_stand_in_write(const char *path, const struct kho_stand_in_times *times);
bool kho_stand_in_read(const char *path,
		       struct kho_stand_in_times *times); /* False: there is none, or it is damaged. */

#endif
