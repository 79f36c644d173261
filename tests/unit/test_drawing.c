// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person sees of a machine's memory. The texts are in tests/golden/drawing-NAME.txt; KHO_RENEW_GOLDEN=1 writes
 * them anew: look at them.
 */
#include <string.h>

#include "harness/report/colour.h"
#include "harness/report/drawing.h"
#include "harness/report/text.h"
#include "tests/unit/test.h"

#define GOLDEN "tests/golden/drawing-"

static char *draw_as(const char *file, const struct kho_layout *scratch, const struct kho_drawing_style *style)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoTopology) topology = kho_topology_parse("t.yaml", file, strlen(file), &error);

	if (!topology)
		fail_msg("%s", error->message);
	return kho_drawing_text(topology, scratch, style);
}

static char *draw(const char *file, const struct kho_layout *scratch)
{
	return draw_as(file, scratch, &KHO_DRAWING_PLAIN);
}

static void assert_golden(const char *text, const char *name)
{
	g_autofree char *path = g_strconcat(GOLDEN, name, ".txt", NULL), *expected = NULL;

	if (getenv("KHO_RENEW_GOLDEN"))
		assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_true(g_file_get_contents(path, &expected, NULL, NULL));
	assert_string_equal(text, expected);
}

/* --- machines --- */

#define TWO_EVEN "nodes: [{memory: 4G, cpus: 1}, {memory: 4G, cpus: 1}]"

/* Nodes that take turns, a hole, windows, reserved memory, a node beyond 1 TiB; the node without CPUs is Linux's last.
 */
#define EVERYTHING                                                                               \
	"nodes:\n"                                                                               \
	"- ranges: [{start: 1G, size: 1G}, {start: 1T, size: 2T}, {start: 3073G, size: 200M}]\n" \
	"- cpus: 1\n"                                                                            \
	"  ranges: [{start: 0, size: 1G}, {start: 2G, size: 512M}]\n"                            \
	"  windows: [{start: 8G, size: 4G}]\n"                                                   \
	"reserved: [{start: 100M, size: 28M}]\n"

static const struct kho_memory_range two_nodes[] = { { MIB, 5 * GIB, 0 }, { 5 * GIB, 9 * GIB, 1 } };

/* As it was recorded of 6.19 with 16M,128M,32M. */
static const struct kho_scratch_area two_areas[] = {
	{ 2984 * MIB, 16 * MIB }, { 9020 * MIB, 128 * MIB }, { 5020 * MIB, 32 * MIB }, { 8988 * MIB, 32 * MIB }
};
static const struct kho_segment two_segments[] = { { KHO_SEGMENT_SCRATCH_LIST, 3000 * MIB - 4 * KIB, 4 * KIB },
						   { KHO_SEGMENT_PURGATORY, 3000 * MIB - 24 * KIB, 20 * KIB },
						   { KHO_SEGMENT_BOOT_PARAMS, 3000 * MIB - 32 * KIB, 8 * KIB },
						   { KHO_SEGMENT_KERNEL, 2986 * MIB, 12368 * KIB },
						   { KHO_SEGMENT_INITRD, 3000 * MIB - 1500 * KIB, 1468 * KIB } };
static const struct kho_layout two_even = {
	.ranges = two_nodes,
	.nr_ranges = COUNT(two_nodes),
	.nr_nodes = 2,
	.scratch = two_areas,
	.nr_scratch = COUNT(two_areas),
	.segments = two_segments,
	.nr_segments = COUNT(two_segments),
};

static void test_two_even(void **state)
{
	g_autofree char *text = draw(TWO_EVEN, NULL);

	assert_golden(text, "two-even");
}

static void test_memoryless(void **state)
{
	g_autofree char *text =
		draw("nodes: [{memory: 4G, cpus: 1}, {memory: 0, cpus: 1}, {memory: 4G, cpus: 1}]", NULL);

	assert_golden(text, "memoryless");
}

static void test_everything(void **state)
{
	g_autofree char *text = draw(EVERYTHING, NULL);

	assert_golden(text, "everything");
}

/* Where they meet inside a section, it is in the run of the node that begins it. */
static void test_misaligned(void **state)
{
	g_autofree char *text = draw("nodes:\n"
				     "- {cpus: 1, ranges: [{start: 0, size: 1077M}, {start: 2061M, size: 10M}]}\n"
				     "- {cpus: 1, ranges: [{start: 1077M, size: 800M}, {start: 2060M, size: 1M}, "
				     "{start: 2071M, size: 500M}]}\n",
				     NULL);

	assert_golden(text, "misaligned");
}

/* --- scratch --- */

/* It cuts memory, and what is loaded into it is no longer free; global and a node's own are one piece. */
static void test_scratch(void **state)
{
	g_autofree char *text = draw(TWO_EVEN, &two_even);

	assert_golden(text, "two-even-scratch");
}

static void test_in_pieces(void **state)
{
	static const struct kho_scratch_area areas[] = { { 512 * MIB, 16 * MIB }, { 992 * MIB, 8 * MIB }, { 0, 0 } };
	static const struct kho_segment segments[] = { { KHO_SEGMENT_KERNEL, 518 * MIB, 2 * MIB } };
	const struct kho_layout layout = { .scratch = areas, .nr_scratch = 3, .segments = segments, .nr_segments = 1 };
	g_autofree char *text = draw("nodes: [{memory: 1G, cpus: 1}]", &layout);

	assert_golden(text, "in-pieces");
}

