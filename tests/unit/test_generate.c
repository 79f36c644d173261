// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/generate.h"
#include "harness/model/name.h"
#include "harness/model/random.h"
#include "tests/unit/test.h"

/* Sets "name=value name=value ..."; a word without '=' has no value. */
static bool set_all(struct kho_generate_options *options, const char *arguments, GError **error)
{
	g_auto(GStrv) words = g_strsplit(arguments, " ", -1);

	for (char **word = words; *word; word++) {
		g_auto(GStrv) parts = g_strsplit(*word, "=", 2);

		if (!kho_generate_options_set(options, parts[0], parts[1], error))
			return false;
	}
	return kho_generate_options_check(options, error);
}

static GPtrArray *generate(const char *arguments, GError **error)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();

	return set_all(options, arguments, error) ? kho_generate(options, error) : NULL;
}

static char *names(const GPtrArray *topologies)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);

		g_string_append_printf(text, "%s%s", i ? " " : "", topology->name);
	}
	return g_strdup(text->str);
}

static void test_grid_names(void **state)
{
	static const struct {
		const char *arguments, *names;
	} cases[] = {
		{ "strategy=grid", "grid-1x1G grid-1x4G grid-2x1G grid-2x4G grid-4x1G grid-4x4G" },
		{ "strategy=grid nodes=2 sizes=1536M", "grid-2x1536M" },
		{ "strategy=grid nodes=3 sizes=1G cpus=first", "grid-3x1G-cpu0" },
		{ "strategy=grid nodes=1,2 sizes=1G cpus=each,first uneven",
		  "grid-1x1G grid-2x1G grid-2x1G-cpu0 grid-2x1G-uneven grid-2x1G-uneven-cpu0" },
		/* with one node, there is nothing to choose */
		{ "strategy=grid nodes=1 sizes=1G cpus=first uneven", "grid-1x1G" },
		{ "nodes=2 sizes=4G strategy=grid", "grid-2x4G" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) topologies = generate(cases[i].arguments, &error);
		g_autofree char *text = NULL;

		if (!topologies)
			fail_msg("%s", error->message);
		text = names(topologies);
		assert_string_equal(text, cases[i].names);
	}
}

static void test_uneven_keeps_the_total(void **state)
{
	g_autoptr(GPtrArray) topologies = generate("strategy=grid nodes=3 sizes=4G cpus=first uneven", NULL);
	const struct kho_topology *uneven = g_ptr_array_index(topologies, 1);

	assert_string_equal(uneven->name, "grid-3x4G-uneven-cpu0");
	assert_int_equal(kho_topology_memory(uneven), 12 * GIB);
	assert_int_equal(kho_topology_node(uneven, 0)->memory, GIB);
	assert_int_equal(kho_topology_node(uneven, 1)->memory, 4 * GIB);
	assert_int_equal(kho_topology_node(uneven, 2)->memory, 7 * GIB);
	assert_int_equal(kho_topology_node(uneven, 0)->cpus, 1);
	assert_int_equal(kho_topology_node(uneven, 2)->cpus, 0);
	/* laid out: node 0 begins at 0 */
	assert_int_equal(kho_topology_node(uneven, 0)->ranges->len, 1);
}

static void test_text(void **state)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_autoptr(GPtrArray) topologies = NULL;
	g_autofree char *text = NULL;

	assert_true(set_all(options, "strategy=grid nodes=2 sizes=1024M cpus=first,each uneven", NULL));
	topologies = kho_generate(options, NULL);
	text = kho_generate_text(options, g_ptr_array_index(topologies, 3));
	assert_string_equal(text, "# grid-2x1G-uneven-cpu0, made by: kho-topology-gen --strategy=grid --nodes=2 "
				  "--sizes=1G --cpus=each,first --uneven\n"
				  "description: '2 nodes of 1G, 3/4 of the first one''s given to the last, a CPU on "
				  "the first only'\n"
				  "nodes:\n"
				  "  - memory: 256M\n"
				  "    cpus: 1\n"
				  "  - memory: 1792M\n");
}

