// SPDX-License-Identifier: GPL-2.0-only
/* Pieces of memory: what is found, and what is refused. */
#include "harness/handover/image.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/model/error.h"
#include "tests/unit/test.h"

#define BASE 0xffffffff81800000
#define TOP  UINT64_MAX

static void expect_bytes(const struct kho_image *image, guint64 address, const char *expected)
{
	char bytes[64] = { 0 };

	assert_true(kho_image_read(image, address, bytes, strlen(expected)));
	assert_memory_equal(bytes, expected, strlen(expected));
}

static void expect_hole(const struct kho_image *image, guint64 address, gsize length)
{
	char bytes[64];

	assert_true(length <= sizeof(bytes));
	assert_false(kho_image_read(image, address, bytes, length));
}

static void one_piece(void **state)
{
	g_autoptr(KhoImage) image = kho_image_new();

	expect_hole(image, 0, 1);
	assert_true(kho_image_add(image, BASE, "abcdefgh", 8));
	expect_bytes(image, BASE, "abcdefgh");
	expect_bytes(image, BASE + 7, "h");
	expect_hole(image, BASE, 9);
	expect_hole(image, BASE - 1, 2);
	expect_hole(image, BASE + 8, 1);
}

/* Nothing is always there. */
static void no_bytes(void **state)
{
	g_autoptr(KhoImage) image = kho_image_new();

	assert_true(kho_image_read(image, BASE, NULL, 0));
	assert_true(kho_image_read(image, TOP, NULL, 0));
	assert_false(kho_image_add(image, BASE, "", 0));
	expect_hole(image, BASE, 1);
}

/*
 *	added:    first            third   second
 *	          |abcd|      hole |ij|    |efgh|     with third and second touching
 */
static void pieces_that_touch(void **state)
{
	g_autoptr(KhoImage) image = kho_image_new();

	assert_true(kho_image_add(image, BASE, "abcd", 4));
	assert_true(kho_image_add(image, BASE + 10, "efgh", 4));
	assert_true(kho_image_add(image, BASE + 8, "ij", 2));
	expect_bytes(image, BASE + 8, "ijefgh");
	expect_hole(image, BASE, 5);
	expect_hole(image, BASE + 2, 10);
	expect_hole(image, BASE + 7, 2);
}

/*
 *	first:        |BB|
 *	second:    |aaaaaaaa|
 *	read:       aaaBBaaa
 */
static void first_one_counts(void **state)
{
	g_autoptr(KhoImage) image = kho_image_new();

	assert_true(kho_image_add(image, BASE + 3, "BB", 2));
	assert_true(kho_image_add(image, BASE, "aaaaaaaa", 8));
	assert_true(kho_image_add(image, BASE, "cccccccccc", 10));
	expect_bytes(image, BASE + 3, "BBaaa");
	expect_bytes(image, BASE, "aaaBBaaacc");
}

static void end_of_address_space(void **state)
{
	g_autoptr(KhoImage) image = kho_image_new();

	assert_true(kho_image_add(image, TOP - 3, "wxyz", 4));
	assert_false(kho_image_add(image, TOP - 3, "wxyz!", 5));
	assert_false(kho_image_add(image, TOP, "wxyz!", 5));
	assert_true(kho_image_add(image, 0, "abcd", 4));
	expect_bytes(image, TOP - 3, "wxyz");
	expect_bytes(image, TOP, "z");
	expect_bytes(image, 0, "abcd");
	/* Memory does not go round. */
	expect_hole(image, TOP - 3, 8);
	expect_hole(image, TOP, 2);
}

static void numbers(void **state)
{
	static const guint8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 0x88 };
	static const struct {
		gsize size;
		guint64 number;
	} good[] = { { 1, 1 }, { 2, 0x201 }, { 4, 0x4030201 }, { 8, 0x8807060504030201 } };
	static const gsize bad[] = { 0, 3, 5, 7, 9, 16, G_MAXSIZE };
	g_autoptr(KhoImage) image = kho_image_new();
	guint64 number = 42;

	assert_true(kho_image_add(image, BASE, bytes, sizeof(bytes)));
	for (gsize i = 0; i < COUNT(bad); i++)
		assert_false(kho_image_read_number(image, BASE, bad[i], &number));
	assert_false(kho_image_read_number(image, BASE + 1, 8, &number));
	assert_false(kho_image_read_number(image, TOP, 8, &number));
	assert_int_equal(number, 42);
	for (gsize i = 0; i < COUNT(good); i++) {
		assert_true(kho_image_read_number(image, BASE, good[i].size, &number));
		assert_int_equal(number, good[i].number);
	}
}

/* --- files --- */

static char *write_file(const char *text)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("kho-image-XXXXXX", &path, NULL);

	assert_true(fd >= 0);
	g_close(fd, NULL);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	return g_steal_pointer(&path);
}

static void expect_refused(const char *path, guint64 address, const char *reason)
{
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GError) error = NULL;

	assert_false(kho_image_add_file(image, address, path, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	assert_true(g_str_has_prefix(error->message, path));
	assert_non_null(strstr(error->message, reason));
	assert_null(strchr(error->message, '\n'));
	expect_hole(image, address, 1);
}

static void whole_file(void **state)
{
	g_autofree char *path = write_file("saved memory");
	g_autoptr(KhoImage) image = kho_image_new();

	assert_true(kho_image_add_file(image, BASE, path, NULL));
	g_unlink(path);
	expect_bytes(image, BASE, "saved memory");
	expect_hole(image, BASE + 12, 1);
}

static void bad_files(void **state)
{
	g_autofree char *path = write_file("saved memory"), *empty = write_file("");

	expect_refused(path, TOP - 10, "does not fit at address 0xfffffffffffffff5");
	expect_refused(empty, BASE, "empty");
	assert_int_equal(truncate(empty, (1LL << 30) + 1), 0); /* a hole: takes no room */
	expect_refused(empty, BASE, "too large");
	expect_refused("/nowhere/at/all", BASE, "");
	expect_refused("tests", BASE, "");
	g_unlink(path);
	g_unlink(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_piece),
		cmocka_unit_test(no_bytes),
		cmocka_unit_test(pieces_that_touch),
		cmocka_unit_test(first_one_counts),
		cmocka_unit_test(end_of_address_space),
		cmocka_unit_test(numbers),
		cmocka_unit_test(whole_file),
		cmocka_unit_test(bad_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
