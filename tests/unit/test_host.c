// SPDX-License-Identifier: GPL-2.0-only
/* The host's memory and CPUs, read from made-up files below a directory. */
#include "harness/machine/host.h"
#include "tests/unit/test.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

static char *root;

static int make_root(void **state)
{
	root = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	return root ? 0 : -1;
}

static void remove_tree(const char *path)
{
	GDir *directory = g_dir_open(path, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		remove_tree(below);
	}
	if (directory)
		g_dir_close(directory);
	remove(path);
}

static int remove_root(void **state)
{
	remove_tree(root);
	g_clear_pointer(&root, g_free);
	return 0;
}

static void make_file(const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(root, path, NULL);
	g_autofree char *directory = g_path_get_dirname(full);

	assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
	assert_true(g_file_set_contents(full, text, -1, NULL));
}

static void meminfo(void **state)
{
	const char *text = "MemTotal:       24684092 kB\nMemFree:        2 kB\nMemAvailable:   24108736 kB\nOdd: 5\n";
	uint64_t bytes = 0;

	assert_true(kho_host_parse_meminfo(text, "MemTotal", &bytes));
	assert_int_equal(bytes, 24684092 * KIB);
	assert_true(kho_host_parse_meminfo(text, "MemAvailable", &bytes));
	assert_int_equal(bytes, 24108736 * KIB);
	assert_false(kho_host_parse_meminfo(text, "Available", &bytes));
	assert_false(kho_host_parse_meminfo(text, "Mem", &bytes));
	assert_false(kho_host_parse_meminfo(text, "Odd", &bytes));
	assert_false(kho_host_parse_meminfo("", "MemTotal", &bytes));
}

static void limits(void **state)
{
	static const char *const bad[] = { "", "maximal", "-1\n", "5x", "MAX", " 5" };
	uint64_t value = 0;

	assert_true(kho_host_parse_limit("max\n", &value));
	assert_true(value == KHO_NO_LIMIT);
	assert_true(kho_host_parse_limit("9223372036854771712\n", &value));
	assert_int_equal(value, 9223372036854771712ULL);
	assert_true(kho_host_parse_limit("0", &value));
	assert_int_equal(value, 0);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(kho_host_parse_limit(bad[i], &value));
}

static void stat_lines(void **state)
{
	const char *text = "inactive_file_more 1\ntotal_inactive_file 2\ninactive_file 3\n";
	uint64_t value = 0;

	assert_true(kho_host_parse_stat(text, "inactive_file", &value));
	assert_int_equal(value, 3);
	assert_true(kho_host_parse_stat(text, "total_inactive_file", &value));
	assert_int_equal(value, 2);
	assert_false(kho_host_parse_stat(text, "active_file", &value));
}

static void expect_group(const char *text, const char *controller, const char *expected)
{
	g_autofree char *group = kho_host_parse_cgroup(text, controller);

	if (expected)
		assert_string_equal(group, expected);
	else
		assert_null(group);
}

static void groups(void **state)
{
	const char *hybrid = "9:name=systemd:/\n4:memory:/a/b:c\n3:cpu,cpuacct:/d\n1:net_cls:\n0::/e\n";

	expect_group(hybrid, "memory", "/a/b:c");
	expect_group(hybrid, "cpu", "/d");
	expect_group(hybrid, "cpuacct", "/d");
	expect_group(hybrid, "cpuset", NULL);
	expect_group(hybrid, NULL, "/e");
	expect_group("0::/only\n", "memory", NULL);
	expect_group("4:memory:/x\n", NULL, NULL);
	expect_group("", NULL, NULL);
}

static void cpu_quota(void **state)
{
	assert_int_equal(kho_host_parse_cpu_max("max 100000\n"), 0);
	assert_int_equal(kho_host_parse_cpu_max("200000 100000\n"), 2);
	assert_int_equal(kho_host_parse_cpu_max("150000 100000\n"), 2);
	assert_int_equal(kho_host_parse_cpu_max("1000 100000"), 1);
	assert_int_equal(kho_host_parse_cpu_max("200000 0\n"), 0);
	assert_int_equal(kho_host_parse_cpu_max("200000"), 0);
	assert_int_equal(kho_host_parse_cpu_max(""), 0);
}

static void expect_available(uint64_t expected)
{
	assert_int_equal(kho_host_memory_available_at(root), expected);
}

static void no_groups(void **state)
{
	make_file("proc/meminfo", "MemAvailable: 1000 kB\n");
	expect_available(1000 * KIB);
}

