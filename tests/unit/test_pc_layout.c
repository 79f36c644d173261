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

struct cover {
	struct kho_range ranges[3]; /* of nodes 0, 1 and 0 again */
	uint64_t memory;
	struct kho_range holes[3];
	const char *problem;
};

static const struct cover covers[] = {
	{ { { 0, GIB }, { GIB, 2 * GIB } }, 2 * GIB, { NONE }, NULL },
	{ { { 0, GIB }, { GIB + 64 * MIB, 2 * GIB } }, 2 * GIB, { { GIB, GIB + 64 * MIB } }, NULL },
	/* above 4 GiB there is only what does not fit below 3, and from 3.5 GiB on */
	{ { { 0, 2 * GIB }, { 5 * GIB, 6 * GIB } }, 5 * GIB, { { 2 * GIB, 3 * GIB }, { 4 * GIB, 5 * GIB } }, NULL },
	{ { { 0, 3 * GIB }, { 4 * GIB, 4 * GIB + MIB } }, 3584 * MIB, { { 4 * GIB + MIB, 4608 * MIB } }, NULL },
	/* interleaved */
	{ { { 0, 3 * GIB }, { 4 * GIB, 5 * GIB }, { 5 * GIB, 6 * GIB } }, 5 * GIB, { NONE }, NULL },
	{ { { 0, 3 * GIB }, { 1024 * GIB, 1025 * GIB } }, 1024 * GIB, { { 4 * GIB, 1024 * GIB } }, NULL },
	{ { { 0, 32 * MIB }, { GIB, 2 * GIB } },
	  0,
	  { NONE },
	  "nodes: a machine needs memory from 0 to 64M, in one range" },
	{ { { 0, 3 * GIB + MIB } }, 0, { NONE }, "nodes: from 3G to 4G are devices, no memory" },
};

static void check_cover(const struct cover *cover)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("t", "");
	g_autoptr(GArray) holes = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	g_autofree char *problem = NULL;
	uint64_t memory;
	guint count = 0;

	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 0, 0);
	for (guint i = 0; i < COUNT(cover->ranges) && cover->ranges[i].end; i++)
		kho_topology_place(topology, i % 2, cover->ranges[i]);
	problem = kho_pc_cover(topology, &memory, holes);
	if (cover->problem) {
		assert_string_equal(problem, cover->problem);
		return;
	}
	assert_null(problem);
	assert_int_equal(memory, cover->memory);
	while (count < COUNT(cover->holes) && cover->holes[count].end)
		count++;
	assert_int_equal(holes->len, count);
	if (count)
		assert_memory_equal(holes->data, cover->holes, count * sizeof(struct kho_range));
}

static void test_cover(void **state)
{
	for (size_t i = 0; i < COUNT(covers); i++)
		check_cover(&covers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_layouts), cmocka_unit_test(test_cover) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