/* What makes "same seed, same bytes" true from one version to the next. */
static void test_random_is_pinned(void **state)
{
	struct kho_random random = kho_random_start(42, 3);
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_autoptr(GPtrArray) topologies = NULL;
	g_autofree char *text = NULL;

	assert_int_equal(kho_random_next(&random), 0x72ec27ff370cb388);
	assert_true(set_all(options, "strategy=random seed=42 count=4 max-nodes=4 max-memory=8G", NULL));
	topologies = kho_generate(options, NULL);
	text = kho_generate_text(options, g_ptr_array_index(topologies, 3));
	assert_string_equal(text, "# random-42-004, made by: kho-topology-gen --strategy=random --seed=42 --count=4 "
				  "--max-nodes=4 --max-memory=8G\n"
				  "description: 2 nodes, 4352M in all\n"
				  "nodes:\n"
				  "  - memory: 256M\n"
				  "  - memory: 4G\n"
				  "    cpus: 2\n"
				  "distances:\n"
				  "  - [10, 13]\n"
				  "  - [13, 10]\n");
}

static void test_random_below(void **state)
{
	struct kho_random random = kho_random_start(0, 0);
	unsigned int counts[7] = { 0 };

	for (int i = 0; i < 7000; i++)
		counts[kho_random_below(&random, 7)]++;
	for (size_t i = 0; i < COUNT(counts); i++)
		assert_in_range(counts[i], 850, 1150);
	assert_int_equal(kho_random_below(&random, 1), 0);
	assert_in_range(kho_random_below(&random, UINT64_MAX), 0, UINT64_MAX - 1);
}

static void test_number_does_not_depend_on_count(void **state)
{
	g_autoptr(GPtrArray) few = generate("strategy=random seed=7 count=3", NULL);
	g_autoptr(GPtrArray) many = generate("strategy=random seed=7 count=1000", NULL);
	g_autofree char *left = kho_topology_format(g_ptr_array_index(few, 2));
	g_autofree char *right = kho_topology_format(g_ptr_array_index(many, 2));
	const struct kho_topology *last = g_ptr_array_index(many, 999);

	assert_string_equal(left, right);
	assert_string_equal(last->name, "random-7-1000");
}

static void test_random_machines(void **state)
{
	static const char *const arguments[] = {
		"strategy=random seed=1 count=500",
		"strategy=random seed=1 count=500 max-nodes=64 max-memory=4G",
		"strategy=random seed=18446744073709551615 count=500 max-nodes=3 max-memory=513M",
		"strategy=random seed=0 count=500 max-nodes=1 max-memory=512M",
		"strategy=random seed=0 count=100 max-nodes=64 max-memory=65535G",
	};
	static const uint64_t max_memory[] = { 16 * GIB, 4 * GIB, 513 * MIB, 512 * MIB, 65535 * GIB };

	for (size_t i = 0; i < COUNT(arguments); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) topologies = generate(arguments[i], &error);

		if (!topologies)
			fail_msg("%s", error->message);
		for (guint j = 0; j < topologies->len; j++) {
			const struct kho_topology *topology = g_ptr_array_index(topologies, j);

			assert_true(kho_name_valid(topology->name));
			assert_in_range(kho_topology_memory(topology), 512 * MIB, max_memory[i]);
			assert_int_not_equal(kho_topology_cpus(topology), 0);
		}
	}
}

/* Every kind of machine must come up. */
static void test_random_variety(void **state)
{
	g_autoptr(GPtrArray) topologies = generate("strategy=random seed=1 count=200", NULL);
	unsigned int memoryless = 0, cpuless = 0, small = 0, distances = 0;

	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);

		distances += topology->distances != NULL;
		for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
			const struct kho_node *node = kho_topology_node(topology, nid);

			memoryless += !node->memory;
			cpuless += !node->cpus;
			small += node->memory && node->memory < 128 * MIB;
		}
	}
	assert_in_range(distances, 50, 150);
	assert_in_range(memoryless, 50, 200);
	assert_in_range(cpuless, 100, 400);
	assert_in_range(small, 50, 400);
}