static void version_2_group(void **state)
{
	make_file("proc/meminfo", "MemAvailable: 10000000 kB\n");
	make_file("proc/self/cgroup", "0::/a/b\n");
	make_file("sys/fs/cgroup/a/b/memory.max", "max\n");
	make_file("sys/fs/cgroup/a/b/memory.current", "500\n");
	expect_available(10000000 * KIB);
	make_file("sys/fs/cgroup/a/b/memory.max", "1000000\n");
	expect_available(999500);
	/* The page cache that nobody uses goes first. */
	make_file("sys/fs/cgroup/a/b/memory.stat", "anon 400\ninactive_file 100\n");
	expect_available(999600);
}

static void group_around_is_tighter(void **state)
{
	make_file("proc/meminfo", "MemAvailable: 10000000 kB\n");
	make_file("proc/self/cgroup", "0::/a/b\n");
	make_file("sys/fs/cgroup/a/b/memory.max", "5000\n");
	make_file("sys/fs/cgroup/a/b/memory.current", "0\n");
	make_file("sys/fs/cgroup/a/memory.max", "4000\n");
	make_file("sys/fs/cgroup/a/memory.current", "1000\n");
	expect_available(3000);
	make_file("sys/fs/cgroup/a/memory.current", "4500\n");
	expect_available(0);
}

/* In a container the group's path may be the host's, while its files are at the mount's root. */
static void version_1_group(void **state)
{
	make_file("proc/meminfo", "MemAvailable: 10000000 kB\n");
	make_file("proc/self/cgroup", "4:memory:/docker/0123\n");
	make_file("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000\n");
	make_file("sys/fs/cgroup/memory/memory.usage_in_bytes", "1500\n");
	make_file("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 300\n");
	expect_available(800);
}

static void version_1_without_limit(void **state)
{
	make_file("proc/meminfo", "MemAvailable: 1000 kB\n");
	make_file("proc/self/cgroup", "4:memory:/\n");
	make_file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	make_file("sys/fs/cgroup/memory/memory.usage_in_bytes", "1500\n");
	expect_available(1000 * KIB);
}

static void cpus(void **state)
{
	assert_int_equal(kho_host_cpus_at(root, 8), 8);
	make_file("proc/self/cgroup", "0::/a\n");
	assert_int_equal(kho_host_cpus_at(root, 8), 8);
	make_file("sys/fs/cgroup/a/cpu.max", "250000 100000\n");
	assert_int_equal(kho_host_cpus_at(root, 8), 3);
	assert_int_equal(kho_host_cpus_at(root, 2), 2);
	make_file("proc/self/cgroup", "1:cpu:/b\n");
	make_file("sys/fs/cgroup/cpu/b/cpu.cfs_quota_us", "-1\n");
	make_file("sys/fs/cgroup/cpu/b/cpu.cfs_period_us", "100000\n");
	assert_int_equal(kho_host_cpus_at(root, 8), 8);
	make_file("sys/fs/cgroup/cpu/b/cpu.cfs_quota_us", "100000\n");
	assert_int_equal(kho_host_cpus_at(root, 8), 1);
}

static void this_host(void **state)
{
	uint64_t available = kho_host_memory_available();

	assert_true(kho_host_cpus() >= 1);
	assert_true(available > MIB && available != KHO_NO_LIMIT);
	assert_true(kho_host_memory_budget() < 1024 * TIB);
}

/* The peaks that were measured must fit into what is promised, and not be lost in it. */
static void memory_cost(void **state)
{
	static const struct {
		unsigned int nodes, cpus;
		uint64_t memory, measured;
	} peaks[] = {
		{ 2, 1, 8 * GIB, 597 * MIB },
		{ 8, 8, 8 * GIB, 433 * MIB },
		{ 4, 4, 64 * GIB, 2448 * MIB },
		{ 1, 1, 64 * GIB, 2516 * MIB },
	};

	for (size_t i = 0; i < COUNT(peaks); i++) {
		g_autoptr(KhoTopology) topology = kho_topology_new("test", "");
		uint64_t cost;

		for (unsigned int nid = 0; nid < peaks[i].nodes; nid++)
			kho_topology_add_node(topology, peaks[i].memory / peaks[i].nodes,
					      peaks[i].cpus / peaks[i].nodes + (nid < peaks[i].cpus % peaks[i].nodes));
		cost = kho_machine_memory_cost(topology);
		assert_true(cost >= peaks[i].measured);
		assert_true(cost <= peaks[i].measured + 256 * MIB);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meminfo),
		cmocka_unit_test(limits),
		cmocka_unit_test(stat_lines),
		cmocka_unit_test(groups),
		cmocka_unit_test(cpu_quota),
		TEST(no_groups),
		TEST(version_2_group),
		TEST(group_around_is_tighter),
		TEST(version_1_group),
		TEST(version_1_without_limit),
		TEST(cpus),
		cmocka_unit_test(this_host),
		cmocka_unit_test(memory_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
