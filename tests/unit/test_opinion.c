// SPDX-License-Identifier: GPL-2.0-only
/* Where estimators draw the line on a machine that was recorded, and the cells around it. */
#include "harness/judge/edge_cells.h"
#include "harness/judge/estimators.h"
#include "harness/judge/opinion.h"
#include "harness/judge/paper_layout.h"
#include "tests/unit/golden_boot.h"

static struct kho_cell cell = { .id = (char *)"6.19-x86_64/two-even/s",
				.payload = (char *)KHO_PAYLOAD_DEFAULT,
				.kernel = (char *)"6.19-x86_64",
				.successor = (char *)"6.19-x86_64" };

static struct kho_result *two_even(void)
{
	struct kho_result *result = kho_result_new(&cell);
	struct recorded recorded;

	record_take(&recorded, "tests/golden/early-boot-two-even-64M-256M-64M.console");
	result->have_geometry = true;
	result->geometry = (struct kho_geometry){ 64, 4096, 2 * MIB, 32768, true };
	g_array_append_vals(result->ranges, recorded.ranges->data, recorded.ranges->len);
	g_array_append_vals(result->events, recorded.first->events->data, recorded.first->events->len);
	g_array_append_vals(result->segments, recorded.segments.segments->data, recorded.segments.segments->len);
	recorded_clear(&recorded);
	return result;
}

struct fixture {
	struct kho_result *known;
	struct kho_topology *topology;
	struct kho_opinion opinions[KHO_NR_ESTIMATORS];
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->known = two_even();
	fixture->topology = kho_topology_load("topologies/two-even.yaml", NULL);
	assert_non_null(fixture->topology);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_opinion_clear(&fixture->opinions[i]);
	kho_result_free(fixture->known);
	kho_topology_free(fixture->topology);
	g_free(fixture);
	return 0;
}

/* Does an estimator warn of this value, asked for itself? */
static bool warns(const struct fixture *fixture, enum kho_estimator estimator, const struct kho_axis *axis,
		  uint64_t value)
{
	g_autoptr(KhoScratchSpec) spec = kho_axis_spec(axis, value);
	g_autoptr(KhoPaper) paper = kho_paper_new(fixture->known, spec, NULL);
	struct kho_prediction prediction = { 0 };
	bool insufficient;

	assert_non_null(paper);
	assert_int_equal(kho_paper_end(paper), KHO_PAPER_LOADED);
	kho_estimator_predict(estimator, kho_paper_layout(paper), &prediction);
	insufficient = prediction.answer == KHO_ANSWER_INSUFFICIENT;
	assert_true(insufficient || prediction.answer == KHO_ANSWER_SUFFICIENT);
	kho_prediction_clear(&prediction);
	return insufficient;
}

static const struct kho_opinion *ask(struct fixture *fixture, const struct kho_axis *axis, int estimator)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_opinion_clear(&fixture->opinions[i]);
	kho_opinions(fixture->known, axis, 1, kho_axis_most(axis, fixture->topology), fixture->opinions);
	return &fixture->opinions[estimator];
}

/* On either side of its line an estimator says what the line says; and it is drawn between neighbours. */
static void test_lines(void **state)
{
	struct fixture *fixture = *state;

	for (const char *const *text = kho_edge_axes; *text; text++) {
		g_autoptr(KhoAxis) axis = kho_axis_parse(*text, NULL);

		for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
			const struct kho_opinion *opinion = ask(fixture, axis, i);
			const struct kho_boundary_edge *edge = &opinion->result.last;

			assert_true(opinion->have);
			assert_null(opinion->note);
			if (!edge->have_at || !edge->have_below)
				continue;
			assert_int_equal(edge->below + 1, edge->at);
			assert_false(warns(fixture, i, axis, edge->at));
			assert_true(opinion->scratch_bytes > 0);
			if (!opinion->result.have_rejected || opinion->result.rejected < edge->below)
				assert_true(warns(fixture, i, axis, edge->below));
		}
	}
}

/* The worked example: each node's map takes 64 MiB, and sparsemem wants it in one piece. */
static void test_sparsemem(void **state)
{
	g_autoptr(KhoAxis) axis = kho_axis_parse("16M,64M,*", NULL);
	const struct kho_opinion *opinion = ask(*state, axis, KHO_ESTIMATOR_SPARSEMEM);

	assert_true(opinion->result.last.have_at);
	assert_int_equal(kho_axis_size(axis, opinion->result.last.at), 64 * MIB);
	assert_int_equal(opinion->scratch_bytes, 208 * MIB);
}

static void test_nothing_known(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(KhoAxis) axis = kho_axis_parse("16M,64M,*", NULL);
	struct kho_result *known = fixture->known;

	fixture->known = NULL;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		assert_false(ask(fixture, axis, i)->have);
		assert_non_null(fixture->opinions[i].note);
	}
	/* Without a trace scratch cannot be laid out: nobody knows, and everybody says so. */
	fixture->known = known;
	g_array_set_size(known->events, 0);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		assert_false(ask(fixture, axis, i)->have);
		assert_non_null(fixture->opinions[i].note);
		assert_false(fixture->opinions[i].result.last.have_at);
	}
}

static bool holds(const GPtrArray *specs, const struct kho_axis *axis, uint64_t value)
{
	g_autoptr(KhoScratchSpec) spec = kho_axis_spec(axis, value);

	return g_ptr_array_find_with_equal_func((GPtrArray *)specs, spec->text, g_str_equal, NULL);
}

/* Just below, at and just above each line; none twice, whichever axis it lies on. */
static void test_edge_cells(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) different = g_hash_table_new(g_str_hash, g_str_equal);

	for (const char *const *text = kho_edge_axes; *text; text++) {
		g_autoptr(KhoAxis) axis = kho_axis_parse(*text, NULL);
		guint before;

		kho_edge_cells(fixture->known, axis, fixture->topology, specs);
		for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
			const struct kho_boundary_edge *edge = &ask(fixture, axis, i)->result.last;

			if (!edge->have_at || !edge->have_below)
				continue;
			assert_true(holds(specs, axis, edge->below));
			assert_true(holds(specs, axis, edge->at));
			assert_true(holds(specs, axis, edge->at + 1));
		}
		before = specs->len;
		kho_edge_cells(fixture->known, axis, fixture->topology, specs);
		assert_int_equal(specs->len, before);
	}
	for (guint i = 0; i < specs->len; i++)
		assert_true(g_hash_table_add(different, g_ptr_array_index(specs, i)));
	assert_in_range(specs->len, 20, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_lines), TEST(test_sparsemem), TEST(test_nothing_known),
					    TEST(test_edge_cells) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
