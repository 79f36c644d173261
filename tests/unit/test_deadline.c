// SPDX-License-Identifier: GPL-2.0-only
/* How long a machine may take, and how long a successor may be silent. */
#include <math.h>

#include "harness/handover/deadline.h"
#include "tests/unit/test.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

/* A first kernel that boots as they do: it speaks after a second, its init after 3, and leaves after 5. */
static const struct kho_course usual = {
	.first_line = 1, .last_line = 4, .longest_gap = 0.8, .first_hello = 3, .first_end = 5
};

/* Each deadline is later than the step before it, and grows with the first kernel's own boot. */
static void deadlines(void **state)
{
	struct kho_course course = { 0 };
	double slow;

	assert_true(kho_deadline(&course, 8 * GIB) > 30);
	assert_true(kho_deadline(&course, 512 * GIB) > kho_deadline(&course, 8 * GIB));
	course.first_hello = 2;
	assert_true(kho_deadline(&course, 8 * GIB) > 2);
	course.first_end = 3;
	assert_true(kho_deadline(&course, 8 * GIB) >= 3 + 2 * 3);
	assert_true(kho_deadline(&course, 8 * GIB) <= 3 + 5 * 3);
	slow = kho_deadline(&(struct kho_course){ .first_hello = 20, .first_end = 30 }, 8 * GIB);
	assert_true(slow >= 30 + 2 * 30);
	course.successor_hello = 6;
	assert_true(kho_deadline(&course, 8 * GIB) > 6);
}

/* No topology is that large, but a deadline has to be a number. */
static void all_the_memory_there_can_be(void **state)
{
	double deadline = kho_deadline(&(struct kho_course){ 0 }, UINT64_MAX);

	assert_true(isfinite(deadline));
	assert_true(deadline > 1e10);
}

/*
 * Guest time:  0.5  0.6   0.9       2.1   2.2      (hello 3)     9
 *              |____|_____|__________|_____|____________|________|
 *              first line      gap: 1.2             gap: 0.8    not of the boot
 */
static void silence_of_the_first_boot(void **state)
{
	static const double lines[] = { 0.5, 0.6, 0.9, 2.1, 2.2 };
	struct kho_course course = { 0 };

	for (size_t i = 0; i < COUNT(lines); i++)
		kho_course_heard(&course, lines[i]);
	NEAR(course.first_line, 0.5);
	NEAR(course.last_line, 2.2);
	NEAR(course.longest_gap, 1.2);
	course.first_hello = 3;
	kho_course_heard(&course, 3);
	kho_course_heard(&course, 9);
	NEAR(course.first_line, 0.5);
	NEAR(course.last_line, 9);
	NEAR(course.longest_gap, 1.2);
}

/*
 * The record of init itself is the last word of the boot: what comes between the console's and it is a stretch of the
 * successor's boot, too. It may be known before the tick that counts it.
 */
static void silence_before_init(void **state)
{
	struct kho_course course = { 0 };

	kho_course_heard(&course, 0.5);
	kho_course_heard(&course, 0.6);
	course.first_hello = 3;
	kho_course_heard(&course, 3.1);
	NEAR(course.longest_gap, 2.5);
	assert_true(kho_patience(&course, true) >= 2 * 2.4);
	kho_course_heard(&course, 20);
	NEAR(course.longest_gap, 2.5);
}

/* The first word ends the stretch before it, and no gap. */
static void silence_before_the_first_word(void **state)
{
	struct kho_course course = { 0 };

	kho_course_heard(&course, 40);
	NEAR(course.first_line, 40);
	NEAR(course.longest_gap, 0);
	kho_course_heard(&course, 40);
	NEAR(course.longest_gap, 0);
}

/* Each stretch of a successor's boot is measured by the same stretch of the first one's. */
static void patience_of_each_stretch(void **state)
{
	struct kho_course course = usual;

	assert_true(kho_patience(&course, false) >= 2 * (1 + 2));
	assert_true(kho_patience(&course, true) >= 2 * 0.8);
	assert_true(kho_patience(&course, true) < kho_patience(&course, false));
	course.successor_hello = 9;
	assert_true(kho_patience(&course, true) >= 2 * 2);
	/* Whatever that took: it has spoken, so the checksum is over. */
	assert_true(kho_patience(&course, true) < kho_patience(&course, false));
}

static void patience_grows_with_the_machine(void **state)
{
	struct kho_course slow = usual;

	slow.first_line = 100;
	slow.longest_gap = 50;
	slow.first_hello = 300;
	slow.first_end = 500;
	assert_true(kho_patience(&slow, false) >= 2 * (100 + 200));
	assert_true(kho_patience(&slow, true) >= 2 * 50);
	slow.successor_hello = 1000;
	assert_true(kho_patience(&slow, true) >= 2 * 200);
}

/* Never so short that ten looks do not fit in, whatever is not known. */
static void patience_with_nothing_to_compare_with(void **state)
{
	static const struct kho_course courses[] = {
		{ 0 },
		{ .first_line = 0.1, .last_line = 0.2, .longest_gap = 0.01, .first_hello = 0.3, .first_end = 0.31 },
		{ .first_hello = 3 },	  /* its end never came: entered by the console's word alone */
		{ .successor_hello = 4 }, /* and nothing was heard of the first kernel */
		{ .first_line = 1, .first_hello = 30, .first_end = 2 },
	};

	for (size_t i = 0; i < COUNT(courses); i++) {
		assert_true(kho_patience(&courses[i], false) >= 1);
		assert_true(kho_patience(&courses[i], true) >= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlines),
		cmocka_unit_test(all_the_memory_there_can_be),
		cmocka_unit_test(silence_of_the_first_boot),
		cmocka_unit_test(silence_before_init),
		cmocka_unit_test(silence_before_the_first_word),
		cmocka_unit_test(patience_of_each_stretch),
		cmocka_unit_test(patience_grows_with_the_machine),
		cmocka_unit_test(patience_with_nothing_to_compare_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
