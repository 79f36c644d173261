// SPDX-License-Identifier: GPL-2.0-only
/* Children are shells here: what counts is how they end and what is known of it. */
#include "harness/machine/process.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct kho_process *process;
static struct kho_process_end last_end;
static int ends; /* how often the end was told */
static char *words_at_the_end;

static int forget(void **state)
{
	ends = 0;
	memset(&last_end, 0, sizeof(last_end));
	return 0;
}

static int clean_up(void **state)
{
	g_clear_pointer(&process, kho_process_free);
	g_clear_pointer(&words_at_the_end, g_free);
	return 0;
}

static void on_ended(struct kho_process *ended, const struct kho_process_end *end, void *data)
{
	last_end = *end;
	ends++;
	words_at_the_end = kho_process_stderr(ended);
}

static void start_with_fds(const char *script, const int *fds, unsigned int nfds)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	g_autoptr(GError) error = NULL;

	process = kho_process_start(argv, NULL, fds, nfds, on_ended, NULL, &error);
	assert_non_null(process);
}

static void start(const char *script)
{
	start_with_fds(script, NULL, 0);
}

static void wait_for_end(void)
{
	while (!ends)
		g_main_context_iteration(NULL, TRUE);
	/* A second call would come now. */
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(ends, 1);
}

static void expect_status(const char *script, int status)
{
	start(script);
	wait_for_end();
	assert_false(last_end.signaled);
	assert_int_equal(last_end.code, status);
}

static void success(void **state)
{
	expect_status("exit 0", 0);
}

static void failure(void **state)
{
	expect_status("exit 42", 42);
}

static void ended_by_signal(void **state)
{
	start("kill -ABRT $$");
	wait_for_end();
	assert_true(last_end.signaled);
	assert_int_equal(last_end.code, SIGABRT);
}

static void killed(void **state)
{
	start("sleep 60");
	kho_process_kill(process);
	wait_for_end();
	assert_true(last_end.signaled);
	assert_int_equal(last_end.code, SIGKILL);
	kho_process_kill(process);
}

static void no_such_program(void **state)
{
	const char *const argv[] = { "no-such-program-at-all", NULL };
	g_autoptr(GError) error = NULL;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_null(kho_process_start(argv, NULL, &pair[1], 1, on_ended, NULL, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_non_null(strstr(error->message, "no-such-program-at-all"));
	assert_int_equal(fcntl(pair[1], F_GETFD), -1);
	close(pair[0]);
}

/* More than a pipe holds, written right before the end: all of it must be there when the end is told. */
static void stderr_comes_before_the_end(void **state)
{
	start("i=0; while [ $i -lt 3000 ]; do echo 'just some line of thirty bytes' >&2; i=$((i+1)); done; echo last "
	      ">&2");
	wait_for_end();
	assert_int_equal(strlen(words_at_the_end), 64 * 1024);
	assert_true(g_str_has_suffix(words_at_the_end, "\nlast\n"));
}

static void last_words(void **state)
{
	g_autofree char *words = NULL;

	start("printf 'qemu: warning\\nqemu: no such disk\\n\\n' >&2; exit 1");
	wait_for_end();
	words = kho_process_last_words(process);
	assert_string_equal(words, "qemu: no such disk");
	assert_string_equal(words_at_the_end, "qemu: warning\nqemu: no such disk\n\n");
}

static void no_last_words(void **state)
{
	g_autofree char *words = NULL;

	start("echo this goes nowhere");
	wait_for_end();
	words = kho_process_last_words(process);
	assert_string_equal(words, "");
}

static void odd_bytes(void **state)
{
	start("printf 'a\\377b\\n' >&2");
	wait_for_end();
	assert_true(g_utf8_validate(words_at_the_end, -1, NULL));
}

/* The pipe never reaches its end here, but the child's words are all there. */
static void grandchild_keeps_stderr_open(void **state)
{
	start("sleep 3 & echo words >&2; exit 7");
	wait_for_end();
	assert_int_equal(last_end.code, 7);
	assert_string_equal(words_at_the_end, "words\n");
	assert_true(kho_process_wall_time(process) < 2);
}

static void descriptors_are_handed_over(void **state)
{
	int one[2], two[2];
	char buffer[16] = "";

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, one), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two), 0);
	start_with_fds("echo one >&3; read line <&4; echo \"$line\" >&3; ls /proc/self/fd | wc -w >&2",
		       (int[]){ one[1], two[1] }, 2);
	assert_int_equal(write(two[0], "two\n", 4), 4);
	wait_for_end();
	assert_int_equal(read(one[0], buffer, sizeof(buffer)), 8);
	assert_string_equal(buffer, "one\ntwo\n");
	/* Nobody else holds the other end, so this is the end of file. */
	assert_int_equal(read(one[0], buffer, sizeof(buffer)), 0);
	/* 0 to 4, and the one with which ls reads the directory. */
	assert_int_equal(atoi(words_at_the_end), 6);
	close(one[0]);
	close(two[0]);
}

static unsigned int open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void no_descriptor_leaks(void **state)
{
	unsigned int before;

	start("true"); /* whatever GLib opens once is open now */
	wait_for_end();
	clean_up(NULL);
	before = open_descriptors();
	for (int i = 0; i < 3; i++) {
		ends = 0;
		start("true");
		wait_for_end();
		clean_up(NULL);
	}
	assert_int_equal(open_descriptors(), before);
}

