// SPDX-License-Identifier: GPL-2.0-only
/* What estimators get to see of a result, and what they are kept from. */
#include "harness/judge/layout_of.h"
#include "tests/unit/test.h"

#include <string.h>

static const struct kho_geometry x86_64 = { 64, 4096, 2 << 20, 32768, true };

static struct kho_cell cell = { .id = (char *)"6.19-x86_64/t/s",
				.payload = (char *)KHO_PAYLOAD_DEFAULT,
				.kernel = (char *)"6.19-x86_64",
				.successor = (char *)"6.19-x86_64" };

/* 1 GiB on each of two nodes, and two areas. */
static struct kho_result *good(void)
{
	static const struct kho_memory_range ranges[] = { { 0, GIB, 0 }, { GIB, 2 * GIB, 1 } };
	static const struct kho_scratch_area areas[] = { { 0, 0 }, { GIB, 64 * MIB }, { 0, 64 * MIB } };
	static const struct kho_segment segment = { KHO_SEGMENT_KERNEL, GIB, 8 * MIB };
	struct kho_result *result = kho_result_new(&cell);

	result->have_geometry = true;
	result->geometry = x86_64;
	g_array_append_vals(result->ranges, ranges, COUNT(ranges));
	g_array_append_vals(result->scratch, areas, COUNT(areas));
	g_array_append_val(result->segments, segment);
	return result;
}

static struct kho_memory_range *range(struct kho_result *result, guint i)
{
	return &g_array_index(result->ranges, struct kho_memory_range, i);
}

static struct kho_scratch_area *area(struct kho_result *result, guint i)
{
	return &g_array_index(result->scratch, struct kho_scratch_area, i);
}

static struct kho_segment *segment(struct kho_result *result)
{
	return &g_array_index(result->segments, struct kho_segment, 0);
}

static void everything_is_seen(void **state)
{
	struct kho_result *result = good();
	struct kho_layout layout;

	assert_null(kho_layout_of(result, &layout));
	assert_int_equal(layout.nr_ranges, 2);
	assert_ptr_equal(layout.ranges, result->ranges->data);
	assert_int_equal(layout.nr_nodes, 2);
	assert_int_equal(layout.nr_scratch, 3);
	assert_int_equal(layout.nr_segments, 1);
	assert_int_equal(layout.nr_events, 0);
	assert_int_equal(layout.geometry.pages_per_section, 32768);
	kho_result_free(result);
}

static void drop_geometry(struct kho_result *result)
{
	result->have_geometry = false;
}

static void drop_ranges(struct kho_result *result)
{
	g_array_set_size(result->ranges, 0);
}

static void drop_scratch(struct kho_result *result)
{
	g_array_set_size(result->scratch, 0);
}

static void no_page(struct kho_result *result)
{
	result->geometry.page_size = 0;
}

static void no_struct_page(struct kho_result *result)
{
	result->geometry.struct_page_size = 0;
}

static void huge_struct_page(struct kho_result *result)
{
	result->geometry.struct_page_size = UINT64_MAX / 2;
}

static void huge_pmd(struct kho_result *result)
{
	result->geometry.pmd_size = UINT64_MAX - 1;
}

static void small_section(struct kho_result *result)
{
	result->geometry.pages_per_section = 1;
}

static void huge_section(struct kho_result *result)
{
	result->geometry.pages_per_section = UINT64_MAX / 4096 + 2;
}

static void memory_without_end(struct kho_result *result)
{
	range(result, 1)->end = UINT64_MAX;
}

static void memory_that_overlaps(struct kho_result *result)
{
	range(result, 1)->start = 0;
}

static void node_of_nowhere(struct kho_result *result)
{
	range(result, 1)->node = UINT32_MAX;
}

static void scratch_beyond_memory(struct kho_result *result)
{
	area(result, 1)->size = GIB + 1;
}

