// SPDX-License-Identifier: GPL-2.0-only
/* A made-up machine, captured. Real ones are in tests/bats/capture.bats. */
#include <string.h>

#include "guest/capture.h"
#include "guest/nodes.h"
#include "harness/model/topology.h"
#include "tests/unit/made_up_sysfs.h"

static char *capture(const char *root, bool expected)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(capture_write(file, root), expected);
	fclose(file);
	return text;
}

/* The lines that are no comment, or of these those that are. */
static char *lines(const char *text, bool comments)
{
	g_auto(GStrv) all = g_strsplit(text, "\n", -1);
	GString *some = g_string_new(NULL);

	for (char **line = all; *line; line++)
		if (**line && (**line == '#') == comments && !g_str_has_prefix(*line, "description:"))
			g_string_append_printf(some, "%s\n", *line);
	return g_string_free(some, FALSE);
}

static void test_sysfs(void **state)
{
	g_autofree char *root = sysfs_make(), *text = NULL, *file = NULL, *comments = NULL;
	g_autoptr(KhoTopology) topology = NULL;

	sysfs_write(root, "sys/devices/system/node/node0/distance", "10 21\n");
	sysfs_write(root, "sys/devices/system/node/node1/distance", "21 10\n");
	text = capture(root, true);
	file = lines(text, false);
	assert_string_equal(file, "nodes:\n"
				  "  - memory: 3G\n"
				  "    ranges:\n"
				  "      - start: 0\n"
				  "        size: 3G\n"
				  "    cpus: 5\n"
				  "  - memory: 3G\n"
				  "    ranges:\n"
				  "      - start: 3G\n"
				  "        size: 2G\n"
				  "      - start: 6G\n"
				  "        size: 1G\n"
				  "distances:\n"
				  "  - [10, 21]\n"
				  "  - [21, 10]\n");
	comments = lines(text, true);
	assert_non_null(strstr(comments, "# not known: where memory begins and ends exactly"));
	assert_non_null(strstr(comments, "# not known: windows"));
	/* It says what it is, and that 3G to 4G are no memory in QEMU is for the reader to say. */
	topology = kho_topology_parse("t.yaml", text, strlen(text), NULL);
	assert_null(topology);
	sysfs_remove(root);
}

/* What is wrong with distances, or not there, is named; a node with nothing is left out, and the rest is renumbered. */
static void test_odd_nodes(void **state)
{
	g_autofree char *root = sysfs_make(), *text = NULL;

	sysfs_write(root, "sys/devices/system/node/online", "0,2-3\n");
	sysfs_write(root, "sys/devices/system/node/node2/cpulist", "\n");
	sysfs_write(root, "sys/devices/system/node/node3/cpulist", "9\n");
	sysfs_write(root, "sys/devices/system/node/node0/distance", "10 20 10\n");
	text = capture(root, true);
	assert_non_null(strstr(text, "# Node 2 has neither memory nor CPUs, and is left out.\n"));
	assert_non_null(strstr(text, "# Node 1 here is Linux's node 3.\n"));
	assert_non_null(strstr(text, "# not known: how far nodes are from each other\n"));
	assert_null(strstr(text, "distances:"));
	assert_non_null(strstr(text, "  - memory: 0\n    cpus: 1\n"));
	sysfs_remove(root);
}

/* Without memory or CPUs there is no topology, and the comments say why. */
static void test_nothing(void **state)
{
	g_autofree char *root = g_dir_make_tmp("kho-XXXXXX", NULL), *text = capture(root, false),
			*file = lines(text, false);

	assert_string_equal(file, "");
	assert_non_null(strstr(text, "# not known: where memory lies: "));
	sysfs_remove(root);
}

static void test_lists(void **state)
{
	static const struct {
		const char *list;
		bool good;
		unsigned int count;
	} cases[] = {
		{ "", true, 0 },      { "\n", true, 0 },	 { "0", true, 1 },    { "0-3,8\n", true, 5 },
		{ "1,3,5", true, 3 }, { "x", false, 0 },	 { "3-1", false, 0 }, { "1-", false, 0 },
		{ "1;2", false, 0 },  { "0-9999999", false, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned int count;

		assert_int_equal(nodes_count_list(cases[i].list, &count), cases[i].good);
		if (cases[i].good)
			assert_int_equal(count, cases[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sysfs),
		cmocka_unit_test(test_odd_nodes),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