static const struct {
	const char *arguments, *message;
} bad_arguments[] = {
	{ "seed=1", "--strategy= is needed: one of grid, pairwise, random, edge and real" },
	{ "strategy=all", "--strategy: 'all' is none of grid, pairwise, random, edge and real" },
	{ "strategy=grid size=1", "--size is not an option" },
	{ "strategy=grid seed=1", "--seed is for --strategy=random" },
	{ "nodes=1 strategy=random", "--nodes is for --strategy=grid" },
	{ "strategy=random uneven", "--uneven is for --strategy=grid" },
	{ "nodes=", "--nodes: '' is an empty list" },
	{ "nodes=1,,2", "--nodes: '' is not a whole number" },
	{ "nodes=0", "--nodes: '0' is not from 1 to 1024" },
	{ "nodes=1025", "--nodes: '1025' is not from 1 to 1024" },
	{ "nodes=1,2,1", "--nodes: '1' is listed twice" },
	{ "nodes=-1", "--nodes: '-1' is not a whole number" },
	{ "sizes=1Q", "--sizes: '1Q' is not a size" },
	{ "sizes=0", "--sizes: '0' is not from 1M to 65535G" },
	{ "sizes=1G,65T", "--sizes: '65T' is not from 1M to 65535G" },
	{ "sizes=1025K", "--sizes: '1025K' is not a multiple of 1M" },
	{ "sizes=1G,1024M", "--sizes: '1024M' is listed twice" },
	{ "cpus=", "--cpus: '' is an empty list" },
	{ "cpus=all", "--cpus: 'all' is neither each nor first" },
	{ "cpus=each,each", "--cpus: 'each' is listed twice" },
	{ "strategy=grid sizes=6M uneven", "--uneven: 6M is not a multiple of 4M" },
	{ "strategy=grid nodes=64 sizes=2T",
	  "grid-64x2T.yaml:3: nodes: more memory than fits below 64T with a hole of 1G" },
	{ "seed=x", "--seed: 'x' is not a whole number" },
	{ "seed=18446744073709551616", "--seed: '18446744073709551616' is not a whole number" },
	{ "count=0", "--count: '0' is not from 1 to 10000" },
	{ "count=10001", "--count: '10001' is not from 1 to 10000" },
	{ "max-nodes=1025", "--max-nodes: '1025' is not from 1 to 1024" },
	{ "max-memory=511M", "--max-memory: '511M' is not from 512M to 65535G" },
	{ "strategy=random max-nodes=64 max-memory=1G", "--max-memory: 1G is too little for 64 nodes of at least 64M" },
};

static void test_bad_arguments(void **state)
{
	for (size_t i = 0; i < COUNT(bad_arguments); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) topologies = generate(bad_arguments[i].arguments, &error);

		if (topologies)
			fail_msg("'%s' was taken", bad_arguments[i].arguments);
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, bad_arguments[i].message);
	}
}

static void test_too_large_a_grid(void **state)
{
	g_autoptr(GString) arguments = g_string_new("strategy=grid nodes=1,2,3,4 cpus=each,first sizes=4M");
	g_autoptr(GError) error = NULL;

	for (int i = 2; i <= 1251; i++)
		g_string_append_printf(arguments, ",%dM", 4 * i);
	assert_null(generate(arguments->str, &error));
	assert_string_equal(error->message, "these are 10008 topologies, and 10000 are the most");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grid_names),
		cmocka_unit_test(test_uneven_keeps_the_total),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_random_is_pinned),
		cmocka_unit_test(test_random_below),
		cmocka_unit_test(test_number_does_not_depend_on_count),
		cmocka_unit_test(test_random_machines),
		cmocka_unit_test(test_random_variety),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_too_large_a_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
