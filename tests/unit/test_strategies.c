// SPDX-License-Identifier: GPL-2.0-only
/* The machines that strategies make are what their names say. tests/unit/test_generate.c has grid and plain random. */
#include "harness/model/generate.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

#define SECTION (128 * MIB)

/* "name=value name=value ..."; a word without '=' has no value. */
static GPtrArray *generate(const char *arguments)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
	g_autoptr(GError) error = NULL;
	GPtrArray *topologies = NULL;
	bool good = true;

	for (char **word = words; good && *word; word++) {
		g_auto(GStrv) parts = g_strsplit(*word, "=", 2);

		good = kho_generate_options_set(options, parts[0], parts[1], &error);
	}
	if (good && kho_generate_options_check(options, &error))
		topologies = kho_generate(options, &error);
	if (!topologies)
		fail_msg("%s: %s", arguments, error->message);
	return topologies;
}

static const struct kho_topology *find(const GPtrArray *topologies, const char *name)
{
	for (guint i = 0; i < topologies->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(topologies, i);

		if (g_str_equal(topology->name, name))
			return topology;
	}
	fail_msg("there is no %s", name);
	return NULL;
}

static const struct kho_range *range_of(const struct kho_topology *topology, unsigned int nid, guint index)
{
	const GArray *ranges = kho_topology_node(topology, nid)->ranges;

	assert_true(index < ranges->len);
	return &g_array_index(ranges, struct kho_range, index);
}

/* --- random --placed --- */

static guint count_holes(const struct kho_topology *topology)
{
	g_autoptr(GArray) holes = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	g_autofree char *problem = kho_pc_cover(topology, NULL, holes);

	return holes->len;
}

/* Is there memory of another node between two ranges of @nid? */
static bool takes_turns(const struct kho_topology *topology, unsigned int nid)
{
	guint own = kho_topology_node(topology, nid)->ranges->len;

	for (unsigned int other = 0; own && other < topology->nodes->len; other++) {
		guint others = other == nid ? 0 : kho_topology_node(topology, other)->ranges->len;

		for (guint i = 0; i < others; i++) {
			uint64_t start = range_of(topology, other, i)->start;

			if (range_of(topology, nid, 0)->start < start && start < range_of(topology, nid, own - 1)->end)
				return true;
		}
	}
	return false;
}

struct variety {
	guint turns, holes, misaligned, windows, reserved; /* nodes or machines that have it */
};

static void look_at(const struct kho_topology *topology, struct variety *variety)
{
	variety->holes += count_holes(topology) > 0;
	variety->reserved += topology->reserved->len > 0;
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		variety->turns += takes_turns(topology, nid);
		variety->windows += node->windows->len > 0;
		for (guint i = 0; i < node->ranges->len; i++)
			variety->misaligned += range_of(topology, nid, i)->start % SECTION != 0;
	}
}

static void test_placed_variety(void **state)
{
	g_autoptr(GPtrArray) placed = generate("strategy=random placed seed=1 count=200");
	g_autoptr(GPtrArray) plain = generate("strategy=random seed=1 count=200");
	struct variety variety = { 0 }, none = { 0 };

	for (guint i = 0; i < placed->len; i++) {
		const struct kho_topology *topology = g_ptr_array_index(placed, i), *same = g_ptr_array_index(plain, i);

		look_at(topology, &variety);
		look_at(same, &none);
		assert_int_equal(kho_topology_memory(topology), kho_topology_memory(same));
		assert_int_equal(topology->nodes->len, same->nodes->len);
	}
	assert_in_range(variety.turns, 200, 1000);
	assert_in_range(variety.holes, 50, 190);
	assert_in_range(variety.misaligned, 200, 3000);
	assert_in_range(variety.windows, 50, 500);
	assert_in_range(variety.reserved, 20, 190);
	/* And what these counts show, where there is none of it. */
	assert_int_equal(none.turns + none.holes + none.windows + none.reserved, 0);
}

