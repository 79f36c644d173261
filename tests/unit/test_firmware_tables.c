// SPDX-License-Identifier: GPL-2.0-only
/* Firmware's tables to the byte. tests/bats/topologies.bats has them disassembled, and kernels read them. */
#include <string.h>
#include <unistd.h>

#include "harness/machine/firmware_tables.h"
#include "tests/unit/test.h"

#define HEADER 36

static struct kho_topology *machine(void)
{
	static const char file[] = "nodes:\n"
				   "- {cpus: 2, ranges: [{start: 0, size: 1G}]}\n"
				   "- {cpus: 1, ranges: [{start: 1025M, size: 1G}], windows: [{start: 8G, size: 4G}]}\n"
				   "distances: [[10, 31], [32, 10]]\n";

	return kho_topology_parse("t.yaml", file, strlen(file), NULL);
}

static const guint8 *check_table(GBytes *table, const char *signature, gsize size)
{
	gsize length;
	const guint8 *bytes = g_bytes_get_data(table, &length);
	guint8 sum = 0;

	assert_int_equal(length, size);
	assert_memory_equal(bytes, signature, 4);
	assert_int_equal(bytes[4] | bytes[5] << 8 | bytes[6] << 16, size);
	for (gsize i = 0; i < length; i++)
		sum += bytes[i];
	assert_int_equal(sum, 0);
	return bytes;
}

static void test_srat(void **state)
{
	static const guint8 third_cpu[] = { 0, 16, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const guint8 second_range[] = { 1, 40, 1, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40,
					       0, 0,  0, 0, 0, 0, 0, 0, 1, 0, 0,    0,	  0, 0, 0, 0, 0, 0, 0, 0 };
	static const guint8 window[] = { 1, 40, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
					 1, 0,	0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	g_autoptr(KhoTopology) topology = machine();
	g_autoptr(GBytes) table = kho_firmware_srat(topology);
	const guint8 *bytes = check_table(table, "SRAT", HEADER + 12 + 3 * 16 + 3 * 40);

	assert_memory_equal(bytes + HEADER + 12 + 2 * 16, third_cpu, sizeof(third_cpu));
	assert_memory_equal(bytes + HEADER + 12 + 3 * 16 + 40, second_range, sizeof(second_range));
	assert_memory_equal(bytes + HEADER + 12 + 3 * 16 + 2 * 40, window, sizeof(window));
}

static void test_slit(void **state)
{
	static const guint8 body[] = { 2, 0, 0, 0, 0, 0, 0, 0, 10, 31, 32, 10 };
	g_autoptr(KhoTopology) topology = machine();
	g_autoptr(GBytes) table = kho_firmware_slit(topology);

	assert_memory_equal(check_table(table, "SLIT", HEADER + sizeof(body)) + HEADER, body, sizeof(body));
	g_clear_pointer(&topology->distances, g_free);
	assert_null(kho_firmware_slit(topology));
}

static void test_files(void **state)
{
	g_autoptr(KhoTopology) topology = machine();
	g_autofree char *directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	g_autofree char *srat = g_build_filename(directory, KHO_SRAT_NAME, NULL);
	g_autofree char *slit = g_build_filename(directory, KHO_SLIT_NAME, NULL);
	g_autoptr(GError) error = NULL;

	assert_true(kho_firmware_tables_write(topology, directory, NULL));
	assert_int_equal(unlink(srat), 0);
	assert_int_equal(unlink(slit), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_false(kho_firmware_tables_write(topology, directory, &error));
	assert_non_null(strstr(error->message, KHO_SRAT_NAME));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_srat),
		cmocka_unit_test(test_slit),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
