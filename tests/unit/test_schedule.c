// SPDX-License-Identifier: GPL-2.0-only
/* Which cell may start next. */
#include "harness/handover/schedule.h"
#include "tests/unit/test.h"

static guint expect_next(struct kho_schedule *schedule, guint expected)
{
	guint piece = G_MAXUINT;

	assert_true(kho_schedule_next(schedule, &piece));
	assert_int_equal(piece, expected);
	return piece;
}

static void expect_none(struct kho_schedule *schedule)
{
	guint piece;

	assert_false(kho_schedule_next(schedule, &piece));
}

static void no_more_than_jobs(void **state)
{
	struct kho_schedule *schedule = kho_schedule_new(2, 100);

	for (int i = 0; i < 3; i++)
		kho_schedule_add(schedule, 10);
	expect_next(schedule, 0);
	expect_next(schedule, 1);
	expect_none(schedule);
	assert_int_equal(kho_schedule_running(schedule), 2);
	kho_schedule_done(schedule, 0);
	expect_next(schedule, 2);
	assert_int_equal(kho_schedule_left(schedule), 0);
	kho_schedule_done(schedule, 1);
	kho_schedule_done(schedule, 2);
	expect_none(schedule);
	kho_schedule_free(schedule);
}

/* The largest that fits goes first; what does not fit beside it waits, smaller ones pass it. */
static void never_more_than_memory(void **state)
{
	struct kho_schedule *schedule = kho_schedule_new(8, 100);

	kho_schedule_add(schedule, 10);
	kho_schedule_add(schedule, 90);
	kho_schedule_add(schedule, 60);
	kho_schedule_add(schedule, 5);
	expect_next(schedule, 1);
	expect_next(schedule, 0);
	expect_none(schedule);
	kho_schedule_done(schedule, 0);
	expect_next(schedule, 3);
	expect_none(schedule);
	kho_schedule_done(schedule, 1);
	expect_next(schedule, 2);
	kho_schedule_done(schedule, 2);
	kho_schedule_done(schedule, 3);
	kho_schedule_free(schedule);
}

static void too_large_for_ever(void **state)
{
	struct kho_schedule *schedule = kho_schedule_new(1, 100);

	kho_schedule_add(schedule, 101);
	kho_schedule_add(schedule, UINT64_MAX);
	expect_none(schedule);
	kho_schedule_free(schedule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_than_jobs),
		cmocka_unit_test(never_more_than_memory),
		cmocka_unit_test(too_large_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
