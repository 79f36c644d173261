// SPDX-License-Identifier: GPL-2.0-only
/* What a person sees of a machine's memory. */
#include <string.h>

#include "harness/report/drawing.h"
#include "tests/unit/test.h"

static char *draw(const char *file, const struct kho_layout *scratch)
{
	g_autoptr(KhoTopology) topology = kho_topology_parse("t.yaml", file, strlen(file), NULL);

	assert_non_null(topology);
	return kho_drawing_text(topology, scratch);
}

#define BORDER " +------------------------------+\n"

/* Nodes that take turns, a hole, a window, reserved memory, a node beyond 1 TiB; the node without CPUs is Linux's last.
 */
static void test_everything(void **state)
{
	g_autofree char *text = draw("nodes:\n"
				     "- ranges: [{start: 1G, size: 1G}, {start: 1T, size: 2G}]\n"
				     "- {cpus: 1, ranges: [{start: 0, size: 1G}, {start: 2G, size: 512M}], windows: "
				     "[{start: 8G, size: 4G}]}\n"
				     "reserved: [{start: 100M, size: 28M}]\n",
				     NULL);

	assert_string_equal(
		text, "           0" BORDER "             | node 0                  100M |  section 0, run 0\n"
		      "        100M" BORDER "             : reserved                 28M :\n"
		      "        128M" BORDER "             | node 0                  896M |  sections 1-7, run 0\n"
		      "          1G" BORDER "             | node 1                    1G |  sections 8-15, run 1\n"
		      "          2G" BORDER "             | node 0                  512M |  sections 16-19, run 2\n"
		      "       2560M" BORDER "             : nothing                 512M :\n"
		      "          3G" BORDER "             : devices                   1G :\n"
		      "          4G" BORDER "             : nothing                   4G :\n"
		      "          8G" BORDER "             : window of node 0          4G :\n"
		      "         12G" BORDER "             : nothing                1012G :\n"
		      "          1T" BORDER "             | node 1                    2G |  sections 8192-8207, run 3\n"
		      "       1026G" BORDER "\n"
		      "  node    memory  sections  runs       map   longest\n"
		      "     0     1508M        12     2       24M       16M\n"
		      "     1        3G        24     2       48M       32M\n"
		      "Nodes have Linux's numbers: those with CPUs come first.\n");
}

/* Scratch cuts memory, and what is loaded into it is no longer usable. */
static void test_scratch(void **state)
{
	static const struct kho_scratch_area areas[] = { { 512 * MIB, 16 * MIB }, { 992 * MIB, 32 * MIB }, { 0, 0 } };
	static const struct kho_segment segments[] = { { KHO_SEGMENT_KERNEL, 514 * MIB, 12 * MIB } };
	const struct kho_layout layout = { .scratch = areas, .nr_scratch = 3, .segments = segments, .nr_segments = 1 };
	g_autofree char *text = draw("nodes: [{memory: 1G, cpus: 1}]", &layout);

	assert_string_equal(text,
			    "           0" BORDER "             | node 0                  512M |  sections 0-3, run 0\n"
			    "        512M" BORDER "             | scratch: lowmem          16M |  kernel 12M\n"
			    "        528M" BORDER "             | node 0                  464M |  sections 4-7, run 0\n"
			    "        992M" BORDER "             | scratch: global          32M |\n"
			    "          1G" BORDER "\n"
			    "  node    memory  sections  runs       map   longest   scratch    usable\n"
			    "     0        1G         8     1       16M       16M       48M       36M\n");
}

/* Not a row for each of many that are alike. */
static void test_many(void **state)
{
	g_autoptr(GString) file = g_string_new("nodes:\n");
	g_autofree char *text = NULL;
	guint boxes = 0;

	for (guint i = 0; i < 100; i++)
		g_string_append(file, "- {memory: 4G, cpus: 1}\n");
	text = draw(file->str, NULL);
	assert_non_null(strstr(text, "             : 95 more of the same size\n"));
	for (const char *at = text; (at = strstr(at, "| node ")); at++)
		boxes++;
	assert_int_equal(boxes, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_scratch),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