/* Ctrl-C goes to the terminal's foreground process group. */
static void session_of_its_own(void **state)
{
	start("sleep 60");
	assert_int_equal(getpgid(kho_process_pid(process)), kho_process_pid(process));
	assert_int_equal(getsid(kho_process_pid(process)), kho_process_pid(process));
}

static void freed_while_it_runs(void **state)
{
	pid_t pid;

	start("sleep 60");
	pid = kho_process_pid(process);
	g_clear_pointer(&process, kho_process_free);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(ends, 0);
}

static void free_it(struct kho_process *ended, const struct kho_process_end *end, void *data)
{
	ends++;
	g_clear_pointer(&process, kho_process_free);
}

static void freed_from_its_end(void **state)
{
	const char *const argv[] = { "true", NULL };

	process = kho_process_start(argv, NULL, NULL, 0, free_it, NULL, NULL);
	wait_for_end();
	assert_null(process);
}

/* In a child of ours: starts one of its own, tells its pid, and waits for the end that it will get. */
static void be_the_middle_process(int tell)
{
	const char *const argv[] = { "sleep", "60", NULL };
	struct kho_process *child = kho_process_start(argv, NULL, NULL, 0, NULL, NULL, NULL);
	pid_t pid = kho_process_pid(child);

	if (write(tell, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

static bool gone_soon(pid_t pid)
{
	for (int i = 0; i < 500; i++) {
		g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
		g_autofree char *stat = NULL;

		/* Nobody may be there to reap an orphan: a zombie is gone, too. */
		if (!g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z "))
			return true;
		g_usleep(10 * 1000);
	}
	return false;
}

static void dies_with_its_parent(void **state)
{
	pid_t middle, child = 0;
	int ends_of_pipe[2];

	assert_int_equal(pipe(ends_of_pipe), 0);
	middle = fork();
	if (middle == 0)
		be_the_middle_process(ends_of_pipe[1]);
	assert_int_equal(read(ends_of_pipe[0], &child, sizeof(child)), sizeof(child));
	assert_int_equal(kill(child, 0), 0);
	kill(middle, SIGKILL);
	assert_int_equal(waitpid(middle, NULL, 0), middle);
	assert_true(gone_soon(child));
	close(ends_of_pipe[0]);
	close(ends_of_pipe[1]);
}

/* A caller that was started with SIGCHLD ignored would lose every exit status. */
static void sigchld_ignored(void **state)
{
	signal(SIGCHLD, SIG_IGN);
	expect_status("exit 3", 3);
}

static void ends_have_figures(void **state)
{
	start("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
	wait_for_end();
	assert_true(last_end.cpu_seconds > 0.01);
	assert_true(last_end.cpu_seconds <= kho_process_wall_time(process) + 0.1);
	assert_true(last_end.peak_memory > 100 * KIB);
	assert_true(kho_process_user_time(process) == last_end.cpu_seconds);
	assert_true(kho_process_guest_time(process) <= kho_process_wall_time(process));
}

static void sleeping_is_guest_time(void **state)
{
	start("sleep 1");
	wait_for_end();
	assert_true(kho_process_guest_time(process) > 0.5);
	assert_true(kho_process_user_time(process) < 0.5);
}

/* Lets the process run for a while, looking at the clock as a runner does. */
static void watch_for(double seconds)
{
	double last = 0;

	while (kho_process_wall_time(process) < seconds) {
		double now = kho_process_guest_time(process);

		assert_true(now >= last);
		last = now;
		g_usleep(50 * 1000);
	}
}

#define RIVALS 4

/* This child and four rivals on one CPU: it gets about a fifth, and four fifths of the time it waits. */
static void waiting_is_not_guest_time(void **state)
{
	struct kho_process *rivals[RIVALS];
	cpu_set_t before, one;
	double guest, wall, cpu;

	if (access("/proc/self/schedstat", R_OK) < 0)
		skip();
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	for (int cpu_number = 0; cpu_number < CPU_SETSIZE && !CPU_COUNT(&one); cpu_number++)
		if (CPU_ISSET(cpu_number, &before))
			CPU_SET(cpu_number, &one);
	sched_setaffinity(0, sizeof(one), &one); /* children inherit it */
	for (int i = 0; i < RIVALS; i++) {
		start("while :; do :; done");
		rivals[i] = process;
	}
	start("while :; do :; done");
	sched_setaffinity(0, sizeof(before), &before);
	watch_for(2);
	guest = kho_process_guest_time(process);
	wall = kho_process_wall_time(process);
	cpu = kho_process_user_time(process);
	for (int i = 0; i < RIVALS; i++)
		kho_process_free(rivals[i]);
	assert_true(guest < wall * 0.7);
	assert_true(guest > cpu * 0.5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, forget, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(success),
		TEST(failure),
		TEST(ended_by_signal),
		TEST(killed),
		TEST(no_such_program),
		TEST(stderr_comes_before_the_end),
		TEST(last_words),
		TEST(no_last_words),
		TEST(odd_bytes),
		TEST(grandchild_keeps_stderr_open),
		TEST(descriptors_are_handed_over),
		TEST(no_descriptor_leaks),
		TEST(session_of_its_own),
		TEST(freed_while_it_runs),
		TEST(freed_from_its_end),
		TEST(dies_with_its_parent),
		TEST(sigchld_ignored),
		TEST(ends_have_figures),
		TEST(sleeping_is_guest_time),
		TEST(waiting_is_not_guest_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
