// SPDX-License-Identifier: GPL-2.0-only
/* Images are read back with libarchive and compared byte by byte. */
#include "harness/machine/initramfs.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static char *directory;
static char *image; /* the file that is written */

static int make_directory(void **state)
{
	directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	image = g_build_filename(directory, "image", NULL);
	return directory ? 0 : -1;
}

static unsigned int files_left(void)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	unsigned int count = 0;

	while (g_dir_read_name(dir))
		count++;
	g_dir_close(dir);
	return count;
}

static int remove_directory(void **state)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		g_unlink(path);
	}
	g_dir_close(dir);
	g_rmdir(directory);
	g_clear_pointer(&directory, g_free);
	g_clear_pointer(&image, g_free);
	return 0;
}

static char *make_file(const char *name, char fill, gsize size)
{
	char *path = g_build_filename(directory, name, NULL);
	g_autofree char *text = g_malloc(size + 1);

	memset(text, fill, size);
	assert_true(g_file_set_contents(path, text, size, NULL));
	return path;
}

/* One line an entry: type and mode, inode, links, path, target or device, size, sum of the bytes. */
static char *listing(const char *path)
{
	struct archive *archive = archive_read_new();
	GString *text = g_string_new(NULL);
	struct archive_entry *entry;

	archive_read_support_format_cpio(archive);
	assert_int_equal(archive_read_open_filename(archive, path, 4096), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		unsigned long sum = 0;
		char buffer[4096];
		la_ssize_t n;

		while ((n = archive_read_data(archive, buffer, sizeof(buffer))) > 0)
			for (la_ssize_t i = 0; i < n; i++)
				sum += (unsigned char)buffer[i];
		g_string_append_printf(text, "%o %d %d %s %s%d:%d %d %lu\n", archive_entry_mode(entry),
				       (int)archive_entry_ino(entry), archive_entry_nlink(entry),
				       archive_entry_pathname(entry), archive_entry_symlink(entry) ?: "",
				       (int)archive_entry_rdevmajor(entry), (int)archive_entry_rdevminor(entry),
				       (int)archive_entry_size(entry), sum);
		assert_int_equal(archive_entry_mtime(entry), 0);
		assert_int_equal(archive_entry_uid(entry), 0);
		assert_int_equal(archive_entry_gid(entry), 0);
	}
	assert_int_equal(archive_format(archive), ARCHIVE_FORMAT_CPIO_SVR4_NOCRC);
	archive_read_free(archive);
	return g_string_free(text, FALSE);
}

static void every_kind(void **state)
{
	g_autofree char *big = make_file("big", 1, 200001);
	const struct kho_initramfs_entry entries[] = {
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "d", .mode = 0755 },
		{ .kind = KHO_ENTRY_FILE, .path = "d/big", .mode = 0644, .source = big },
		{ .kind = KHO_ENTRY_DATA, .path = "d/data", .mode = 0600, .data = "\x01\x02\x03", .size = 3 },
		{ .kind = KHO_ENTRY_SYMLINK, .path = "link", .mode = 0777, .source = "d/big" },
		{ .kind = KHO_ENTRY_CHAR, .path = "console", .mode = 0600, .major = 5, .minor = 1 },
	};
	g_autofree char *found = NULL;
	g_autoptr(GError) error = NULL;
	struct stat st;

	assert_true(kho_initramfs_write(image, entries, COUNT(entries), &error));
	found = listing(image);
	assert_string_equal(found, "40755 1 2 d 0:0 0 0\n"
				   "100644 2 1 d/big 0:0 200001 200001\n"
				   "100600 3 1 d/data 0:0 3 6\n"
				   "120777 4 1 link d/big0:0 5 0\n"
				   "20600 5 1 console 5:1 0 0\n");
	assert_int_equal(stat(image, &st), 0);
	assert_int_equal(st.st_size % 512, 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(files_left(), 2);
}

static struct kho_initramfs_programs make_programs(void)
{
	return (struct kho_initramfs_programs){
		.init = make_file("init", 1, 10),
		.probe = make_file("probe", 1, 20),
		.busybox = make_file("busybox", 1, 30),
	};
}

static void free_programs(struct kho_initramfs_programs *programs)
{
	g_free((char *)programs->init);
	g_free((char *)programs->probe);
	g_free((char *)programs->busybox);
}

#define PROGRAM_LISTING                    \
	"40755 1 2 dev 0:0 0 0\n"          \
	"20600 2 1 dev/console 5:1 0 0\n"  \
	"100755 3 1 init 0:0 10 10\n"      \
	"100755 4 1 kho_probe 0:0 20 20\n" \
	"40755 5 2 proc 0:0 0 0\n"         \
	"40755 6 2 sys 0:0 0 0\n"          \
	"41777 7 2 tmp 0:0 0 0\n"

