// SPDX-License-Identifier: GPL-2.0-only
/* Private directories: who may look into them, and what is left of them. */
#include "harness/machine/rundir.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *base;

static int make_base(void **state)
{
	base = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	return base ? 0 : -1;
}

/* Fails when a test leaves anything behind. */
static int remove_base(void **state)
{
	int status = g_rmdir(base);

	g_clear_pointer(&base, g_free);
	return status;
}

static bool exists(const char *path)
{
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void private_and_unique(void **state)
{
	g_autoptr(KhoRundir) one = kho_rundir_new(base, NULL);
	g_autoptr(KhoRundir) two = kho_rundir_new(base, NULL);
	struct stat st;

	assert_non_null(one);
	assert_string_not_equal(kho_rundir_path(one), kho_rundir_path(two));
	assert_true(g_str_has_prefix(kho_rundir_path(one), base));
	assert_int_equal(stat(kho_rundir_path(one), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void removed_with_everything_in_it(void **state)
{
	struct kho_rundir *rundir = kho_rundir_new(base, NULL);
	g_autofree char *path = g_strdup(kho_rundir_path(rundir));
	g_autofree char *outside = g_build_filename(base, "outside", NULL);
	g_autofree char *below = g_build_filename(path, "a/b/c", NULL);
	g_autofree char *file = g_build_filename(below, "file", NULL);
	g_autofree char *link = g_build_filename(below, "link", NULL);
	g_autofree char *kept = g_build_filename(outside, "kept", NULL);

	assert_int_equal(g_mkdir_with_parents(below, 0700), 0);
	assert_int_equal(g_mkdir(outside, 0700), 0);
	assert_true(g_file_set_contents(file, "x", 1, NULL));
	assert_true(g_file_set_contents(kept, "x", 1, NULL));
	assert_int_equal(symlink(outside, link), 0);
	kho_rundir_free(rundir);
	assert_false(exists(path));
	assert_true(exists(kept));
	g_unlink(kept);
	g_rmdir(outside);
}

static void no_base(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_rundir_new("/nowhere/at/all", &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_non_null(strstr(error->message, "/nowhere/at/all"));
}

/* One that is new may belong to somebody who is about to lock it; one that is held stays anyway. */
static void others_are_left_alone(void **state)
{
	g_autofree char *fresh = g_build_filename(base, "kho-machine-fresh0", NULL);
	struct kho_rundir *held = kho_rundir_new(base, NULL);
	struct kho_rundir *rundir;

	assert_int_equal(g_mkdir(fresh, 0700), 0);
	rundir = kho_rundir_new(base, NULL);
	assert_true(exists(fresh));
	assert_true(exists(kho_rundir_path(held)));
	kho_rundir_free(rundir);
	kho_rundir_free(held);
	g_rmdir(fresh);
}

/* What a killed run has left: nobody holds it, and it is not new. */
static void abandoned_ones_are_removed(void **state)
{
	static const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	g_autofree char *abandoned = g_build_filename(base, "kho-machine-abcdef", NULL);
	g_autofree char *stranger = g_build_filename(base, "kho-something", NULL);
	g_autofree char *file = g_build_filename(abandoned, "file", NULL);

	assert_int_equal(g_mkdir(abandoned, 0700), 0);
	assert_int_equal(g_mkdir(stranger, 0700), 0);
	assert_true(g_file_set_contents(file, "x", 1, NULL));
	assert_int_equal(utimensat(AT_FDCWD, abandoned, old, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, stranger, old, 0), 0);
	kho_rundir_free(kho_rundir_new(base, NULL));
	assert_false(exists(abandoned));
	assert_true(exists(stranger));
	g_rmdir(stranger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_base, remove_base)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(private_and_unique),    TEST(removed_with_everything_in_it), TEST(no_base),
		TEST(others_are_left_alone), TEST(abandoned_ones_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
