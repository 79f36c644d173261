// SPDX-License-Identifier: GPL-2.0-only
/* How Linux numbers nodes, and whether it saw the machine that was described. */
#include <string.h>

#include "estimator/memory_ranges.h"
#include "harness/model/linux_view.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

static struct kho_topology *machine(void)
{
	static const char file[] = "nodes:\n"
				   "- {cpus: 1, ranges: [{start: 0, size: 1G}, {start: 2G, size: 1G}]}\n"
				   "- {cpus: 1, ranges: [{start: 1G, size: 1G}, {start: 4G, size: 1G}]}\n"
				   "reserved: [{start: 4352M, size: 256M}]\n";

	return kho_topology_parse("t.yaml", file, strlen(file), NULL);
}

static char *differs(const struct kho_memory_range *ranges, guint count)
{
	g_autoptr(KhoTopology) topology = machine();
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(*ranges));

	assert_non_null(topology);
	g_array_append_vals(seen, ranges, count);
	return kho_linux_view_differs(topology, &kho_arch_x86_64, seen);
}

/* What a kernel prints of that machine: firmware has its tables at the end of low memory, and scratch cuts ranges. */
static const struct kho_memory_range as_described[] = {
	{ 4096, 651264, 0 },
	{ MIB, GIB, 0 },
	{ GIB, 2 * GIB - 64 * MIB, 1 },
	{ 2 * GIB - 64 * MIB, 2 * GIB, 1 },
	{ 2 * GIB, 3 * GIB - 132 * 1024, 0 },
	{ 4 * GIB, 4 * GIB + 256 * MIB, 1 },
	{ 4 * GIB + 512 * MIB, 5 * GIB, 1 },
};

static void test_as_described(void **state)
{
	g_autofree char *text = differs(as_described, COUNT(as_described));

	assert_null(text);
}

/* Each of these must be noticed. */
static void test_planted_differences(void **state)
{
	static const struct {
		guint index;
		struct kho_memory_range instead;
		const char *text;
	} planted[] = {
		{ 2,
		  { GIB, 2 * GIB - 64 * MIB, 0 },
		  "it sees memory from 1M to 1984M on node 0 where the topology has 1M to 1G on node 0" },
		{ 4,
		  { 2 * GIB, 3 * GIB - MIB, 0 },
		  "it sees memory from 2G to 3071M on node 0 where the topology has 2G to 3G on node 0" },
		{ 5,
		  { 4 * GIB, 4 * GIB + 512 * MIB, 1 },
		  "it sees memory from 4G to 5G on node 1 where the topology has 4G to 4352M on node 1" },
		{ 6,
		  { 4 * GIB + 512 * MIB, 5 * GIB - 4096, 1 },
		  "it sees memory from 4608M to 5242876K on node 1 where the topology has 4608M to 5G on node 1" },
		{ 6, { 0, 0, 0 }, "it sees memory from nothing more where the topology has 4608M to 5G on node 1" },
	};

	for (size_t i = 0; i < COUNT(planted); i++) {
		struct kho_memory_range ranges[COUNT(as_described)];
		g_autofree char *text = NULL;

		memcpy(ranges, as_described, sizeof(ranges));
		ranges[planted[i].index] = planted[i].instead;
		text = differs(ranges, COUNT(ranges));
		assert_non_null(text);
		assert_string_equal(text, planted[i].text);
	}
}

static void test_nodes_with_cpus_come_first(void **state)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("t", "");

	kho_topology_add_node(topology, GIB, 0);
	kho_topology_add_node(topology, GIB, 1);
	kho_topology_add_node(topology, GIB, 0);
	kho_topology_add_node(topology, 0, 1);
	assert_int_equal(kho_linux_nid(topology, 0), 2);
	assert_int_equal(kho_linux_nid(topology, 1), 0);
	assert_int_equal(kho_linux_nid(topology, 2), 3);
	assert_int_equal(kho_linux_nid(topology, 3), 1);
}

static void test_numbers_stay_where_all_have_cpus(void **state)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("t", "");

	for (unsigned int i = 0; i < 5; i++)
		kho_topology_add_node(topology, i == 2 ? 0 : GIB, 1);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(kho_linux_nid(topology, i), i);
}

static void arm64(void **state)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("t", "");
	g_autoptr(GArray) ranges = NULL;
	g_autofree char *differs = NULL;

	kho_topology_add_node(topology, 4ULL << 30, 1);
	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 2ULL << 30, 0);
	kho_pc_layout(topology);
	ranges = kho_linux_ranges(topology, &kho_arch_arm64);
	assert_int_equal(ranges->len, 2);
	assert_int_equal(g_array_index(ranges, struct kho_memory_range, 0).start, 1ULL << 30);
	assert_int_equal(g_array_index(ranges, struct kho_memory_range, 0).end, 5ULL << 30);
	assert_int_equal(g_array_index(ranges, struct kho_memory_range, 1).node, 2); /* as the device tree says */
	assert_int_equal(g_array_index(ranges, struct kho_memory_range, 1).end, 7ULL << 30);
	assert_null(kho_linux_view_differs(topology, &kho_arch_arm64, ranges));
	differs = kho_linux_view_differs(topology, &kho_arch_x86_64, ranges);
	assert_non_null(differs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_described),
		cmocka_unit_test(test_planted_differences),
		cmocka_unit_test(test_nodes_with_cpus_come_first),
		cmocka_unit_test(test_numbers_stay_where_all_have_cpus),
		cmocka_unit_test(arm64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
