// SPDX-License-Identifier: GPL-2.0-only
/* The times of a stand-in: there and back, and what is no such file. */
#include "harness/machine/stand_in.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "harness/machine/process.h"
#include "tests/unit/test.h"

static void there_and_back(void **state)
{
	const struct kho_stand_in_times times = { 1, UINT64_MAX, 3, 0 };
	struct kho_stand_in_times read;

	assert_true(kho_stand_in_write(*state, &times));
	assert_true(kho_stand_in_read(*state, &read));
	assert_memory_equal(&times, &read, sizeof(times));
}

static void damaged(void **state)
{
	static const char *const bad[] = { "", "1 2 3\n", "1 2 3 4\n5", "a b c d\n", "1 2 3 4 5\n" };
	struct kho_stand_in_times read;

	assert_false(kho_stand_in_read("/nonexistent/times", &read));
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_true(g_file_set_contents(*state, bad[i], -1, NULL));
		if (kho_stand_in_read(*state, &read))
			fail_msg("taken: '%s'", bad[i]);
	}
}

static void ended(struct kho_process *process, const struct kho_process_end *end, void *data)
{
	*(struct kho_process_end *)data = *end;
}

/* Its clock stands still for what the file says was lost; it is asked to end; and what it used is the file's. */
static void a_process_stands_in(void **state)
{
	const char *const argv[] = { "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done", NULL };
	const struct kho_stand_in_times times = { 3600 * G_GINT64_CONSTANT(1000000000), 0, 2000000000, 500000000 };
	struct kho_process_end end = { 0 };
	struct kho_process *process = kho_process_start(argv, NULL, NULL, 0, ended, &end, NULL);
	double before;

	assert_non_null(process);
	kho_process_stands_in(process, *state);
	g_unlink(*state);
	g_usleep(300000); /* for the trap */
	before = kho_process_guest_time(process);
	assert_true(before > 0.2);
	assert_true(kho_stand_in_write(*state, &times));
	g_usleep(200000);
	assert_true(kho_process_guest_time(process) < before + 0.1);
	assert_true(kho_process_user_time(process) == 2);
	kho_process_kill(process);
	while (!end.code && !end.signaled)
		g_main_context_iteration(NULL, TRUE);
	assert_false(end.signaled);
	assert_int_equal(end.code, 7);
	assert_true(end.cpu_seconds == 2.5);
	kho_process_free(process);
}

static int set_up(void **state)
{
	*state = g_build_filename(g_get_tmp_dir(), "kho-test-times-XXXXXX", NULL);
	return g_close(g_mkstemp(*state), NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	g_unlink(*state);
	g_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_and_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_process_stands_in, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
