// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/topology.h"
#include "tests/unit/test.h"

#define NODE	  "nodes:\n- memory: 4G\n  cpus: 1\n"
#define TWO_NODES NODE "- memory: 4G\n"

static const char whole_file[] = "# Two even nodes of 4 GiB.\n"
				 "---\n"
				 "description: two nodes, 'of' 4 GiB\n"
				 "nodes:\n"
				 "  - memory: 4G\n"
				 "    cpus: 1\n"
				 "  - memory: \"4096M\"\n"
				 "    cpus: 2\n"
				 "    ranges:\n"
				 "      - start: 5G\n"
				 "        size: 1G\n"
				 "      - {start: 6G, size: 3G}\n"
				 "distances:\n"
				 "  - [10, 20]\n"
				 "  - [255, 10]\n"
				 "...\n";

static void assert_no_error(const GError *error)
{
	if (error)
		fail_msg("%s", error->message);
}

static struct kho_topology *parse(const char *text, GError **error)
{
	return kho_topology_parse("topologies/big.yaml", text, strlen(text), error);
}

static void check_whole_file(const struct kho_topology *topology)
{
	const struct kho_node *node = kho_topology_node(topology, 1);

	assert_string_equal(topology->name, "big");
	assert_string_equal(topology->description, "two nodes, 'of' 4 GiB");
	assert_int_equal(topology->nodes->len, 2);
	assert_int_equal(kho_topology_memory(topology), 8 * GIB);
	assert_int_equal(kho_topology_cpus(topology), 3);
	assert_int_equal(node->cpus, 2);
	assert_int_equal(node->ranges->len, 1);
	assert_int_equal(g_array_index(node->ranges, struct kho_range, 0).start, 5 * GIB);
	assert_int_equal(g_array_index(node->ranges, struct kho_range, 0).end, 9 * GIB);
	assert_memory_equal(topology->distances, ((const uint8_t[]){ 10, 20, 255, 10 }), 4);
}

static void test_whole_file(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoTopology) topology = parse(whole_file, &error);

	assert_no_error(error);
	check_whole_file(topology);
}

static void test_format_reads_back(void **state)
{
	g_autoptr(KhoTopology) topology = parse(whole_file, NULL);
	g_autofree char *text = kho_topology_format(topology);
	g_autoptr(KhoTopology) again = parse(text, NULL);
	g_autofree char *text_again = NULL;

	assert_non_null(again);
	check_whole_file(again);
	text_again = kho_topology_format(again);
	assert_string_equal(text, text_again);
	assert_string_equal(text, "description: 'two nodes, ''of'' 4 GiB'\n"
				  "nodes:\n"
				  "  - memory: 4G\n"
				  "    cpus: 1\n"
				  "  - memory: 4G\n"
				  "    cpus: 2\n"
				  "distances:\n"
				  "  - [10, 20]\n"
				  "  - [255, 10]\n");
}

/* Two nodes that take turns, a hole, a window, and memory that is taken. */
static void test_placed_reads_back(void **state)
{
	static const char file[] = "nodes:\n"
				   "  - memory: 4G\n"
				   "    ranges:\n"
				   "      - start: 0\n"
				   "        size: 3G\n"
				   "      - start: 6G\n"
				   "        size: 1G\n"
				   "    cpus: 1\n"
				   "  - memory: 1G\n"
				   "    ranges:\n"
				   "      - start: 5G\n"
				   "        size: 1G\n"
				   "    windows:\n"
				   "      - start: 16G\n"
				   "        size: 8G\n"
				   "reserved:\n"
				   "  - start: 2G\n"
				   "    size: 128M\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoTopology) topology = parse(file, &error);
	g_autofree char *text = NULL;

	assert_no_error(error);
	assert_true(topology->placed);
	assert_int_equal(topology->reserved->len, 1);
	text = kho_topology_format(topology);
	assert_string_equal(text, file);
}

static void test_any_description_reads_back(void **state)
{
	static const char *const texts[] = {
		"",
		"a",
		"~",
		"null",
		"# no comment",
		"a: b",
		"a #b",
		"- a",
		"'",
		"\"",
		"''x''",
		"\\n",
		"%",
		"[",
		"{}",
		"&a",
		"*a",
		"!a",
		"--- a",
		"...",
		"über, weiß",
		"a, b (c) 1/2 + 3",
		"4 nodes",
		"?",
		"|",
		">",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		g_autoptr(KhoTopology) topology = kho_topology_new("t", texts[i]);
		g_autoptr(KhoTopology) again = NULL;
		g_autoptr(GError) error = NULL;
		g_autofree char *text = NULL;

		kho_topology_add_node(topology, GIB, 1);
		text = kho_topology_format(topology);
		again = parse(text, &error);
		assert_no_error(error);
		assert_string_equal(again->description, texts[i]);
	}
}

