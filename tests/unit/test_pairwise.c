// SPDX-License-Identifier: GPL-2.0-only
/* Every two values of different factors must meet, in few combinations, and in the machines that are made of them. */
#include "harness/model/generate.h"
#include "harness/model/pairwise.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

static bool meet(const GArray *rows, guint a, guint i, guint b, guint j)
{
	for (guint row = 0; row < rows->len; row++) {
		const struct kho_combination *combination = &g_array_index(rows, struct kho_combination, row);

		if (combination->levels[a] == i && combination->levels[b] == j)
			return true;
	}
	return false;
}

static guint count_missing(const GArray *rows, const guint *levels, guint factors)
{
	guint missing = 0;

	for (guint a = 0; a < factors; a++)
		for (guint b = a + 1; b < factors; b++)
			for (guint i = 0; i < levels[a]; i++)
				for (guint j = 0; j < levels[b]; j++)
					missing += !meet(rows, a, i, b, j);
	return missing;
}

static void test_all_pairs_meet(void **state)
{
	static const struct {
		guint factors, levels[KHO_PAIRWISE_FACTORS], most;
	} cases[] = {
		{ 1, { 3 }, 0 },
		{ 2, { 2, 3 }, 6 },
		{ 10, { 4, 3, 2, 2, 2, 2, 3, 2, 2, 2 }, 20 },
		{ 16, { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 }, 16 },
		{ 4, { 8, 8, 8, 8 }, 110 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GArray) rows = kho_pairwise(cases[i].levels, cases[i].factors);

		assert_int_equal(count_missing(rows, cases[i].levels, cases[i].factors), 0);
		assert_in_range(rows->len, 0, cases[i].most);
		if (!rows->len)
			continue;
		/* Planted: a combination less, and the count must show it. */
		g_array_set_size(rows, rows->len - 1);
		assert_int_not_equal(count_missing(rows, cases[i].levels, cases[i].factors), 0);
	}
}

/* --- machines: what there is to see of each factor, whatever combination they were made of --- */

enum { NODES, SIZE, SHARES, MEMORYLESS, CPUS, DISTANCES, PLACE, ALIGNED, WINDOWS, RESERVED, NR_FACTORS };
enum { AS_IT_COMES, TURNS, HOLES };

static const guint seen_levels[NR_FACTORS] = { 4, 3, 2, 2, 2, 2, 3, 2, 2, 2 };

/* The number of @value in @list. */
static guint level_of(const uint64_t *list, guint count, uint64_t value)
{
	for (guint i = 0; i < count; i++)
		if (list[i] == value)
			return i;
	fail_msg("there is none with %u", (unsigned int)value);
	return 0;
}

static void see_nodes(const struct kho_topology *topology, struct kho_combination *seen)
{
	static const uint64_t nodes[] = { 2, 3, 4, 8 }, sizes[] = { 1, 2, 4 };
	uint64_t least = UINT64_MAX, most = 0, with_memory = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		with_memory += node->memory != 0;
		least = node->memory ? MIN(least, node->memory) : least;
		most = MAX(most, node->memory);
		seen->levels[MEMORYLESS] |= !node->memory;
		seen->levels[CPUS] |= !node->cpus;
		seen->levels[WINDOWS] |= node->windows->len != 0;
	}
	seen->levels[NODES] = level_of(nodes, COUNT(nodes), with_memory);
	seen->levels[SIZE] = level_of(sizes, COUNT(sizes), kho_topology_memory(topology) / with_memory / GIB);
	seen->levels[SHARES] = least != most;
}

static bool is_inside_a_section(const struct kho_range *range)
{
	return range->start % (128 * MIB) || range->end % (128 * MIB);
}

/* Nodes take turns where one begins before another's end. */
static void see_place(const struct kho_topology *topology, struct kho_combination *seen)
{
	g_autoptr(GArray) holes = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	g_autofree char *problem = kho_pc_cover(topology, NULL, holes);
	uint64_t end = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(topology, nid)->ranges;

		for (guint i = 0; i < ranges->len; i++) {
			const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

			if (range->start < end)
				seen->levels[PLACE] = TURNS;
			seen->levels[ALIGNED] |= is_inside_a_section(range);
			end = MAX(end, range->end);
		}
	}
	if (holes->len) {
		assert_int_equal(seen->levels[PLACE], AS_IT_COMES);
		seen->levels[PLACE] = HOLES;
	}
}

static void test_all_machines_meet(void **state)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct kho_combination));
	g_autoptr(GPtrArray) topologies = NULL;

	options->strategy = KHO_STRATEGY_PAIRWISE;
	topologies = kho_generate(options, NULL);
	assert_non_null(topologies);
	assert_in_range(topologies->len, 12, 20);
	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);
		struct kho_combination seen = { 0 };

		see_nodes(topology, &seen);
		see_place(topology, &seen);
		seen.levels[DISTANCES] = topology->distances != NULL;
		seen.levels[RESERVED] = topology->reserved->len != 0;
		g_array_append_val(rows, seen);
	}
	assert_int_equal(count_missing(rows, seen_levels, NR_FACTORS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pairs_meet),
		cmocka_unit_test(test_all_machines_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
