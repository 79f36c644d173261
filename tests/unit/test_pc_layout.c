// SPDX-License-Identifier: GPL-2.0-only
/* Where the pc machine puts memory. The first three were also read from QEMU's "info mtree". */
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

#define NONE         \
	{            \
		0, 0 \
	}

struct layout {
	uint64_t memory[4]; /* of the nodes */
	unsigned int nodes;
	struct kho_range ranges[4][2];
};

static const struct layout layouts[] = {
	/* One byte less than 3.5 GiB would still be uncut; this is the last full MiB. */
	{ { 3583 * MIB }, 1, { { { 0, 3583 * MIB }, NONE } } },
	{ { 3584 * MIB }, 1, { { { 0, 3 * GIB }, { 4 * GIB, 4 * GIB + 512 * MIB } } } },
	{ { 1000 * GIB }, 1, { { { 0, 3 * GIB }, { 4 * GIB, 1001 * GIB } } } },
	/* 0000hhh0|1111: the cut goes through node 0 */
	{ { 4 * GIB, 4 * GIB }, 2, { { { 0, 3 * GIB }, { 4 * GIB, 5 * GIB } }, { { 5 * GIB, 9 * GIB }, NONE } } },
	/* ... through node 1 */
	{ { GIB, 7 * GIB }, 2, { { { 0, GIB }, NONE }, { { GIB, 3 * GIB }, { 4 * GIB, 9 * GIB } } } },
	/* ... between two nodes */
	{ { 3 * GIB, GIB }, 2, { { { 0, 3 * GIB }, NONE }, { { 4 * GIB, 5 * GIB }, NONE } } },
	/* nothing to cut: the last node ends between 3 and 3.5 GiB */
	{ { 3 * GIB, 256 * MIB }, 2, { { { 0, 3 * GIB }, NONE }, { { 3 * GIB, 3328 * MIB }, NONE } } },
	/* a node without memory lies nowhere, be it at the start, at the cut or at the end */
	{ { 0, 3 * GIB, 0, GIB }, 4, { { NONE }, { { 0, 3 * GIB }, NONE }, { NONE }, { { 4 * GIB, 5 * GIB }, NONE } } },
	{ { GIB, 0 }, 2, { { { 0, GIB }, NONE }, { NONE } } },
	{ { 8 * GIB, 0 }, 2, { { { 0, 3 * GIB }, { 4 * GIB, 9 * GIB } }, { NONE } } },
};

static void check_node(const struct kho_node *node, const struct kho_range *expected)
{
	guint count = 0;

	while (count < 2 && expected[count].end)
		count++;
	assert_int_equal(node->ranges->len, count);
	for (guint i = 0; i < count; i++) {
		assert_int_equal(g_array_index(node->ranges, struct kho_range, i).start, expected[i].start);
		assert_int_equal(g_array_index(node->ranges, struct kho_range, i).end, expected[i].end);
	}
}

static void test_layouts(void **state)
{
	for (size_t i = 0; i < COUNT(layouts); i++) {
		g_autoptr(KhoTopology) topology = kho_topology_new("t", "");

		for (unsigned int nid = 0; nid < layouts[i].nodes; nid++)
			kho_topology_add_node(topology, layouts[i].memory[nid], 1);
		kho_pc_layout(topology);
		kho_pc_layout(topology); /* again, and it is the same */
		for (unsigned int nid = 0; nid < layouts[i].nodes; nid++)
			check_node(kho_topology_node(topology, nid), layouts[i].ranges[nid]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_layouts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
