// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots scaled from one of two-even, and laid out on paper, against where real machines had their scratch and
 * successors: all of topologies/, booted with the same build of 6.19.6 and the same initrd as the reference.
 */
#include "harness/judge/paper_layout.h"
#include "harness/model/percpu_plan.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/reference_boot.h"

#include <stdio.h>
#include <string.h>

/* A machine scaled from @like; its cell is *@cell. */
static struct kho_result *scale(const struct kho_result *like, const struct kho_topology *topology,
				struct kho_cell **cell, GError **error)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse("100%", NULL);
	struct kho_result *result;

	*cell = kho_cell_new("k", "k", topology, spec, KHO_PAYLOAD_DEFAULT);
	result = kho_result_new(*cell);
	if (kho_scaled_boot(like, result, error))
		return result;
	g_clear_pointer(&result, kho_result_free);
	return NULL;
}

/* --- real machines --- */

/* Areas: start (hexadecimal) and MiB. */
static const struct {
	const char *topology, *spec;
	uint64_t kernel, initrd;
	const char *areas;
} real[] = {
	/* clang-format off */
	{ "one", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 137600000+64 136600000+16" },
	{ "one", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 132800000+142 128400000+164" },
	{ "two-even", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 237c00000+64 13ac00000+16 236c00000+16" },
	{ "two-even", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 22ba00000+258 131800000+164 223800000+130" },
	{ "two-uneven", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 234c00000+64 3dc00000+16 233c00000+16" },
	{ "two-uneven", "200%", 0xbaa00000, 0xbb681000,
	  "af400000+196 22aa00000+226 3b600000+54 21ba00000+240" },
	{ "four", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 239c00000+64 7cc00000+16 13cc00000+16 1bcc00000+16 238c00000+16" },
	{ "four", "200%", 0xbaa00000, 0xbb681000,
	  "ad400000+228 231a00000+194 78600000+86 138c00000+80 1b9a00000+66 22d800000+66" },
	{ "eight", "16M,64M,16M", 0xb9a00000, 0xba681000,
	  "b9800000+16 23ae00000+64 3dc00000+16 17dc00000+16 7de00000+16 b8800000+16 "
	  "13de00000+16 1bde00000+16 1fde00000+16 239e00000+16" },
	{ "eight", "200%", 0xb9a00000, 0xba681000,
	  "aa400000+260 234c00000+162 3b600000+54 17ca00000+34 7cc00000+34 a7400000+48 "
	  "13cc00000+34 1bcc00000+34 1fcc00000+34 232a00000+34" },
	{ "large", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 102be00000+64 42ec00000+16 82ee00000+16 c2ee00000+16 102ae00000+16" },
	{ "large", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 fafc00000+2050 40d800000+548 80fc00000+514 c0fc00000+514 f8fa00000+514" },
	{ "memoryless", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 237a00000+64 13ac00000+16 236a00000+16" },
	{ "memoryless", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 22b800000+258 131800000+164 223600000+130" },
	{ "cpuless", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 237e00000+64 13ac00000+16 236e00000+16" },
	{ "cpuless", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 22bc00000+258 131800000+164 223a00000+130" },
	{ "tiny-node", "16M,64M,16M", 0xbaa00000, 0xbb681000,
	  "ba800000+16 137c00000+64 136c00000+16 142a00000+16" },
	{ "tiny-node", "200%", 0xbaa00000, 0xbb681000,
	  "b1400000+164 133600000+134 129200000+164 143400000+6" },
	/* clang-format on */
};

static char *areas_text(const struct kho_layout *layout)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < layout->nr_scratch; i++)
		g_string_append_printf(text, "%s%llx+%llu", i ? " " : "", (unsigned long long)layout->scratch[i].start,
				       (unsigned long long)layout->scratch[i].size / MIB);
	return g_string_free(text, FALSE);
}

static uint64_t place_of(const struct kho_layout *layout, enum kho_segment_kind kind)
{
	for (size_t i = 0; i < layout->nr_segments; i++)
		if (layout->segments[i].kind == kind)
			return layout->segments[i].start;
	return 0;
}

static void assert_as_real(const struct kho_result *like, gsize i)
{
	g_autofree char *path = g_strdup_printf("topologies/%s.yaml", real[i].topology), *areas = NULL;
	g_autoptr(KhoTopology) topology = kho_topology_load(path, NULL);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(real[i].spec, NULL);
	g_autoptr(KhoPaper) paper = NULL;
	struct kho_result *scaled;
	struct kho_cell *cell;

	scaled = scale(like, topology, &cell, NULL);
	assert_non_null(scaled);
	paper = kho_paper_new(scaled, spec, NULL);
	assert_non_null(paper);
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	areas = areas_text(kho_paper_layout(paper));
	assert_string_equal(areas, real[i].areas);
	assert_int_equal(place_of(kho_paper_layout(paper), KHO_SEGMENT_KERNEL), real[i].kernel);
	assert_int_equal(place_of(kho_paper_layout(paper), KHO_SEGMENT_INITRD), real[i].initrd);
	kho_result_free(scaled);
	kho_cell_free(cell);
}

static void test_real_machines(void **state)
{
	struct kho_result *like = reference();

	for (gsize i = 0; i < COUNT(real); i++)
		assert_as_real(like, i);
	kho_result_free(like);
}

static uint64_t bytes_for(const struct kho_result *result, const char *caller)
{
	uint64_t bytes = 0;

	for (guint i = 0; i < result->events->len; i++) {
		const struct kho_early_event *event = &g_array_index(result->events, struct kho_early_event, i);

		if (event->kind == KHO_EARLY_ALLOC && event->base && g_str_equal(event->caller, caller))
			bytes += event->size;
	}
	return bytes;
}

/* Pages of tables are one event for each piece here, and one each there. */
static bool is_piecemeal(const struct kho_early_event *event)
{
	return event->kind != KHO_EARLY_ALLOC || g_str_equal(event->caller, "alloc_low_pages") ||
	       (g_str_equal(event->caller, "memmap_alloc") && !event->exact);
}

static guint next_whole(const GArray *events, guint at)
{
	while (at < events->len && is_piecemeal(&g_array_index(events, struct kho_early_event, at)))
		at++;
	return at;
}

/* The reference scaled to its own machine is the reference, event by event. */
static void test_itself(void **state)
{
	g_autoptr(KhoTopology) topology = kho_topology_load("topologies/two-even.yaml", NULL);
	struct kho_result *like = reference(), *scaled;
	struct kho_cell *cell;
	guint i = 0, j = 0;

	scaled = scale(like, topology, &cell, NULL);
	assert_non_null(scaled);
	for (;; i++, j++) {
		const struct kho_early_event *there, *here;

		i = next_whole(like->events, i);
		j = next_whole(scaled->events, j);
		if (i == like->events->len || j == scaled->events->len)
			break;
		there = &g_array_index(like->events, struct kho_early_event, i);
		here = &g_array_index(scaled->events, struct kho_early_event, j);
		assert_string_equal(here->caller, there->caller);
		assert_int_equal(here->base, there->base);
		assert_int_equal(here->size, there->size);
		assert_int_equal(here->nid, there->nid);
	}
	assert_int_equal(i, like->events->len);
	assert_int_equal(j, scaled->events->len);
	assert_int_equal(bytes_for(scaled, "alloc_low_pages"), bytes_for(like, "alloc_low_pages"));
	assert_int_equal(bytes_for(scaled, "memmap_alloc"), bytes_for(like, "memmap_alloc"));
	kho_result_free(scaled);
	kho_result_free(like);
	kho_cell_free(cell);
}

/* --- machines that nobody has booted --- */

static struct kho_topology *machine_of(guint nodes, uint64_t memory, guint cpus)
{
	struct kho_topology *topology = kho_topology_new("made-up", "");

	for (guint i = 0; i < nodes; i++)
		kho_topology_add_node(topology, memory, cpus);
	kho_pc_layout(topology);
	return topology;
}

static void test_largest(void **state)
{
	g_autoptr(KhoTopology) topology = machine_of(1024, 63 * GIB, 1);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse("256M,2G,1500M", NULL);
	struct kho_result *like = reference(), *scaled;
	g_autoptr(KhoPaper) paper = NULL;
	struct kho_cell *cell;

	scaled = scale(like, topology, &cell, NULL);
	assert_non_null(scaled);
	assert_int_equal(bytes_for(scaled, "sparse_index_alloc"), 4096 * (63 * GIB * 1024 / (32 * GIB) + 1));
	/* A PMD table for each GiB, a PUD table for each 512 GiB, and a few more at the edges. */
	assert_in_range(bytes_for(scaled, "alloc_low_pages"), 4096 * (63 * 1024 + 116), 4096 * (63 * 1024 + 136));
	assert_in_range(bytes_for(scaled, "memmap_alloc"), 63 * GIB * 1024 / 64, 63 * GIB * 1024 / 64 + 16 * MIB);
	paper = kho_paper_new(scaled, spec, NULL);
	assert_non_null(paper);
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	assert_int_equal(kho_paper_layout(paper)->nr_scratch, 1026);
	kho_result_free(scaled);
	kho_result_free(like);
	kho_cell_free(cell);
}

/* Below 4 GiB there is no swiotlb; with more than 17 CPUs there is a larger log. */
static void test_what_comes_and_goes(void **state)
{
	g_autoptr(KhoTopology) low = machine_of(2, 1 * GIB, 1), busy = machine_of(2, 4 * GIB, 16);
	struct kho_result *like = reference(), *scaled;
	struct kho_cell *cell;

	scaled = scale(like, low, &cell, NULL);
	assert_int_equal(bytes_for(scaled, "swiotlb_init_remap"), 0);
	assert_int_equal(bytes_for(scaled, "setup_log_buf"), 0);
	assert_int_equal(bytes_for(scaled, "pcpu_fc_alloc"), 4 * MIB);
	kho_result_free(scaled);
	kho_cell_free(cell);
	scaled = scale(like, busy, &cell, NULL);
	assert_int_equal(bytes_for(scaled, "swiotlb_init_remap"), 64 * MIB + 0xc0000 + 32 * 16);
	assert_int_equal(bytes_for(scaled, "setup_log_buf"), 256 * KIB + 8192 * (24 + 88));
	assert_int_equal(bytes_for(scaled, "pcpu_fc_alloc"), 8 * MIB);
	kho_result_free(scaled);
	kho_cell_free(cell);
	kho_result_free(like);
}

static void test_too_small(void **state)
{
	g_autoptr(KhoTopology) topology = machine_of(1, 16 * MIB, 1);
	struct kho_result *like = reference();
	g_autoptr(GError) error = NULL;
	struct kho_cell *cell;

	assert_null(scale(like, topology, &cell, &error));
	assert_non_null(strstr(error->message, "made-up does not boot on paper: there is no memory for the kernel"));
	kho_cell_free(cell);
	kho_result_free(like);
}

static void test_percpu_plan(void **state)
{
	static const struct {
		guint cpus[3];
		uint64_t unit;
		guint units[3];
	} cases[] = {
		{ { 1, 1, 0 }, 2 * MIB, { 1, 1, 0 } },
		{ { 2, 1, 0 }, 1 * MIB, { 2, 2, 0 } },
		{ { 3, 0, 2 }, 1 * MIB, { 4, 0, 2 } },
		{ { 3, 1, 1 }, 2 * MIB, { 3, 1, 1 } }, /* more than a third would be wasted */
		{ { 8, 8, 8 }, 256 * KIB, { 8, 8, 8 } },
		{ { 64, 0, 0 }, 256 * KIB, { 64, 0, 0 } },
	};

	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autoptr(GArray) cpus = g_array_new(FALSE, FALSE, sizeof(guint));
		g_autoptr(KhoPercpuPlan) plan = NULL;

		g_array_append_vals(cpus, cases[i].cpus, 3);
		plan = kho_percpu_plan_new(cpus, 38 * 4096, 2 * MIB);
		assert_int_equal(plan->unit_bytes, cases[i].unit);
		for (guint g = 0; g < plan->groups->len; g++) {
			const struct kho_percpu_group *group = &g_array_index(plan->groups, struct kho_percpu_group, g);

			assert_int_equal(group->units, cases[i].units[group->node]);
		}
	}
}

/* --- references that are none --- */

static void assert_no_reference(const char *what, const char *with, const char *problem)
{
	g_autoptr(KhoTopology) topology = machine_of(2, 4 * GIB, 1);
	g_autofree char *text = reference_text(), *changed = NULL;
	g_auto(GStrv) parts = g_strsplit(text, what, -1);
	g_autoptr(GError) error = NULL;
	struct kho_result *like;
	struct kho_cell *cell;

	changed = g_strjoinv(with, parts);
	like = reference_of(changed);
	assert_null(scale(like, topology, &cell, &error));
	assert_string_equal(error->message, problem);
	kho_cell_free(cell);
	kho_result_free(like);
}

static void test_no_references(void **state)
{
	assert_no_reference("kho-trace 1", "kho-trace 0",
			    "the reference has no geometry, no memory or no trace of its early boot");
	assert_no_reference("setup_arch", "elsewhere", "the reference's trace does not show where its kernel lies");
	assert_no_reference("untraced", "traced", "the reference's trace shows no node data");
	assert_no_reference("sparse_init_nid", "elsewhere",
			    "the reference's trace does not show how its memory map is set up");
	assert_no_reference("pcpu_fc_alloc", "elsewhere",
			    "the reference's trace does not show per-cpu areas of nodes with one CPU each");
}

/* Whatever is in a trace that can be read: an answer or an error, in no time. */
static void test_mutations(void **state)
{
	g_autoptr(KhoTopology) two = machine_of(2, 4 * GIB, 1), many = machine_of(40, 3 * GIB, 3);
	g_autofree char *text = reference_text();
	GRand *random = g_rand_new_with_seed(1);

	for (int round = 0; round < 1500; round++) {
		g_autofree char *changed = g_strdup(text);
		struct kho_result *like, *scaled;
		struct kho_cell *cell;

		for (int i = g_rand_int_range(random, 1, 4); i > 0; i--) {
			char *at = changed + g_rand_int_range(random, 12, (gint32)strlen(changed));

			if (g_ascii_isxdigit(*at))
				*at = "0123456789abcdef"[g_rand_int_range(random, 0, 16)];
		}
		like = reference_of(changed);
		scaled = scale(like, round % 2 ? many : two, &cell, NULL);
		if (scaled)
			kho_result_free(scaled);
		kho_cell_free(cell);
		kho_result_free(like);
	}
	g_rand_free(random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_machines), cmocka_unit_test(test_itself),
		cmocka_unit_test(test_largest),	      cmocka_unit_test(test_what_comes_and_goes),
		cmocka_unit_test(test_too_small),     cmocka_unit_test(test_percpu_plan),
		cmocka_unit_test(test_no_references), cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
