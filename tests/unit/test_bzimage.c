// SPDX-License-Identifier: GPL-2.0-only
/* The header of a kernel image, as a build of 6.19 has it, and what is wrong with others. */
#include "harness/model/bzimage.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <string.h>

#define FILE_SIZE (3 * MIB)

/* What readelf and the boot protocol call good. */
static void make_good(uint8_t head[KHO_BZIMAGE_HEAD])
{
	memset(head, 0, KHO_BZIMAGE_HEAD);
	head[0x1f1] = 27;
	head[0x1fe] = 0x55;
	head[0x1ff] = 0xaa;
	memcpy(head + 0x202, "HdrS", 4);
	head[0x206] = 0x0f;
	head[0x207] = 0x02;
	head[0x211] = 0x01;
	head[0x232] = 0x20; /* kernel_alignment: 2 MiB */
	head[0x236] = 0x03;
	head[0x25b] = 0x01; /* pref_address: 16 MiB */
	head[0x260] = 0x01; /* init_size: 12 MiB and a bit */
	head[0x262] = 0xc1;
}

static void test_good(void **state)
{
	uint8_t head[KHO_BZIMAGE_HEAD];
	struct kho_bzimage image;

	make_good(head);
	assert_true(kho_bzimage_parse("bzImage", head, sizeof(head), FILE_SIZE, &image, NULL));
	assert_int_equal(image.init_size, 0xc11000);
	assert_int_equal(image.align, 2 * MIB);
	assert_int_equal(image.preferred, 16 * MIB);
}

static void test_bad(void **state)
{
	static const struct {
		gsize at;
		uint8_t value;
		const char *message;
	} cases[] = {
		{ 0x202, 'h', "b: not a kernel image (bzImage)" },
		{ 0x1fe, 0, "b: not a kernel image (bzImage)" },
		{ 0x206, 0x0b, "b: its boot protocol is older than 2.12: kexec_file_load does not take it" },
		{ 0x211, 0, "b: not a 64-bit kernel that may be loaded anywhere: kexec_file_load does not take it" },
		{ 0x236, 1, "b: not a 64-bit kernel that may be loaded anywhere: kexec_file_load does not take it" },
		{ 0x230, 1, "b: its kernel_alignment is no alignment" },
		{ 0x232, 0, "b: its kernel_alignment is no alignment" },
		{ 0x233, 0x80, "b: its kernel_alignment is no alignment" },
		{ 0x25f, 1, "b: its pref_address is no address" },
		{ 0x263, 0xff, "b: its init_size makes no sense" },
	};

	for (gsize i = 0; i < COUNT(cases); i++) {
		uint8_t head[KHO_BZIMAGE_HEAD];
		g_autoptr(GError) error = NULL;
		struct kho_bzimage image;

		make_good(head);
		head[cases[i].at] = cases[i].value;
		assert_false(kho_bzimage_parse("b", head, sizeof(head), FILE_SIZE, &image, &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, cases[i].message);
	}
}

static void assert_short(gsize length, uint64_t file_size, const char *message)
{
	uint8_t head[KHO_BZIMAGE_HEAD];
	g_autoptr(GError) error = NULL;
	struct kho_bzimage image;

	make_good(head);
	assert_false(kho_bzimage_parse("b", head, length, file_size, &image, &error));
	assert_string_equal(error->message, message);
}

static void test_short(void **state)
{
	assert_short(0, 0, "b: too short for a kernel image");
	assert_short(0x263, 0x263, "b: too short for a kernel image");
	assert_short(0x264, 0x264, "b: cut off behind its setup code");
	assert_short(KHO_BZIMAGE_HEAD, 28 * 512, "b: cut off behind its setup code");
}

static void test_no_file(void **state)
{
	g_autoptr(GError) error = NULL;
	struct kho_bzimage image;

	assert_false(kho_bzimage_load("/nowhere/bzImage", &image, &error));
	assert_string_equal(error->message, "cannot read /nowhere/bzImage: No such file or directory");
	g_clear_error(&error);
	assert_false(kho_bzimage_load("/dev/null", &image, &error));
	assert_string_equal(error->message, "cannot read /dev/null: it is not a file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