/* Where memory is scarce, no piece may be large enough to begin with: placed-1-530 is one. */
static void test_placed_small(void **state)
{
	static const char *const arguments[] = {
		"strategy=random placed seed=1 count=600 max-nodes=8 max-memory=512M",
		"strategy=random placed seed=1 count=300 max-nodes=1 max-memory=512M",
		"strategy=random placed seed=1 count=200 max-nodes=64 max-memory=4G",
		"strategy=random placed seed=1 count=200 max-nodes=64 max-memory=65000G",
	};

	for (size_t i = 0; i < COUNT(arguments); i++) {
		g_autoptr(GPtrArray) topologies = generate(arguments[i]);

		for (guint j = 0; j < topologies->len; j++)
			assert_in_range(kho_topology_memory(g_ptr_array_index(topologies, j)), 512 * MIB, 65000 * GIB);
	}
}

/* What makes "same seed, same bytes" true from one version to the next. */
static void test_placed_is_pinned(void **state)
{
	g_autoptr(GPtrArray) topologies = generate("strategy=random placed seed=42 count=4 max-nodes=4 max-memory=8G");
	g_autofree char *text = kho_topology_format(g_ptr_array_index(topologies, 3));

	assert_string_equal(text, "description: 2 nodes, 4352M in all\n"
				  "nodes:\n"
				  "  - memory: 256M\n"
				  "    ranges:\n"
				  "      - start: 5343M\n"
				  "        size: 101M\n"
				  "      - start: 7790M\n"
				  "        size: 155M\n"
				  "    windows:\n"
				  "      - start: 12G\n"
				  "        size: 5G\n"
				  "  - memory: 4G\n"
				  "    ranges:\n"
				  "      - start: 0\n"
				  "        size: 1060M\n"
				  "      - start: 2038M\n"
				  "        size: 1034M\n"
				  "      - start: 4G\n"
				  "        size: 270M\n"
				  "      - start: 5444M\n"
				  "        size: 1732M\n"
				  "    cpus: 2\n"
				  "reserved:\n"
				  "  - start: 5362M\n"
				  "    size: 56M\n"
				  "distances:\n"
				  "  - [10, 13]\n"
				  "  - [13, 10]\n");
}

/* --- edge --- */

static void test_edges(void **state)
{
	static const struct {
		const char *name;
		uint64_t end, start, memory; /* of node 0's last range; of node 1's first; of node 1 */
	} cases[] = {
		{ "edge-border-minus-2M", GIB - 2 * MIB, GIB - 2 * MIB, GIB + 2 * MIB },
		{ "edge-border-minus-1M", GIB - MIB, GIB - MIB, GIB + MIB },
		{ "edge-border", GIB, GIB, GIB },
		{ "edge-border-plus-1M", GIB + MIB, GIB + MIB, GIB - MIB },
		{ "edge-border-plus-2M", GIB + 2 * MIB, GIB + 2 * MIB, GIB - 2 * MIB },
		{ "edge-hole-minus-1M", 3 * GIB - MIB, 4 * GIB, GIB },
		{ "edge-hole", 3 * GIB, 4 * GIB, GIB },
		{ "edge-hole-plus-1M", 4 * GIB + MIB, 4 * GIB + MIB, GIB },
		{ "edge-hole-plus-2M", 4 * GIB + 2 * MIB, 4 * GIB + 2 * MIB, GIB },
		{ "edge-section-minus-1M", 2 * GIB, 2 * GIB, SECTION - MIB },
		{ "edge-section", 2 * GIB, 2 * GIB, SECTION },
		{ "edge-section-plus-1M", 2 * GIB, 2 * GIB, SECTION + MIB },
		{ "edge-4G", 2 * GIB, 4 * GIB, GIB },
		{ "edge-4G-plus-1M", 2 * GIB, 4 * GIB + MIB, GIB },
		/* 64 bytes for each page: 16 MiB of map for each GiB */
		{ "edge-map-16M-minus-128M", GIB - SECTION, GIB - SECTION, GIB - SECTION },
		{ "edge-map-16M", GIB, GIB, GIB },
		{ "edge-map-32M-plus-128M", 2 * GIB + SECTION, 2 * GIB + SECTION, 2 * GIB + SECTION },
		{ "edge-map-64M", 5 * GIB, 5 * GIB, 4 * GIB },
	};
	g_autoptr(GPtrArray) topologies = generate("strategy=edge");

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct kho_topology *topology = find(topologies, cases[i].name);
		guint last = kho_topology_node(topology, 0)->ranges->len - 1;

		assert_int_equal(topology->nodes->len, 2);
		assert_int_equal(range_of(topology, 1, 0)->start, cases[i].start);
		assert_int_equal(kho_topology_node(topology, 1)->memory, cases[i].memory);
		if (range_of(topology, 0, last)->end != cases[i].end)
			fail_msg("%s: node 0 ends elsewhere", cases[i].name);
	}
}

