// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thousand random machines, half of them placed, and those of the strategies that make always the same: made,
 * written, read, drawn, and handovers on them laid out on paper.
 */
#include <string.h>

#include "harness/judge/forecast.h"
#include "harness/model/generate.h"
#include "harness/report/drawing.h"
#include "tests/unit/reference_boot.h"

#define COUNT_EACH 500

static GPtrArray *generate(enum kho_strategy strategy, bool placed)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_autoptr(GError) error = NULL;
	GPtrArray *topologies;

	options->strategy = strategy;
	options->seed = 5;
	options->count = COUNT_EACH;
	options->placed = placed;
	topologies = kho_generate(options, &error);
	if (!topologies)
		fail_msg("%s", error->message);
	if (strategy == KHO_STRATEGY_RANDOM)
		assert_int_equal(topologies->len, COUNT_EACH);
	return topologies;
}

static struct kho_topology *read_back(const struct kho_topology *topology)
{
	g_autofree char *text = kho_topology_format(topology), *again = NULL;
	g_autofree char *path = g_strconcat(topology->name, ".yaml", NULL);
	g_autoptr(GError) error = NULL;
	struct kho_topology *read = kho_topology_parse(path, text, strlen(text), &error);

	if (!read)
		fail_msg("%s", error->message);
	again = kho_topology_format(read);
	assert_string_equal(again, text);
	return read;
}

/* All memory must be there, and every node. */
static void check_drawing(const struct kho_topology *topology, const struct kho_layout *layout)
{
	g_autofree char *text = kho_drawing_text(topology, layout, &KHO_DRAWING_PLAIN);

	assert_true(g_utf8_validate(text, -1, NULL));
	assert_non_null(strstr(text, "| node "));
	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		g_autofree char *row = g_strdup_printf("\n%9u ", nid);

		assert_non_null(strstr(text, row));
	}
}

/* Wherever there is a handover, all have an answer; replay may say that it does not know. */
static guint check_forecast(const struct kho_forecast *forecast)
{
	if (kho_paper_end(forecast->paper) != KHO_PAPER_LOADED) {
		assert_non_null(kho_paper_reason(forecast->paper));
		return 0;
	}
	assert_int_not_equal(forecast->predictions[KHO_ESTIMATOR_SPARSEMEM].answer, KHO_ANSWER_ABSENT);
	assert_int_not_equal(forecast->predictions[KHO_ESTIMATOR_AGGREGATE].answer, KHO_ANSWER_ABSENT);
	if (forecast->predictions[KHO_ESTIMATOR_REPLAY].answer != KHO_ANSWER_ABSENT)
		return 1;
	assert_non_null(forecast->predictions[KHO_ESTIMATOR_REPLAY].note);
	return 0;
}

/* How many of its handovers replay has an answer to. */
static guint lay_out(const struct kho_result *reference, const struct kho_topology *topology)
{
	static const char *const specs[] = { "16M,16M,16M", "64M,128M,64M", "100%" };
	const struct kho_cell cell = { .id = (char *)"k/t/s",
				       .kernel = (char *)"k",
				       .successor = (char *)"k",
				       .payload = (char *)KHO_PAYLOAD_DEFAULT,
				       .topology = topology };
	struct kho_result *scaled = kho_result_new(&cell);
	g_autoptr(GArray) requests = NULL;
	g_autoptr(GError) error = NULL;
	guint known = 0;

	if (!kho_scaled_boot(reference, scaled, &error))
		fail_msg("%s: %s", topology->name, error->message);
	requests = kho_paper_requests(scaled);
	for (size_t i = 0; i < COUNT(specs); i++) {
		g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(specs[i], NULL);
		g_autoptr(KhoForecast) forecast = kho_forecast_new(scaled, spec, requests, &error);

		if (!forecast)
			fail_msg("%s/%s: %s", topology->name, specs[i], error->message);
		known += check_forecast(forecast);
		check_drawing(topology, kho_paper_layout(forecast->paper));
	}
	kho_result_free(scaled);
	return known;
}

static void check_all(enum kho_strategy strategy, bool placed)
{
	g_autoptr(GPtrArray) topologies = generate(strategy, placed);
	struct kho_result *like = reference();
	guint known = 0;

	for (guint i = 0; i < topologies->len; i++) {
		g_autoptr(KhoTopology) topology = read_back(g_ptr_array_index(topologies, i));

		check_drawing(topology, NULL);
		known += lay_out(like, topology);
	}
	assert_in_range(known, topologies->len, 3 * topologies->len);
	kho_result_free(like);
}

static void test_as_they_come(void **state)
{
	check_all(KHO_STRATEGY_RANDOM, false);
}

static void test_placed(void **state)
{
	check_all(KHO_STRATEGY_RANDOM, true);
}

static void test_pairwise(void **state)
{
	check_all(KHO_STRATEGY_PAIRWISE, false);
}

static void test_edge(void **state)
{
	check_all(KHO_STRATEGY_EDGE, false);
}

static void test_real(void **state)
{
	check_all(KHO_STRATEGY_REAL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_they_come), cmocka_unit_test(test_placed), cmocka_unit_test(test_pairwise),
		cmocka_unit_test(test_edge),	     cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