static void test_good_files(void **state)
{
	static const char *const texts[] = {
		NODE,
		TWO_NODES,
		/* without memory, or without CPUs, but not without both */
		"nodes: [{memory: 0, cpus: 1}, {memory: 1M}]",
		/* the sum of the ranges is the memory; ranges in any order */
		"nodes: [{cpus: 1, ranges: [{start: 4G, size: 1G}, {start: 0, size: 3G}]}]",
		"nodes: [{cpus: 255, memory: 65535G}]",
		"\xef\xbb\xbf" NODE,
		"description: >\n  two\n  lines\n" NODE,
		"description:\n" NODE,
		"nodes:\r\n- memory: 4G\r\n  cpus: 1\r\n",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoTopology) topology = parse(texts[i], &error);

		assert_no_error(error);
		assert_non_null(topology);
	}
}

static const struct {
	const char *text, *message; /* without the file's name */
} bad_files[] = {
	/* no document, or several */
	{ "", "1: is empty" },
	{ "# nothing but a comment\n", "1: is empty" },
	{ NODE "---\n" NODE, "4: a second document begins here" },
	{ NODE "---\n", "4: a second document begins here" },
	{ NODE "...\n---\n[", "6: not YAML: did not find expected node content (while parsing a flow node)" },
	/* not YAML */
	{ "nodes: [", "1: not YAML: did not find expected node content (while parsing a flow node)" },
	{ "nodes:\n\t- memory: 4G\n",
	  "2: not YAML: found character that cannot start any token (while scanning for the next token)" },
	{ "nodes: 'x", "1: not YAML: found unexpected end of stream (while scanning a quoted scalar)" },
	{ "a\n\x01", "2: has the control character U+0001" },
	{ "a\n\xff", "2: is not UTF-8" },
	{ "a\n\xfe\xff", "2: is not UTF-8" },
	{ "a\n\xc2\x85", "2: has the control character U+0085" },
	/* what hides what a file says */
	{ "nodes: &n\n- memory: 4G\n", "1: anchors (&) are not taken here" },
	{ NODE "description: *n\n", "4: aliases (*) are not taken here" },
	{ "nodes: !!seq\n- memory: 4G\n", "1: tags (!) are not taken here" },
	{ "%YAML 1.1\n---\n" NODE, "1: directives (%) are not taken here" },
	{ "%TAG ! tag:x,2000:\n---\n" NODE, "1: directives (%) are not taken here" },
	/* shapes and keys */
	{ "x", "1: the file must be a mapping (key: value), not a single value" },
	{ "- x", "1: the file must be a mapping (key: value), not a list" },
	{ "{}", "1: nodes is missing" },
	{ "description: x\n", "1: nodes is missing" },
	{ NODE "node: 1\n", "4: unknown key 'node' (known: description, nodes, reserved, distances)" },
	{ NODE "nodes: []\n", "4: nodes is there twice" },
	{ NODE "[a]: 1\n", "4: a key must be a single value, not a list" },
	{ NODE "\"nodes\\0\": []\n", "4: a key has a NUL in it" },
	{ NODE "<<: {}\n", "4: unknown key '<<' (known: description, nodes, reserved, distances)" },
	{ "nodes: 4\n", "1: nodes must be a list, not a single value" },
	{ "nodes:\n", "1: nodes must be a list, not nothing" },
	{ "nodes: {}\n", "1: nodes must be a list, not a mapping (key: value)" },
	{ "nodes: []\n", "1: nodes: the list is empty" },
	{ "description: [x]\n" NODE, "1: description must be a single value, not a list" },
	{ "description: \"x\\ny\"\n" NODE, "1: description must be one printable line" },
	{ "description: \"x\\u2028y\"\n" NODE, "1: description must be one printable line" },
	{ "description: |\n  x\n  y\n" NODE, "1: description must be one printable line" },
	/* nodes */
	{ NODE "- 4G\n", "4: node 1 must be a mapping (key: value), not a single value" },
	{ NODE "-\n", "4: node 1 must be a mapping (key: value), not nothing" },
	{ NODE "- cpu: 1\n", "4: node 1: unknown key 'cpu' (known: memory, cpus, ranges, windows)" },
	{ NODE "- cpus: 1\n  cpus: 1\n", "5: node 1: cpus is there twice" },
	{ NODE "- cpus: 1\n", "4: node 1: memory is missing (0 for none)" },
	{ NODE "-\n  memory:\n  - 4G\n", "6: node 1: memory must be a single value, not a list" },
	{ NODE "- cpus: 1\n  memory: 4Q\n", "5: node 1: memory: '4Q' is not a size" },
	{ NODE "- memory:\n", "4: node 1: memory: '' is not a size" },
	{ NODE "- memory: -4G\n", "4: node 1: memory: '-4G' is not a size" },
	{ NODE "- memory: 4.5G\n", "4: node 1: memory: '4.5G' is not a size" },
	{ NODE "- memory: \"4G\\0\"\n", "4: node 1: memory has a NUL in it" },
	{ NODE "- memory: \"4G\\nx\"\n", "4: node 1: memory: '4G?x' is not a size" },
	{ NODE "- memory: 65T\n", "4: node 1: memory: '65T' is more than 64T" },
	{ NODE "- memory: 99999999999999999999\n", "4: node 1: memory: '99999999999999999999' is not a size" },
	{ NODE "- memory: 1K\n", "4: node 1: memory: '1K' is not a multiple of 1M" },
	{ NODE "- memory: 0\n", "4: node 1: has neither memory nor CPUs" },
	{ NODE "- memory: 4G\n  cpus: x\n", "5: node 1: cpus: 'x' is not a whole number" },
	{ NODE "- memory: 4G\n  cpus: -1\n", "5: node 1: cpus: '-1' is not a whole number" },
	{ NODE "- memory: 4G\n  cpus: 010\n", "5: node 1: cpus: '010' is not a whole number" },
	{ NODE "- memory: 4G\n  cpus: 1 x\n", "5: node 1: cpus: '1 x' is not a whole number" },
	{ NODE "- memory: 4G\n  cpus: 1.0\n", "5: node 1: cpus: '1.0' is not a whole number" },
	{ NODE "- memory: 4G\n  cpus: 8193\n", "5: node 1: cpus: '8193' is not from 0 to 8192" },
	{ NODE "- memory: 4G\n  cpus: 4294967297\n", "5: node 1: cpus: '4294967297' is not from 0 to 8192" },
	{ NODE "- memory: 4G\n  cpus: 8192\n", "2: nodes: 8193 CPUs, but a machine has at most 8192" },
	{ "nodes:\n- memory: 0\n  cpus: 1\n", "2: nodes: none has memory" },
	{ "nodes:\n- memory: 4G\n", "2: nodes: none has a CPU" },
	{ NODE "- memory: 65532G\n", "2: nodes: more memory than fits below 64T with a hole of 1G" },
	/* ranges */
	{ NODE "  ranges: []\n", "4: node 0: ranges: the list is empty" },
	{ NODE "  ranges: 4G\n", "4: node 0: ranges must be a list, not a single value" },
	{ NODE "  ranges: [4G]\n", "4: node 0: ranges: a range must be a mapping (key: value), not a single value" },
	{ NODE "  ranges:\n  - start: 0\n", "5: node 0: ranges: size is missing" },
	{ NODE "  ranges:\n  - start: 0\n    end: 4G\n", "6: node 0: ranges: unknown key 'end' (known: start, size)" },
	{ NODE "  ranges:\n  - start: 0\n    size: 0\n", "6: node 0: ranges: the size is 0" },
	{ NODE "  ranges:\n  - start: 4k\n    size: 4G\n", "5: node 0: ranges: '4k' is not a size" },
	{ NODE "  ranges:\n  - start: 4K\n    size: 4G\n", "5: node 0: ranges: '4K' is not a multiple of 1M" },
	{ NODE "  ranges:\n  - {start: 0, size: 3G}\n", "2: node 0: memory: the ranges add up to 3G" },
	{ NODE "  ranges:\n  - {start: 0, size: 3G}\n  - {start: 2G, size: 1G}\n",
	  "6: node 0: ranges: 2G to 3G overlaps 0 to 3G of node 0: ranges" },
	{ NODE "  ranges:\n  - {start: 3G, size: 2G}\n  - {start: 2G, size: 2G}\n",
	  "5: node 0: ranges: 3G to 5G overlaps 2G to 4G of node 0: ranges" },
	{ NODE "  ranges: [{start: 5G, size: 4G}]\n- ranges:\n  - start: 8G\n    size: 1G\n",
	  "6: node 1: ranges: 8G to 9G overlaps 5G to 9G of node 0: ranges" },
	{ NODE "- ranges:\n  - start: 16G\n    size: 4G\n",
	  "2: node 0: ranges are missing: another node's are not where the machine puts them, so that all must have "
	  "some" },
	{ NODE "- ranges: [{start: 8G, size: 4G}]\n- ranges: [{start: 12G, size: 1M}]\n",
	  "2: node 0: ranges are missing: another node's are not where the machine puts them, so that all must have "
	  "some" },
	{ NODE "  ranges:\n  - {start: 0, size: 4G}\n", "2: nodes: from 3G to 4G are devices, no memory" },
	{ "nodes:\n- cpus: 1\n  ranges: [{start: 1M, size: 1G}]\n",
	  "2: nodes: a machine needs memory from 0 to 64M, in one range" },
	/* windows and reserved ranges */
	{ NODE "  windows: [{start: 8G}]\n", "4: node 0: windows: size is missing" },
	{ NODE "  windows: [{start: 3G, size: 1G}]\n",
	  "4: node 0: windows: 3G to 4G begins below 4G, where nothing is plugged in" },
	{ NODE "  windows: [{start: 4G, size: 1G}]\n", "4: node 0: windows: 4G to 5G has memory already" },
	{ NODE "  windows: [{start: 8G, size: 4G}]\n- memory: 4G\n  windows: [{start: 10G, size: 1G}]\n",
	  "6: node 1: windows: 10G to 11G overlaps 8G to 12G of node 0: windows" },
	{ NODE "reserved: []\n", "4: reserved: the list is empty" },
	{ NODE "reserved: [{start: 2G, size: 2G}]\n", "4: reserved: 2G to 4G does not lie in one range of memory" },
	/* distances */
	{ TWO_NODES "distances: 20\n", "5: distances must be a list, not a single value" },
	{ TWO_NODES "distances: []\n", "5: distances: 0 rows for 2 nodes" },
	{ TWO_NODES "distances: [[10, 20]]\n", "5: distances: 1 rows for 2 nodes" },
	{ TWO_NODES "distances:\n- [10, 20]\n- 20\n", "7: distances: row 1 must be a list, not a single value" },
	{ TWO_NODES "distances:\n- [10, 20]\n- [20]\n", "7: distances: row 1 has 1 values for 2 nodes" },
	{ TWO_NODES "distances:\n- [10, 20]\n- [20, 11]\n", "7: distances: from node 1 to node 1: '11' is not 10" },
	{ TWO_NODES "distances:\n- [10, 10]\n- [20, 10]\n",
	  "6: distances: from node 0 to node 1: '10' is not from 11 to 255" },
	{ TWO_NODES "distances:\n- [10, 256]\n- [20, 10]\n",
	  "6: distances: from node 0 to node 1: '256' is not from 11 to 255" },
	{ TWO_NODES "distances:\n- [10, x]\n- [20, 10]\n",
	  "6: distances: from node 0 to node 1: 'x' is not a whole number" },
	{ TWO_NODES "distances:\n- [10, [20]]\n- [20, 10]\n",
	  "6: distances: from node 0 to node 1 must be a single value, not a list" },
};

