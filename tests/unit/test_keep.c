// SPDX-License-Identifier: GPL-2.0-only
/* Keeping files as evidence: by link, by copy, and not at all. */
#include "harness/machine/keep.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char *base, *source, *kept;

static int make_files(void **state)
{
	base = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	source = g_build_filename(base, "source", NULL);
	kept = g_build_filename(base, "kept", NULL);
	return g_file_set_contents(source, "what ran", -1, NULL) ? 0 : -1;
}

/* Fails when a test leaves anything else behind. */
static int remove_files(void **state)
{
	int status;

	g_unlink(source);
	g_unlink(kept);
	status = g_rmdir(base);
	g_clear_pointer(&base, g_free);
	g_clear_pointer(&source, g_free);
	g_clear_pointer(&kept, g_free);
	return status;
}

static ino_t inode(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	return st.st_ino;
}

static void expect_same_content(void)
{
	g_autofree char *one = kho_file_sha256(source, NULL, NULL);
	g_autofree char *other = kho_file_sha256(kept, NULL, NULL);

	assert_non_null(one);
	assert_string_equal(one, other);
}

static void sums(void **state)
{
	uint64_t size = 1;
	g_autofree char *sum = NULL;
	g_autoptr(GError) error = NULL;

	assert_true(g_file_set_contents(source, "", 0, NULL));
	sum = kho_file_sha256(source, &size, NULL);
	assert_string_equal(sum, EMPTY);
	assert_int_equal(size, 0);
	assert_null(kho_file_sha256(kept, NULL, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_non_null(strstr(error->message, kept));
	g_clear_error(&error);
	assert_null(kho_file_sha256(base, NULL, &error));
	assert_non_null(error);
}

static void immutable_ones_are_linked(void **state)
{
	assert_true(kho_file_keep(source, kept, true, NULL));
	assert_int_equal(inode(kept), inode(source));
}

/* Somebody may write into the other one later: the evidence must not follow. */
static void others_are_copied(void **state)
{
	g_autofree char *large = g_strnfill(3 << 20, 'x');

	assert_true(g_file_set_contents(source, large, -1, NULL));
	assert_true(kho_file_keep(source, kept, false, NULL));
	assert_int_not_equal(inode(kept), inode(source));
	expect_same_content();
}

static void behind_a_symlink_is_the_file(void **state)
{
	g_autofree char *link = g_build_filename(base, "link", NULL);

	assert_int_equal(symlink(source, link), 0);
	assert_true(kho_file_keep(link, kept, true, NULL));
	assert_int_equal(inode(kept), inode(source));
	g_unlink(kept);
	assert_true(kho_file_keep(link, kept, false, NULL));
	expect_same_content();
	g_unlink(link);
}

/* /proc is never on the same file system: no link, but a copy. */
static void copied_where_no_link_can_be(void **state)
{
	assert_false(kho_file_link("/proc/version", kept));
	assert_true(kho_file_keep("/proc/version", kept, true, NULL) || !g_file_test(kept, G_FILE_TEST_EXISTS));
}

static void what_cannot_be_is_said(void **state)
{
	g_autofree char *below = g_build_filename(base, "no/kept", NULL);
	g_autoptr(GError) error = NULL;

	assert_false(kho_file_keep(source, below, true, &error));
	assert_non_null(strstr(error->message, below));
	g_clear_error(&error);
	assert_false(kho_file_keep(kept, below, true, &error));
	assert_non_null(error);
	g_clear_error(&error);
	/* What is there is never written over. */
	assert_true(g_file_set_contents(kept, "other", -1, NULL));
	assert_false(kho_file_keep(source, kept, false, &error));
	assert_non_null(error);
}

/* A directory opens, but cannot be read. */
static void half_a_copy_is_none(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_false(kho_file_keep(base, kept, false, &error));
	assert_non_null(error);
	assert_false(g_file_test(kept, G_FILE_TEST_EXISTS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_files, remove_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums),
		TEST(immutable_ones_are_linked),
		TEST(others_are_copied),
		TEST(behind_a_symlink_is_the_file),
		TEST(copied_where_no_link_can_be),
		TEST(what_cannot_be_is_said),
		TEST(half_a_copy_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
