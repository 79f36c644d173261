// SPDX-License-Identifier: GPL-2.0-only
/* Scratch and segments on paper against where real kernels had them. */
#include "harness/judge/paper_layout.h"
#include "tests/unit/golden_boot.h"

static struct kho_cell cell = { .id = (char *)"6.19-x86_64/t/s",
				.payload = (char *)KHO_PAYLOAD_DEFAULT,
				.kernel = (char *)"6.19-x86_64",
				.successor = (char *)"6.19-x86_64" };

static struct kho_result *golden(const char *path)
{
	struct kho_result *result = kho_result_new(&cell);
	struct recorded recorded;

	record_take(&recorded, path);
	result->have_geometry = true;
	result->geometry = (struct kho_geometry){ 64, 4096, 2 * MIB, 32768, true };
	g_array_append_vals(result->ranges, recorded.ranges->data, recorded.ranges->len);
	g_array_append_vals(result->events, recorded.first->events->data, recorded.first->events->len);
	g_array_append_vals(result->segments, recorded.segments.segments->data, recorded.segments.segments->len);
	recorded_clear(&recorded);
	return result;
}

static struct kho_result *two_even(void)
{
	return golden("tests/golden/early-boot-two-even-64M-256M-64M.console");
}

static struct kho_result *one(void)
{
	return golden("tests/golden/early-boot-one-8M-8M-64M.console");
}

static struct kho_paper *lay_out(const struct kho_result *known, const char *text)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(text, NULL);
	g_autoptr(GError) error = NULL;
	struct kho_paper *paper;

	assert_non_null(spec);
	paper = kho_paper_new(known, spec, &error);
	if (!paper)
		print_error("%s\n", error->message);
	assert_non_null(paper);
	return paper;
}

static void assert_scratch(const struct kho_layout *layout, const struct kho_scratch_area *areas, size_t count)
{
	assert_int_equal(layout->nr_scratch, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(layout->scratch[i].start, areas[i].start);
		assert_int_equal(layout->scratch[i].size, areas[i].size);
	}
}

static void assert_segments(const struct kho_layout *layout, const GArray *real)
{
	assert_int_equal(layout->nr_segments, real->len);
	for (guint i = 0; i < real->len; i++) {
		const struct kho_segment *segment = &g_array_index(real, struct kho_segment, i);

		assert_int_equal(layout->segments[i].kind, segment->kind);
		assert_int_equal(layout->segments[i].start, segment->start);
		assert_int_equal(layout->segments[i].size, segment->size);
	}
}

/* What these machines did with the very specs that they were recorded with. */
static void test_as_recorded(void **state)
{
	static const struct kho_scratch_area two_areas[] = { { 0xb7800000, 64 * MIB },
							     { 0x22bc00000, 256 * MIB },
							     { 0x137c00000, 64 * MIB },
							     { 0x227c00000, 64 * MIB } };
	static const struct kho_scratch_area one_areas[] = { { 0xbb000000, 8 * MIB },
							     { 5282725888, 8 * MIB },
							     { 5215617024, 64 * MIB } };
	struct kho_result *known = two_even();
	struct kho_paper *paper = lay_out(known, "64M,256M,64M");

	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	assert_null(kho_paper_reason(paper));
	assert_scratch(kho_paper_layout(paper), two_areas, COUNT(two_areas));
	assert_segments(kho_paper_layout(paper), known->segments);
	kho_paper_free(paper);
	kho_result_free(known);

	known = one();
	paper = lay_out(known, "8M,8M,64M");
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	assert_scratch(kho_paper_layout(paper), one_areas, COUNT(one_areas));
	assert_segments(kho_paper_layout(paper), known->segments);
	kho_paper_free(paper);
	kho_result_free(known);
}

/* The scratch that there is, wherever it is from. */
static void test_as_is(void **state)
{
	static const struct kho_scratch_area areas[] = { { 0xb7800000, 64 * MIB }, { 0x22bc00000, 256 * MIB } };
	struct kho_result *known = two_even();
	g_autoptr(GArray) requests = kho_paper_requests(known);
	g_autoptr(GError) error = NULL;
	struct kho_paper *paper;

	assert_null(kho_paper_new_as_is(known, requests, &error));
	assert_non_null(strstr(error->message, "scratch as it is tells nothing"));
	g_array_append_vals(known->scratch, areas, COUNT(areas));
	paper = kho_paper_new_as_is(known, requests, NULL);
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	assert_scratch(kho_paper_layout(paper), areas, COUNT(areas));
	assert_segments(kho_paper_layout(paper), known->segments);
	kho_paper_free(paper);
	kho_result_free(known);
}

/* Only the per-node size is rounded up; an area that is not wanted has its place in the list all the same. */
static void test_sizes(void **state)
{
	struct kho_result *known = two_even();
	struct kho_paper *paper = lay_out(known, "16000K,0,15M");
	const struct kho_layout *layout = kho_paper_layout(paper);

	assert_int_equal(layout->nr_scratch, 4);
	assert_int_equal(layout->scratch[0].size, 16000 * KIB);
	assert_int_equal(layout->scratch[0].start % (2 * MIB), 0);
	assert_int_equal(layout->scratch[1].size, 0);
	assert_int_equal(layout->scratch[2].size, 16 * MIB);
	assert_int_equal(layout->scratch[3].size, 16 * MIB);
	kho_paper_free(paper);
	kho_result_free(known);
}