/* Areas and segments that are not in this machine's memory, as those of another one. */
static void test_elsewhere(void **state)
{
	static const struct kho_scratch_area areas[] = {
		{ 0, 0 }, { 8 * GIB, 16 * MIB }, { 1020 * MIB, 8 * MIB }, { 64 * MIB, 8 * MIB }, { 68 * MIB, 8 * MIB }
	};
	static const struct kho_segment segments[] = { { KHO_SEGMENT_KERNEL, 60 * MIB, 16 * MIB },
						       { KHO_SEGMENT_INITRD, 63 * MIB, 4 * MIB },
						       { KHO_SEGMENT_OTHER, 9 * GIB, 4 * MIB } };
	const struct kho_layout layout = { .scratch = areas, .nr_scratch = 5, .segments = segments, .nr_segments = 3 };
	g_autofree char *text = draw("nodes: [{memory: 1G, cpus: 1}]", &layout);

	assert_golden(text, "elsewhere");
}

/* --- many --- */

#define MANY 1024

static char *many_nodes(void)
{
	GString *file = g_string_new("nodes:\n");

	for (guint i = 0; i < MANY; i++)
		g_string_append(file, "- {memory: 4G, cpus: 1}\n");
	return g_string_free(file, FALSE);
}

/* Not a row for each of many that are alike. */
static void test_many(void **state)
{
	g_autofree char *file = many_nodes(), *text = draw(file, NULL);

	assert_golden(text, "many");
}

/* Lowmem, global, and one each. */
static void test_many_scratch(void **state)
{
	struct kho_scratch_area areas[2 + MANY] = { { GIB, 64 * MIB },
						    { (5 + 4 * (MANY - 1)) * GIB - 96 * MIB, 64 * MIB } };
	struct kho_memory_range ranges[MANY];
	const struct kho_layout layout = {
		.ranges = ranges, .nr_ranges = MANY, .nr_nodes = MANY, .scratch = areas, .nr_scratch = COUNT(areas)
	};
	g_autofree char *file = many_nodes(), *text = NULL;

	for (guint i = 0; i < MANY; i++) {
		ranges[i] = (struct kho_memory_range){ i ? (1 + 4 * i) * GIB : MIB, (5 + 4 * i) * GIB, i };
		areas[2 + i] = (struct kho_scratch_area){ (5 + 4 * i) * GIB - 32 * MIB, 32 * MIB };
	}
	text = draw(file, &layout);
	assert_golden(text, "many-scratch");
}

/* Two nodes that take turns: the rows are alike, but not whose they are. */
static void test_many_turns(void **state)
{
	g_autoptr(GString) file = g_string_new("nodes:\n");
	g_autofree char *text = NULL;

	for (guint node = 0; node < 2; node++) {
		g_string_append(file, "- cpus: 1\n  ranges:\n");
		for (guint i = node; i < 24; i += 2)
			g_string_append_printf(file, "  - {start: %uM, size: 128M}\n", 128 * i);
	}
	text = draw(file->str, NULL);
	assert_golden(text, "many-turns");
}

/* --- paper --- */

/* A terminal's last column stays empty. */
static void test_width(void **state)
{
	static const unsigned int widths[] = { 0, 60, 70, 80, 100, 1000 };
	gsize before = G_MAXSIZE;

	for (size_t i = 0; i < COUNT(widths); i++) {
		const struct kho_drawing_style style = { .width = widths[i] };
		g_autofree char *text = draw_as(TWO_EVEN, &two_even, &style);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		for (char **line = lines; *line; line++)
			if (strchr(*line, '|'))
				assert_in_range(strlen(*line), 0, MAX(widths[i], 80) - 1);
		assert_in_range(g_strv_length(lines), 1, before);
		before = g_strv_length(lines);
	}
}

/* Takes @what out of @text wherever it is, and puts @instead there. */
static void replace(GString *text, const char *what, const char *instead)
{
	assert_true(g_string_replace(text, what, instead, 0) > 0);
}

/* Lines and colours are all that there is to it. */
static void test_lines_and_colours(void **state)
{
	const struct kho_drawing_style style = { .width = 80, .lines = true, .colours = true };
	static const char *const corners[] = { "┌", "┐", "├", "┤", "└", "┘" };
	g_autofree char *plain = draw(TWO_EVEN, &two_even), *text = draw_as(TWO_EVEN, &two_even, &style);
	g_autoptr(GString) stripped = g_string_new(text);

	for (size_t i = 0; i < COUNT(corners); i++)
		replace(stripped, corners[i], "+");
	replace(stripped, "─", "-");
	replace(stripped, "│", "|");
	replace(stripped, "┊", ":");
	replace(stripped, KHO_GREEN, "");
	replace(stripped, KHO_YELLOW, "");
	replace(stripped, KHO_DIM, "");
	replace(stripped, KHO_PLAIN, "");
	assert_string_equal(stripped->str, plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_even),     cmocka_unit_test(test_memoryless),
		cmocka_unit_test(test_everything),   cmocka_unit_test(test_misaligned),
		cmocka_unit_test(test_scratch),	     cmocka_unit_test(test_in_pieces),
		cmocka_unit_test(test_elsewhere),    cmocka_unit_test(test_many),
		cmocka_unit_test(test_many_scratch), cmocka_unit_test(test_many_turns),
		cmocka_unit_test(test_width),	     cmocka_unit_test(test_lines_and_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