static void scratch_that_wraps(struct kho_result *result)
{
	area(result, 1)->start = UINT64_MAX - MIB;
}

static void segment_beyond_memory(struct kho_result *result)
{
	segment(result)->start = 2 * GIB;
}

static void segment_of_no_kind(struct kho_result *result)
{
	segment(result)->kind = KHO_NR_SEGMENT_KINDS;
}

/* What lacks is named; what is garbled, too, and no estimator ever sees it. */
static void what_is_no_layout(void **state)
{
	static const struct {
		void (*spoil)(struct kho_result *result);
		const char *why;
	} cases[] = {
		{ drop_geometry, "could not read the kernel's geometry" },
		{ drop_ranges, "could not read the memory ranges" },
		{ drop_scratch, "could not read the scratch layout" },
		{ no_page, "makes no sense" },
		{ no_struct_page, "makes no sense" },
		{ huge_struct_page, "makes no sense" },
		{ huge_pmd, "makes no sense" },
		{ small_section, "makes no sense" },
		{ huge_section, "makes no sense" },
		{ memory_without_end, "makes no sense" },
		{ memory_that_overlaps, "makes no sense" },
		{ node_of_nowhere, "makes no sense" },
		{ scratch_beyond_memory, "makes no sense" },
		{ scratch_that_wraps, "makes no sense" },
		{ segment_beyond_memory, "makes no sense" },
		{ segment_of_no_kind, "makes no sense" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_result *result = good();
		struct kho_layout layout;
		const char *why;

		cases[i].spoil(result);
		why = kho_layout_of(result, &layout);
		assert_non_null(why);
		assert_non_null(strstr(why, cases[i].why));
		kho_result_free(result);
	}
}

/* The successor's own word first, then its kernel's name; a kernel that hands over to itself is known by its first. */
static void map_chains(void **state)
{
	static const struct {
		const char *kernel, *successor, *first_release, *successor_release;
		enum kho_map_chain chain;
	} cases[] = {
		{ "6.19-x86_64", "6.19-x86_64", "6.19.6", NULL, KHO_MAP_BUFFER },
		{ "7.1-x86_64", "7.1-x86_64", "7.1.13", "7.1.13", KHO_MAP_BUFFER },
		{ "7.2-x86_64", "7.2-x86_64", "7.2.6", NULL, KHO_MAP_SECTIONS },
		{ "tree-x86_64", "tree-x86_64", "7.3.0-rc2-dirty", NULL, KHO_MAP_SECTIONS },
		{ "6.19-x86_64", "7.2-x86_64", "6.19.6", NULL, KHO_MAP_SECTIONS },
		{ "7.2-x86_64", "6.19-x86_64", "7.2.6", NULL, KHO_MAP_BUFFER },
		{ "6.19-x86_64", "tree-x86_64", "6.19.6", "7.3.4", KHO_MAP_SECTIONS },
		{ "7.2-x86_64", "tree-x86_64", "7.2.6", NULL, KHO_MAP_SECTIONS },
		{ "dir-x86_64", "dir-x86_64", NULL, NULL, KHO_MAP_BUFFER },
		{ "dir-x86_64", "dir-x86_64", "10.0.1", NULL, KHO_MAP_SECTIONS },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct kho_cell pair = { .id = (char *)"k/t/s",
					       .payload = (char *)KHO_PAYLOAD_DEFAULT,
					       .kernel = (char *)cases[i].kernel,
					       .successor = (char *)cases[i].successor };
		struct kho_result *result = good();
		struct kho_layout layout;

		result->cell = &pair;
		result->first_release = g_strdup(cases[i].first_release);
		result->successor_release = g_strdup(cases[i].successor_release);
		assert_null(kho_layout_of(result, &layout));
		assert_int_equal(layout.map_chain, cases[i].chain);
		kho_result_free(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_seen),
		cmocka_unit_test(what_is_no_layout),
		cmocka_unit_test(map_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