static void both_images(void **state)
{
	struct kho_initramfs_programs programs = make_programs();
	g_autofree char *kernel = make_file("kernel", 1, 40);
	g_autofree char *first = g_build_filename(directory, "first", NULL);
	g_autofree char *successor_listing = NULL, *first_listing = NULL;
	g_autofree char *expected = NULL;
	struct stat st;

	assert_true(kho_initramfs_write_successor(image, &programs, NULL));
	successor_listing = listing(image);
	assert_string_equal(successor_listing, PROGRAM_LISTING);
	assert_true(kho_initramfs_write_first(first, &programs, kernel, image, NULL));
	first_listing = listing(first);
	assert_int_equal(stat(image, &st), 0);
	expected = g_strdup_printf(PROGRAM_LISTING "40755 8 2 bin 0:0 0 0\n"
						   "100755 9 1 bin/busybox 0:0 30 30\n"
						   "120777 10 1 bin/sh busybox0:0 7 0\n"
						   "40755 11 2 successor 0:0 0 0\n"
						   "100644 12 1 successor/kernel 0:0 40 40\n"
						   "100644 13 1 successor/initrd 0:0 %d ",
				   (int)st.st_size);
	assert_true(g_str_has_prefix(first_listing, expected));
	free_programs(&programs);
}

static void same_inputs_same_bytes(void **state)
{
	struct kho_initramfs_programs programs = make_programs();
	g_autofree char *again = g_build_filename(directory, "again", NULL);
	g_autofree char *one = NULL, *two = NULL;
	gsize one_size, two_size;

	assert_true(kho_initramfs_write_successor(image, &programs, NULL));
	/* Neither the clock nor the owner nor the permissions of a source may show. */
	g_usleep(1100 * 1000);
	g_chmod(programs.init, 0400);
	assert_true(kho_initramfs_write_successor(again, &programs, NULL));
	assert_true(g_file_get_contents(image, &one, &one_size, NULL));
	assert_true(g_file_get_contents(again, &two, &two_size, NULL));
	assert_int_equal(one_size, two_size);
	assert_memory_equal(one, two, one_size);
	free_programs(&programs);
}

/* What was there before stays as it was, and no temporary file is left. */
static void expect_failure(const struct kho_initramfs_entry *entry, const char *message)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	unsigned int before;

	assert_true(g_file_set_contents(image, "before", -1, NULL));
	before = files_left();
	assert_false(kho_initramfs_write(image, entry, 1, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_string_equal(error->message, message);
	assert_true(g_file_get_contents(image, &text, NULL, NULL));
	assert_string_equal(text, "before");
	assert_int_equal(files_left(), before);
}

static void missing_source(void **state)
{
	g_autofree char *path = g_build_filename(directory, "nowhere", NULL);
	g_autofree char *message = g_strdup_printf("cannot read %s: No such file or directory", path);

	expect_failure(&(struct kho_initramfs_entry){ .kind = KHO_ENTRY_FILE, .path = "f", .source = path }, message);
}

static void directory_as_source(void **state)
{
	g_autofree char *message = g_strdup_printf("cannot read %s: Is a directory", directory);

	expect_failure(&(struct kho_initramfs_entry){ .kind = KHO_ENTRY_FILE, .path = "f", .source = directory },
		       message);
}

/* /proc files say they are empty and are not: what was announced is not what comes. */
static void source_of_another_size(void **state)
{
	expect_failure(&(struct kho_initramfs_entry){ .kind = KHO_ENTRY_FILE, .path = "f", .source = "/proc/version" },
		       "cannot read /proc/version: it changed while it was read");
}

static void no_directory(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_false(kho_initramfs_write("/nowhere/image", NULL, 0, &error));
	assert_string_equal(error->message, "cannot write /nowhere/image: No such file or directory");
}

/* A limit on file sizes is a disk that fills up in the middle, for everyone. */
static void file_too_large(void **state)
{
	const struct rlimit small = { .rlim_cur = 100 * KIB, .rlim_max = RLIM_INFINITY };
	g_autofree char *big = make_file("big", 1, MIB);
	g_autofree char *message = g_strdup_printf("cannot write %s: File too large", image);
	struct rlimit before;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	expect_failure(&(struct kho_initramfs_entry){ .kind = KHO_ENTRY_FILE, .path = "f", .source = big }, message);
	setrlimit(RLIMIT_FSIZE, &before);
}

/* A really full disk: a tmpfs of 64 KiB in a mount namespace of our own, where the host allows one. */
static void full_disk(void **state)
{
	g_autofree char *big = make_file("big", 1, MIB);
	g_autofree char *mounted = g_build_filename(directory, "small", NULL);
	g_autofree char *path = g_build_filename(mounted, "image", NULL);
	g_autofree char *message = g_strdup_printf("cannot write %s: No space left on device", path);
	const struct kho_initramfs_entry entry = { .kind = KHO_ENTRY_FILE, .path = "f", .source = big };
	g_autoptr(GError) error = NULL;
	GDir *dir;

	g_mkdir(mounted, 0700);
	if ((unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("small", mounted, "tmpfs", 0, "size=64k") < 0) {
		g_rmdir(mounted);
		skip();
	}
	assert_false(kho_initramfs_write(path, &entry, 1, &error));
	assert_string_equal(error->message, message);
	dir = g_dir_open(mounted, 0, NULL);
	assert_null(g_dir_read_name(dir));
	g_dir_close(dir);
	assert_int_equal(umount(mounted), 0);
	g_rmdir(mounted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind),     TEST(both_images),	 TEST(same_inputs_same_bytes),
		TEST(missing_source), TEST(directory_as_source), TEST(source_of_another_size),
		TEST(no_directory),   TEST(file_too_large),	 TEST(full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