static void assert_end(const struct kho_result *known, const char *spec, enum kho_paper_end end, const char *reason)
{
	struct kho_paper *paper = lay_out(known, spec);

	assert_int_equal(kho_paper_end(paper), end);
	assert_string_equal(kho_paper_reason(paper), reason);
	assert_int_equal(kho_paper_layout(paper)->nr_segments, 0);
	if (end == KHO_PAPER_DISABLED)
		assert_int_equal(kho_paper_layout(paper)->nr_scratch, 0);
	kho_paper_free(paper);
}

static void test_disabled(void **state)
{
	struct kho_result *known = two_even();

	assert_end(known, "4G,64M,64M", KHO_PAPER_DISABLED,
		   "KHO turns itself off: no 4G in one piece below 4 GiB for lowmem scratch");
	assert_end(known, "64M,5G,64M", KHO_PAPER_DISABLED,
		   "KHO turns itself off: no 5G in one piece for global scratch");
	assert_end(known, "64M,64M,3G", KHO_PAPER_DISABLED,
		   "KHO turns itself off: no 3G in one piece on node 0 for its scratch");
	kho_result_free(known);
}

/* 8M,8M,8M is what two-even is known for: the kernel's image wants 12 MiB. */
static void test_rejected(void **state)
{
	struct kho_result *known = two_even();

	assert_end(known, "8M,8M,8M", KHO_PAPER_REJECTED,
		   "kexec_file_load is rejected: no area of scratch has room for the 12368 KiB of the kernel in one "
		   "piece");
	kho_result_free(known);
}

/* Twice what the kernel has reserved: 74 MiB of image, initrd and swiotlb below 4 GiB. */
static void test_percent(void **state)
{
	struct kho_result *known = two_even();
	struct kho_paper *paper = lay_out(known, "200%");
	const struct kho_layout *layout = kho_paper_layout(paper);

	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	assert_int_equal(layout->scratch[0].size, 164 * MIB);
	assert_int_equal(layout->scratch[2].size % (2 * MIB), 0);
	kho_paper_free(paper);
	kho_result_free(known);
}

/* What is not known is named. */
static void test_missing(void **state)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse("64M,64M,64M", NULL);
	struct kho_result *known = two_even();
	g_autoptr(GError) error = NULL;
	struct kho_paper *paper;

	g_array_set_size(known->segments, 0);
	paper = lay_out(known, "64M,64M,64M");
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_NOT_LOADED);
	assert_int_equal(kho_paper_layout(paper)->nr_scratch, 4);
	assert_int_equal(kho_paper_layout(paper)->nr_segments, 0);
	kho_paper_free(paper);

	g_array_set_size(known->events, 0);
	assert_null(kho_paper_new(known, spec, &error));
	assert_non_null(strstr(error->message, "no trace of the first kernel's early boot"));
	kho_result_free(known);
}

/* A segment steps around those that are there, in one area after the other. */
static void test_holes(void **state)
{
	static const struct kho_scratch_area areas[] = { { 0, 0 }, { 32 * MIB, 8 * MIB }, { 64 * MIB, 64 * MIB } };
	static const struct kho_load_request requests[] = {
		{ KHO_SEGMENT_OTHER, 4 * MIB, 4 * MIB, 0 },	/* [36M, 40M) */
		{ KHO_SEGMENT_OTHER, 3 * MIB + 1, 4096, 0 },	/* right below it */
		{ KHO_SEGMENT_OTHER, 1 * MIB, 1, 0 },		/* not enough left below that: the next area */
		{ KHO_SEGMENT_OTHER, 16 * MIB, 16 * MIB, 0 },	/* around that */
		{ KHO_SEGMENT_OTHER, 512 * KIB, 1, 100 * MIB }, /* nothing in the first that is high enough */
		{ KHO_SEGMENT_OTHER, ~0ULL, 1, 0 },		/* nowhere */
	};
	struct kho_segment segments[COUNT(requests)];

	assert_int_equal(kho_load_place(areas, COUNT(areas), 4096, requests, COUNT(requests), segments), 5);
	assert_int_equal(segments[0].start, 36 * MIB);
	assert_int_equal(segments[1].size, 3 * MIB + 4096);
	assert_int_equal(segments[1].start, 33 * MIB - 4096);
	assert_int_equal(segments[2].start, 127 * MIB);
	assert_int_equal(segments[3].start, 96 * MIB);
	assert_int_equal(segments[4].start, 126 * MIB + 512 * KIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_recorded), cmocka_unit_test(test_as_is),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_disabled),    cmocka_unit_test(test_rejected), cmocka_unit_test(test_percent),
		cmocka_unit_test(test_missing),	    cmocka_unit_test(test_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
