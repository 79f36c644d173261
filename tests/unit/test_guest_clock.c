// SPDX-License-Identifier: GPL-2.0-only
/* The clock that stops while a process waits for a CPU. All times are sums of powers of two, so exact. */
#include "harness/machine/guest_clock.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

static struct kho_guest_clock guest_clock;

static int start_clock(void **state)
{
	kho_guest_clock_init(&guest_clock);
	return 0;
}

static int clear_clock(void **state)
{
	kho_guest_clock_clear(&guest_clock);
	return 0;
}

static void expect_at(double now, double waited, double guest)
{
	kho_guest_clock_advance(&guest_clock, now, waited, 0);
	assert_true(guest_clock.guest == guest);
}

static void without_waiting_it_is_the_wall_time(void **state)
{
	expect_at(0.5, 0, 0.5);
	expect_at(0.5, 0, 0.5);
	expect_at(8, 0, 8);
}

static void waiting_is_taken_off(void **state)
{
	expect_at(1, 0.25, 0.75);
	expect_at(2, 1, 0.75);
	expect_at(3, 0, 1.75);
}

/* The kernel books a wait when it is over: here one of 3 s, seen in an interval of 1 s. */
static void a_wait_that_shows_late(void **state)
{
	expect_at(1, 0, 1);
	expect_at(2, 0, 2);
	expect_at(3, 3, 2);
	expect_at(4, 0, 2);
	expect_at(5, 0, 2);
	expect_at(6, 0, 3);
}

static void never_backwards(void **state)
{
	expect_at(2, 0, 2);
	expect_at(1, 0, 2);
	expect_at(2, -5, 2);
	expect_at(3, 0, 3);
}

/* Where threads wait by turns, one of them works all the time. */
static void never_behind_work(void **state)
{
	kho_guest_clock_advance(&guest_clock, 1, 1, 0.75);
	assert_true(guest_clock.guest == 0.75);
	kho_guest_clock_advance(&guest_clock, 2, 0, 0.75);
	assert_true(guest_clock.guest == 1.75);
	kho_guest_clock_advance(&guest_clock, 3, 0, 100);
	assert_true(guest_clock.guest == 3);
}

static void schedstat_fields(void **state)
{
	static const char *const bad[] = { "", "5", "5 6", "x 6 7", "5 x 7", "5  6 7", "-5 6 7" };
	uint64_t delay = 0;

	assert_true(kho_guest_clock_parse_schedstat("123456 7890123456789 42\n", &delay));
	assert_int_equal(delay, 7890123456789);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(kho_guest_clock_parse_schedstat(bad[i], &delay));
}

/* Only growth counts: what a thread waited before was taken off before. */
static void stat_fields(void **state)
{
	static const char *const bad[] = { "", "1 (a", "1 (a) S 1 2 3", "1 (a) S 1 1 1 0 -1 4194304 90 0 0 0 x 30 0" };
	double user, system, ticks = sysconf(_SC_CLK_TCK);

	assert_true(kho_guest_clock_parse_stat("7 (a) b (c) S 1 1 1 0 -1 4194304 90 0 0 0 120 30 0 0 20 0 1 0\n", &user,
					       &system));
	assert_true(user == 120 / ticks && system == 30 / ticks);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(kho_guest_clock_parse_stat(bad[i], &user, &system));
}

/* Time in the host's kernel is lost to the guest. */
static void own_system_time(void **state)
{
	gint64 end = g_get_monotonic_time() + 300 * 1000;
	double worked;

	kho_guest_clock_waited(&guest_clock, getpid(), &worked);
	while (g_get_monotonic_time() < end) {
		int zeros = open("/dev/zero", O_RDONLY);
		char *bytes = g_malloc(1 << 20);

		assert_true(read(zeros, bytes, 1 << 20) > 0);
		g_free(bytes);
		close(zeros);
	}
	assert_true(kho_guest_clock_waited(&guest_clock, getpid(), &worked) > 0.02);
}

static void own_threads(void **state)
{
	double worked;
	double first = kho_guest_clock_waited(&guest_clock, getpid(), &worked);
	double second = kho_guest_clock_waited(&guest_clock, getpid(), &worked);

	assert_true(first >= 0);
	assert_true(second >= 0 && second < 1);
}

static void no_such_process(void **state)
{
	double worked;

	assert_true(kho_guest_clock_waited(&guest_clock, 0x7fffffff, &worked) == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_clock, clear_clock)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_waiting_it_is_the_wall_time),
		TEST(waiting_is_taken_off),
		TEST(a_wait_that_shows_late),
		TEST(never_backwards),
		TEST(never_behind_work),
		TEST(schedstat_fields),
		TEST(stat_fields),
		TEST(own_system_time),
		TEST(own_threads),
		TEST(no_such_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
