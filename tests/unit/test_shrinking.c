// SPDX-License-Identifier: GPL-2.0-only
/* Shrinking, asked about a made-up fault that is where the test says. */
#include <string.h>

#include "harness/judge/shrinking.h"
#include "tests/unit/test.h"

static const char file[] =
	"nodes:\n"
	"- {cpus: 2, ranges: [{start: 0, size: 2G}, {start: 5G, size: 1G}]}\n"
	"- {cpus: 1, ranges: [{start: 2G, size: 1G}, {start: 4G, size: 1G}], windows: [{start: 16G, size: 4G}]}\n"
	"- {cpus: 1, memory: 0}\n"
	"reserved: [{start: 256M, size: 64M}]\n"
	"distances: [[10, 20, 30], [20, 10, 40], [30, 40, 10]]\n";

/* The made-up fault: what must stay for it to show. */
struct fault {
	guint nodes, ranges; /* ranges of node 0 */
	uint64_t memory, global;
	guint asked, most;
};

static enum kho_shows ask(const struct kho_simpler *simpler, void *data)
{
	struct fault *fault = data;

	assert_non_null(simpler->what);
	if (fault->asked++ >= fault->most)
		return KHO_SHOWS_NO_MORE;
	if (simpler->topology->nodes->len < fault->nodes || kho_topology_memory(simpler->topology) < fault->memory ||
	    kho_topology_node(simpler->topology, 0)->ranges->len < fault->ranges ||
	    simpler->scratch->global < fault->global)
		return KHO_SHOWS_OTHER;
	return KHO_SHOWS_SAME;
}

static void shrink(struct fault *fault, struct kho_shrunk *shrunk)
{
	g_autoptr(KhoTopology) topology = kho_topology_parse("t.yaml", file, strlen(file), NULL);
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse("64M,96M,32M", NULL);

	assert_non_null(topology);
	kho_shrink(topology, scratch, ask, fault, shrunk);
}

static char *text_of(const struct kho_shrunk *shrunk)
{
	g_autofree char *text = kho_topology_format(shrunk->topology);

	return g_strconcat(shrunk->scratch->text, "\n", text, NULL);
}

/* Nothing but what the fault needs is left. */
static void test_to_the_bone(void **state)
{
	static const struct {
		struct fault fault;
		const char *left;
	} cases[] = {
		{ { .nodes = 1, .most = 1000 },
		  "0,0,2M\ndescription: 1 node, 768M in all\nnodes:\n  - memory: 768M\n    cpus: 1\n" },
		{ { .nodes = 2, .memory = GIB, .global = 20 * MIB, .most = 1000 },
		  "0,24M,0\ndescription: 2 nodes, 1G in all\nnodes:\n  - memory: 768M\n    cpus: 1\n  - memory: "
		  "256M\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fault fault = cases[i].fault;
		g_autofree char *text = NULL;
		struct kho_shrunk shrunk;

		shrink(&fault, &shrunk);
		assert_true(shrunk.finished);
		text = text_of(&shrunk);
		assert_string_equal(text, cases[i].left);
		kho_shrunk_clear(&shrunk);
	}
}

/* What must lie in two ranges keeps them, and a machine that is placed. */
static void test_keeps_ranges(void **state)
{
	struct fault fault = { .nodes = 2, .ranges = 2, .memory = 2 * GIB, .most = 1000 };
	struct kho_shrunk shrunk;

	shrink(&fault, &shrunk);
	assert_true(shrunk.finished);
	assert_true(kho_topology_node(shrunk.topology, 0)->ranges->len >= 2);
	assert_int_equal(shrunk.topology->nodes->len, 2);
	assert_null(shrunk.topology->distances);
	assert_int_equal(shrunk.topology->reserved->len, 0);
	kho_shrunk_clear(&shrunk);
}

/* Where everything that is simpler shows something else, it stays as it is; where there is no more asking, as far as it
 * came. */
static void test_ends(void **state)
{
	struct fault nothing = { .nodes = 100, .most = 1000 }, little = { .nodes = 1, .most = 3 };
	struct kho_shrunk shrunk;

	shrink(&nothing, &shrunk);
	assert_true(shrunk.finished);
	assert_int_equal(shrunk.steps, 0);
	assert_in_range(nothing.asked, 10, 40);
	kho_shrunk_clear(&shrunk);
	shrink(&little, &shrunk);
	assert_false(shrunk.finished);
	assert_int_equal(shrunk.steps, 3);
	kho_shrunk_clear(&shrunk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_the_bone),
		cmocka_unit_test(test_keeps_ranges),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
