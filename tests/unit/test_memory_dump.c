// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU's human monitor prints of memory. */
#include "harness/libvirt/memory_dump.h"

#include <string.h>

#include "tests/unit/test.h"

#define ADDRESS 0xffffffff82000000ULL

static void commands(void **state)
{
	g_autofree char *words = kho_memory_dump_command(ADDRESS, 4096), *bytes = kho_memory_dump_command(4096, 3);

	assert_string_equal(words, "x /512xg 0xffffffff82000000");
	assert_string_equal(bytes, "x /3xb 0x1000");
}

static void words(void **state)
{
	static const guint8 expected[24] = { 1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0, 0, 0, 0, 0, 0, 0xaa, 9 };
	g_autofree guint8 *bytes = kho_memory_dump_parse("ffffffff82000000: 0x0807060504030201 0xaa000000000000ff\r\n"
							 "ffffffff82000010: 0x0000000000000009\r\n",
							 ADDRESS, 24);

	assert_non_null(bytes);
	assert_memory_equal(bytes, expected, 24);
}

static void single_bytes(void **state)
{
	static const guint8 expected[] = { 0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 3 };
	g_autofree guint8 *bytes = kho_memory_dump_parse("0000000000001000: 0x7f 0x45 0x4c 0x46 0x02 0x01 0x01 0x00\n"
							 "0000000000001008: 0x03",
							 4096, 9);

	assert_non_null(bytes);
	assert_memory_equal(bytes, expected, 9);
}

static void what_is_no_memory_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"Cannot access memory\n",
		"ffffffff82000000: Cannot access memory\n",
		"ffffffff82000000: 0x0807060504030201\n",					/* too few */
		"ffffffff82000000: 0x0807060504030201 0xaa000000000000ff 0x0000000000000000\n", /* too many */
		"ffffffff82000008: 0x0807060504030201 0xaa000000000000ff\n",			/* elsewhere */
		"ffffffff82000000: 0x08070605 0xaa000000000000ff\n",
		"ffffffff82000000: 0x08070605040302010 0xaa00000000000ff\n",
		"ffffffff82000000: 0807060504030201 aa000000000000ff\n",
		"ffffffff82000000 0x0807060504030201 0xaa000000000000ff\n",
		"ffffffff82000000: 0x0807060504030201 0xaa000000000000ff and more\n",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (kho_memory_dump_parse(bad[i], ADDRESS, 16))
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(words),
		cmocka_unit_test(single_bytes),
		cmocka_unit_test(what_is_no_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