static void test_bad_files(void **state)
{
	for (size_t i = 0; i < COUNT(bad_files); i++) {
		g_autofree char *message = g_strconcat("topologies/big.yaml:", bad_files[i].message, NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(KhoTopology) topology = parse(bad_files[i].text, &error);

		if (topology)
			fail_msg("taken, not '%s'", message);
		assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
		assert_string_equal(error->message, message);
	}
}

static void test_nul(void **state)
{
	static const char text[] = "nodes:\n- memory: 4G\n\0  cpus: 1\n";
	g_autoptr(GError) error = NULL;

	assert_null(kho_topology_parse("a.yaml", text, sizeof(text) - 1, &error));
	assert_string_equal(error->message, "a.yaml:3: has a NUL byte");
}

static void test_too_many_nodes(void **state)
{
	g_autoptr(GString) text = g_string_new("nodes:\n");
	g_autoptr(KhoTopology) topology = NULL;
	g_autoptr(GError) error = NULL;

	for (int nid = 0; nid < KHO_MAX_NODES; nid++)
		g_string_append(text, "- {memory: 64M, cpus: 1}\n");
	topology = parse(text->str, &error);
	assert_no_error(error);
	g_string_append(text, "- {memory: 64M, cpus: 1}\n");
	assert_null(parse(text->str, &error));
	assert_string_equal(error->message,
			    "topologies/big.yaml:1026: nodes: 1025 nodes, but a machine has at most 1024");
}

/* Deep nesting must end in a message, not in minutes of work or on the end of the stack. */
static void test_deep_nesting(void **state)
{
	g_autofree char *brackets = g_strnfill(100000, '[');
	g_autofree char *dashes = g_strnfill(100000, ' ');
	g_autoptr(GError) error = NULL;

	assert_null(parse(brackets, &error));
	assert_string_equal(error->message, "topologies/big.yaml:1: is nested more than 16 deep");
	g_clear_error(&error);
	for (int i = 0; i < 100000; i += 2)
		dashes[i] = '-';
	assert_null(parse(dashes, &error));
	assert_string_equal(error->message, "topologies/big.yaml:1: is nested more than 16 deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_format_reads_back),
		cmocka_unit_test(test_placed_reads_back),
		cmocka_unit_test(test_any_description_reads_back),
		cmocka_unit_test(test_good_files),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_too_many_nodes),
		cmocka_unit_test(test_deep_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
