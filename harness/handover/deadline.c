// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/deadline.h"

/*
 * The successor does the work of the first boot, without firmware but with a checksum over its segments
 * first; the first kernel computed the same checksum when it loaded them. Survivors took
 * 0.5 to 1.1 times the sum; a hang costs the whole multiple.
 */
#define PATIENCE 3.0

/* Without anything to compare with: far more than any machine here needs, and reached by dead ones only. */
#define FIRST_BOOT_SECONDS	   60.0
#define FIRST_BOOT_SECONDS_PER_GIB 1.0
#define PROBE_SECONDS		   20.0

double kho_deadline(const struct kho_course *course, uint64_t memory)
{
	double probe = course->first_end - course->first_hello;

	if (course->first_hello <= 0)
		return FIRST_BOOT_SECONDS + FIRST_BOOT_SECONDS_PER_GIB * (double)(memory >> 30);
	if (course->first_end <= 0)
		return course->first_hello + PATIENCE * course->first_hello + PROBE_SECONDS;
	if (course->successor_hello <= 0)
		return course->first_end + PATIENCE * course->first_end;
	return course->successor_hello + PATIENCE * (probe + course->first_hello);
}
