// SPDX-License-Identifier: GPL-2.0-only
/* Topologies from files. */
#include <stdio.h>

#include "harness/model/error.h"
#include "harness/model/topology.h"
#include "tests/unit/test.h"

static void check_load_fails(const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_topology_load(path, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_string_equal(error->message, expected);
}

static void test_load_failures(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	g_autofree char *large = g_build_filename(directory, "large.yaml", NULL);
	g_autofree char *spaced = g_build_filename(directory, "a b.yaml", NULL);
	g_autofree char *filler = g_strnfill((1 << 20) + 1, '#');
	g_autofree char *too_large = g_strconcat(large, ": is larger than 1 MiB", NULL);
	g_autofree char *misnamed = g_strconcat(spaced,
						": a topology is named by its file, with letters, digits, '.', '_' and "
						"'-', at most 64, the first a letter or a digit",
						NULL);
	g_autofree char *is_directory = g_strconcat(directory, ": is a directory", NULL);

	assert_true(g_file_set_contents(large, filler, -1, NULL));
	assert_true(g_file_set_contents(spaced, "nodes: [{memory: 4G, cpus: 1}]\n", -1, NULL));
	check_load_fails(large, too_large);
	check_load_fails(spaced, misnamed);
	check_load_fails(directory, is_directory);
	check_load_fails("/dev/null", "/dev/null: is not a plain file");
	check_load_fails("/nonexistent/x.yaml", "/nonexistent/x.yaml: No such file or directory");
	assert_int_equal(remove(large) | remove(spaced) | remove(directory), 0);
}

/* What this repository itself comes with; the tests run at its root. */
static void test_own_files(void **state)
{
	g_autoptr(GDir) directory = g_dir_open("topologies", 0, NULL);
	unsigned int count = 0;

	assert_non_null(directory);
	for (const char *name; (name = g_dir_read_name(directory)); count++) {
		g_autofree char *path = g_build_filename("topologies", name, NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoTopology) topology = kho_topology_load(path, &error);

		if (!topology)
			fail_msg("%s", error->message);
		assert_string_not_equal(topology->description, "");
	}
	assert_in_range(count, 9, 1000);
}

static void test_find(void **state)
{
	static const char *const bad_names[] = { "none", "", ".", "..", "../topologies/one", "one.yaml" };
	g_autoptr(KhoTopology) topology = kho_topology_find(".", "one", NULL);

	assert_string_equal(topology->name, "one");
	for (size_t i = 0; i < COUNT(bad_names); i++) {
		g_autofree char *message = g_strdup_printf("there is no topology '%s' in ./topologies", bad_names[i]);
		g_autoptr(GError) error = NULL;

		assert_null(kho_topology_find(".", bad_names[i], &error));
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_failures),
		cmocka_unit_test(test_own_files),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
