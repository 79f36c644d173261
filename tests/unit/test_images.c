// SPDX-License-Identifier: GPL-2.0-only
/* What is swept out of the cache, and what is not. */
#include "harness/machine/images.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *directory;

static int make_directory(void **state)
{
	directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	return directory ? 0 : -1;
}

/* Fails when a test leaves anything behind. */
static int remove_directory(void **state)
{
	int status = g_rmdir(directory);

	g_clear_pointer(&directory, g_free);
	return status;
}

/* Of a process that was there, and is not any more. */
static pid_t gone(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void age_by(const char *path, time_t age)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) - age }, { .tv_sec = time(NULL) - age } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static char *put(const char *name, time_t age)
{
	char *path = g_build_filename(directory, name, NULL);

	assert_true(g_file_set_contents(path, "half an image", -1, NULL));
	age_by(path, age);
	return path;
}

static void swept(const char *name, time_t age, bool expected)
{
	g_autofree char *path = put(name, age);

	kho_images_sweep(directory);
	if (g_file_test(path, G_FILE_TEST_EXISTS) == expected)
		fail_msg("%s, %ld s old: %s", name, (long)age, expected ? "stayed" : "went");
	g_unlink(path);
}

static void with_pid(const char *format, pid_t pid, const char *end, time_t age, bool expected)
{
	g_autofree char *name = g_strdup_printf("%s%d%s", format, pid, end);

	swept(name, age, expected);
}

static void of_a_process_that_is_gone(void **state)
{
	pid_t pid = gone();

	with_pid(".first-", pid, "", 3600, true);
	with_pid(".successor-", pid, "", 3600, true);
	with_pid(".first-", pid, ".aB3x_z", 3600, true);
	with_pid(".first-", pid, "", 0, false);
}

static void of_one_that_runs(void **state)
{
	with_pid(".first-", getpid(), "", 3600, false);
	with_pid(".successor-", getpid(), ".XXXXXX", 3600, false);
}

static void other_files_stay(void **state)
{
	pid_t pid = gone();

	swept("0123456789abcdef.cpio", 1000000, false);
	swept(".first-", 1000000, false);
	swept(".first-0", 1000000, false);
	swept(".first--1", 1000000, false);
	swept(".first-99999999999999999999", 1000000, false);
	swept(".first-4294967297", 1000000, false);
	with_pid(".first-", pid, "x", 1000000, false);
	with_pid(".third-", pid, "", 1000000, false);
}

/* A link with such a name is not ours, and neither is what it points to. */
static void links_and_directories_stay(void **state)
{
	g_autofree char *name = g_strdup_printf(".first-%d", gone());
	g_autofree char *path = g_build_filename(directory, name, NULL);

	assert_int_equal(g_mkdir(path, 0755), 0);
	age_by(path, 3600);
	kho_images_sweep(directory);
	assert_int_equal(g_rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	age_by(path, 3600);
	kho_images_sweep(directory);
	assert_int_equal(g_unlink(path), 0);
}

static void no_directory(void **state)
{
	kho_images_sweep("/nowhere/at/all");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_a_process_that_is_gone),  TEST(of_one_that_runs),	  TEST(other_files_stay),
		TEST(links_and_directories_stay), cmocka_unit_test(no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