/* --- real --- */

/* As published for the real machines, row by row. */
static const struct {
	const char *name, *memory, *distances;
} published[] = {
	{ "real-xeon-2s", "6144 6144", "10 21 21 10" },
	{ "real-xeon-2s-snc2", "3072 3072 3072 3072", "10 11 21 21 11 10 21 21 21 21 10 11 21 21 11 10" },
	{ "real-xeon-max", "8192 8192 1024 1024", "10 21 13 23 21 10 23 13 13 23 10 23 23 13 23 10" },
	{ "real-epyc-2s-nps1", "12288 12288", "10 32 32 10" },
	{ "real-cxl-expanders", "1024 1024 1024 2048", "10 21 14 24 21 10 24 14 14 24 10 26 24 14 26 10" },
	{ "real-arm64-2s-4n", "2048 2048 2048 2048", "10 12 20 22 12 10 22 24 20 22 10 12 22 24 12 10" },
	{ "real-arm64-one-of-4", "0 512 0 0", "10 12 20 22 12 10 22 24 20 22 10 12 22 24 12 10" },
	{ "real-arm64-gpu", "7680 1536", "10 80 80 10" },
};

static char *memory_text(const struct kho_topology *topology)
{
	GString *text = g_string_new(NULL);

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		g_string_append_printf(text, "%s%u", nid ? " " : "",
				       (unsigned int)(kho_topology_node(topology, nid)->memory / MIB));
	return g_string_free(text, FALSE);
}

static char *distances_text(const struct kho_topology *topology)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < topology->nodes->len * topology->nodes->len; i++)
		g_string_append_printf(text, "%s%u", i ? " " : "", topology->distances[i]);
	return g_string_free(text, FALSE);
}

static void test_real_as_published(void **state)
{
	g_autoptr(GPtrArray) topologies = generate("strategy=real scale=64");

	for (size_t i = 0; i < COUNT(published); i++) {
		const struct kho_topology *topology = find(topologies, published[i].name);
		g_autofree char *memory = memory_text(topology), *distances = distances_text(topology);

		assert_string_equal(memory, published[i].memory);
		assert_string_equal(distances, published[i].distances);
	}
}

static void assert_sound(const struct kho_topology *topology, const char *factor)
{
	unsigned int nodes = topology->nodes->len;

	assert_true(g_str_has_suffix(topology->description, factor));
	assert_true(kho_topology_bootable(topology, NULL));
	assert_in_range(kho_topology_memory(topology), 512 * MIB, 64 * TIB);
	for (unsigned int from = 0; from < nodes; from++) {
		assert_in_range(kho_topology_node(topology, from)->cpus, 0, 1);
		for (unsigned int to = 0; to < nodes; to++)
			assert_int_equal(topology->distances[from * nodes + to],
					 topology->distances[to * nodes + from]);
	}
}

/* However far they are scaled down, a kernel boots on them. */
static void test_real_scales(void **state)
{
	static const guint scales[] = { 1, 64, 128, 4096 };

	for (size_t i = 0; i < COUNT(scales); i++) {
		g_autofree char *arguments = g_strdup_printf("strategy=real scale=%u", scales[i]);
		g_autofree char *factor = g_strdup_printf(", 1/%u of the memory", scales[i]);
		g_autoptr(GPtrArray) topologies = generate(arguments);

		assert_in_range(topologies->len, 10, 40);
		for (guint j = 0; j < topologies->len; j++)
			assert_sound(g_ptr_array_index(topologies, j), factor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placed_variety),	  cmocka_unit_test(test_placed_small),
		cmocka_unit_test(test_placed_is_pinned),  cmocka_unit_test(test_edges),
		cmocka_unit_test(test_real_as_published), cmocka_unit_test(test_real_scales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
