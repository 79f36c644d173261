// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/deadline.h"

#include <glib.h>

/*
 * The successor does the work of the first boot, without firmware but with a checksum over its segments
 * first; the first kernel computed the same checksum when it loaded them. Survivors took
 * 0.5 to 1.1 times the sum; a hang costs the whole multiple.
 */
#define PATIENCE 3.0

/* A deadline is no verdict: what hangs is found long before. But what was measured of a short boot may be far off. */
#define SHORTEST_DEADLINE 6.0

/* Small machines boot within a second, and ten looks at them are not enough to tell a hiccup from a hang. */
#define SHORTEST_PATIENCE 1.5

/* Of the whole first boot: the longest gap is found ten times a second, and what is one gap here may be two there. */
#define BOOT_PATIENCE 0.75

/* A successor says what the first kernel said, and may have memory debugging or an oops to report. */
#define FLOOD	    4
#define FLOOD_LEAST 500

/* Without anything to compare with: far more than any machine here needs, and reached by dead ones only. */
#define FIRST_BOOT_SECONDS	   60.0
#define FIRST_BOOT_SECONDS_PER_GIB 1.0
#define PROBE_SECONDS		   20.0

void kho_course_heard(struct kho_course *course, double now)
{
	if (course->first_line <= 0)
		course->first_line = now;
	else if (course->first_hello <= 0 || course->last_line < course->first_hello)
		course->longest_gap = MAX(course->longest_gap, now - course->last_line);
	course->last_line = now;
}

guint64 kho_course_flood(const struct kho_course *course)
{
	return FLOOD * (guint64)course->lines + FLOOD_LEAST;
}

double kho_deadline(const struct kho_course *course, uint64_t memory)
{
	double probe = course->first_end - course->first_hello;

	if (course->first_hello <= 0)
		return FIRST_BOOT_SECONDS + FIRST_BOOT_SECONDS_PER_GIB * (double)(memory >> 30);
	if (course->first_end <= 0)
		return course->first_hello + PATIENCE * course->first_hello + PROBE_SECONDS;
	if (course->successor_hello <= 0)
		return course->first_end + MAX(PATIENCE * course->first_end, SHORTEST_DEADLINE);
	return course->successor_hello + MAX(PATIENCE * (probe + course->first_hello), SHORTEST_DEADLINE);
}

double kho_patience(const struct kho_course *course, bool spoke)
{
	double probe = course->first_end - course->first_hello, stretch = course->longest_gap;

	if (!spoke) /* firmware and unpacking there, checksum and unpacking here */
		stretch = course->first_line + probe;
	else if (course->successor_hello > 0)
		stretch = probe;
	return MAX(MAX(PATIENCE * stretch, BOOT_PATIENCE * course->first_hello), SHORTEST_PATIENCE);
}
