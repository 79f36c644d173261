// SPDX-License-Identifier: GPL-2.0-only
/* A boundary that was found, as people and programs get to read it. Nobody ever booted what is told here. */
#include <string.h>

#include "harness/report/boundary_report.h"
#include "tests/unit/made_up_run.h"

static const struct kho_cell cell = CELL("6.19-x86_64", two_even, explicit_spec, "two-even/16M,64M,2M");

struct made_up {
	struct kho_axis *axis;
	struct kho_opinion opinions[KHO_NR_ESTIMATORS];
	struct kho_boundary_report report;
};

static void add_row(struct made_up *made_up, uint64_t value, enum kho_outcome_name outcome, guint times,
		    const char *reason)
{
	struct kho_boundary_row row = { .value = value, .id = "6.19-x86_64/two-even/x", .reason = reason };

	row.outcomes[outcome] = times;
	row.scratch_bytes = (80 + 4 * value) * MIB;
	g_array_append_val(made_up->report.rows, row);
}

static void think(struct made_up *made_up, enum kho_estimator estimator, uint64_t at)
{
	struct kho_opinion *opinion = &made_up->opinions[estimator];

	*opinion = (struct kho_opinion){ .have = true, .result.monotonic = true };
	opinion->result.first = opinion->result.last =
		(struct kho_boundary_edge){ .have_below = true, .below = at - 1, .have_at = at != 0, .at = at };
	opinion->scratch_bytes = (80 + 4 * at) * MIB;
}

static int make(void **state, const char *axis)
{
	struct made_up *made_up = g_new0(struct made_up, 1);
	struct kho_boundary_edge edge = { .have_below = true, .below = 14, .have_at = true, .at = 15 };

	made_up->axis = kho_axis_parse(axis, NULL);
	made_up->report = (struct kho_boundary_report){
		.cell = &cell,
		.axis = made_up->axis,
		.low = 1,
		.high = 2048,
		.repeats = 2,
		.survey = 3,
		.result = { .first = edge, .last = edge, .monotonic = true, .agree = true, .tries = 7 },
		.opinions = made_up->opinions,
		.known = "6.19-x86_64/two-even/control:ample",
		.finished = true,
		.seconds = 25.4,
		.directory = "results/20261123T101500Z",
	};
	made_up->report.rows = g_array_new(FALSE, TRUE, sizeof(struct kho_boundary_row));
	add_row(made_up, 4, KHO_OUTCOME_LOAD_REJECTED, 1, "kexec_file_load: EADDRNOTAVAIL");
	add_row(made_up, 14, KHO_OUTCOME_PANICKED, 2, NASTY);
	add_row(made_up, 15, KHO_OUTCOME_SURVIVED, 2, NULL);
	add_row(made_up, 16, KHO_OUTCOME_SURVIVED, 1, NULL);
	think(made_up, KHO_ESTIMATOR_SPARSEMEM, 32);
	think(made_up, KHO_ESTIMATOR_AGGREGATE, 14);
	think(made_up, KHO_ESTIMATOR_REPLAY, 15);
	*state = made_up;
	return 0;
}

static int make_pernode(void **state)
{
	return make(state, "16M,64M,*");
}

static int make_percent(void **state)
{
	return make(state, "*%");
}

static int unmake(void **state)
{
	struct made_up *made_up = *state;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_opinion_clear(&made_up->opinions[i]);
	g_array_unref(made_up->report.rows);
	kho_axis_free(made_up->axis);
	g_free(made_up);
	return 0;
}

static void test_text(void **state)
{
	struct made_up *made_up = *state;
	g_autofree char *text = kho_boundary_text(&made_up->report);

	assert_harmless(text);
	assert_contains(text, "6.19-x86_64 on two-even, kho_scratch=16M,64M,*: pernode, in steps of 2M\n"
			      "        8M  load-rejected: kexec_file_load: EADDRNOTAVAIL\n"
			      "       28M  panicked 2: ?[2Jgone");
	assert_contains(text, "\n       30M  survived 2  <- the smallest that survives\n"
			      "       32M  survived\n"
			      "The smallest that survives: 30M; 28M does not survive\n"
			      "What the estimators think it is; modelled, from 6.19-x86_64/two-even/control:ample\n"
			      "  sparsemem      64M  34 MiB too much (2.13 times)\n"
			      "  aggregate      28M  2 MiB too little (0.93 times)\n"
			      "  replay         30M  right\n"
			      "7 boots in 25s; results in results/20261123T101500Z\n");
	assert_true(kho_boundary_is_clean(&made_up->report));
}

/* A percentage has no size: what it comes to has, and where that is not known there is only the ratio. */
static void test_percent(void **state)
{
	struct made_up *made_up = *state;
	g_autofree char *text = NULL;

	made_up->opinions[KHO_ESTIMATOR_AGGREGATE].scratch_bytes = 0;
	text = kho_boundary_text(&made_up->report);
	assert_contains(text, "       15%  survived 2  <- the smallest that survives\n");
	assert_contains(text, "  sparsemem      32%  68 MiB too much (2.13 times)\n"
			      "  aggregate      14%  too little (0.93 times)\n");
}

static void test_opinions(void **state)
{
	struct made_up *made_up = *state;
	struct kho_opinion *opinions = made_up->opinions;
	g_autofree char *text = NULL, *json = NULL;

	opinions[KHO_ESTIMATOR_SPARSEMEM].result.last.have_at = false;
	opinions[KHO_ESTIMATOR_AGGREGATE].result.monotonic = false;
	opinions[KHO_ESTIMATOR_REPLAY] = (struct kho_opinion){ .note = g_strdup("no trace" NASTY) };
	made_up->report.known = NULL;
	text = kho_boundary_text(&made_up->report);
	assert_contains(text, "think it is; modelled\n  sparsemem warns of everything\n"
			      "  aggregate      28M  2 MiB too little (0.93 times) (not monotonic)\n"
			      "  replay    no opinion: no trace?[2Jgone");
	json = kho_boundary_json(&made_up->report);
	assert_contains(json, "\"modelled_from\" : null");
	assert_contains(json, "\"error_mib\" : null");
}

/* What is not clean says so, and never that an edge was found. */
static void test_not_monotonic(void **state)
{
	struct made_up *made_up = *state;
	struct kho_boundary_result *result = &made_up->report.result;
	g_autofree char *text = NULL, *none = NULL;

	result->first.at = 15;
	result->last = (struct kho_boundary_edge){ .have_below = true, .below = 40, .have_at = true, .at = 42 };
	result->monotonic = result->agree = false;
	result->have_rejected = result->have_disabled = true;
	result->rejected = 4;
	result->disabled = 512;
	text = kho_boundary_text(&made_up->report);
	assert_contains(text, "       30M  survived 2  <- the lowest survivor\n");
	assert_contains(text, "Survival is not monotonic: ");
	assert_contains(text, "\nThe lowest survivor: 30M; 28M does not survive\n"
			      "The smallest above which all that was tried survives: 84M; 80M does not survive (what "
			      "lies between showed nothing)\n"
			      "Repeats disagree: ");
	assert_contains(text, "\nUp to 8M nothing can be loaded, so nothing can be said\n"
			      "From 1G on KHO turns itself off: that much cannot be set aside\n");
	assert_false(kho_boundary_is_clean(&made_up->report));
	result->last.have_at = false;
	none = kho_boundary_text(&made_up->report);
	assert_contains(none, "\nNothing that was tried above 80M survives\n");
}

/* An interrupted search has not found an edge, and nobody is right or wrong about it. */
static void test_not_finished(void **state)
{
	struct made_up *made_up = *state;
	g_autofree char *text = NULL;

	made_up->report.finished = false;
	made_up->report.result.last.have_below = false;
	text = kho_boundary_text(&made_up->report);
	assert_contains(text, "\nThe smallest that survives: 30M (what lies below was not tried)\n");
	assert_contains(text, "  sparsemem      64M\n");
}

static void test_what_is_clean(void **state)
{
	struct made_up *made_up = *state;
	struct kho_boundary_report *report = &made_up->report;

	report->finished = false;
	assert_false(kho_boundary_is_clean(report));
	report->finished = true;
	report->result.agree = false;
	assert_false(kho_boundary_is_clean(report));
	report->result.agree = true;
	report->result.last.below = 12;
	assert_false(kho_boundary_is_clean(report));
	report->result.last.have_below = false;
	assert_false(kho_boundary_is_clean(report));
	report->low = 15;
	assert_true(kho_boundary_is_clean(report));
	report->result.last.have_at = false;
	assert_false(kho_boundary_is_clean(report));
}

static void test_none_survives(void **state)
{
	struct made_up *made_up = *state;
	g_autofree char *text = NULL;

	made_up->report.result.last = (struct kho_boundary_edge){ .have_below = true, .below = 2048 };
	made_up->report.result.first = made_up->report.result.last;
	made_up->report.finished = false;
	text = kho_boundary_text(&made_up->report);
	assert_contains(text, "\nNothing that was tried survives\n");
	assert_contains(text, "\nNot finished: 7 boots in 25s; ");
	assert_lacks(text, "too much");
}

static void test_json(void **state)
{
	struct made_up *made_up = *state;
	g_autofree char *json = kho_boundary_json(&made_up->report);

	assert_harmless(json);
	assert_contains(json, "{\n  \"schema_version\" : 1,\n");
	assert_contains(json,
			"\"kho_scratch\" : \"16M,64M,*\",\n    \"kind\" : \"pernode\",\n    \"unit\" : \"bytes\",\n"
			"    \"step\" : 2097152,\n    \"low\" : 2097152,\n    \"high\" : 4294967296\n");
	assert_contains(json, "\"edge\" : {\n    \"below\" : 29360128,\n    \"at\" : 31457280\n  }");
	assert_contains(json, "\"clean\" : true");
	assert_contains(json, "\"value\" : 29360128,\n      \"cell\" : \"6.19-x86_64/two-even/x\",\n"
			      "      \"outcomes\" : {\n        \"panicked\" : 2\n      }");
	assert_contains(json, "\"error_mib\" : 34.0,\n      \"ratio\" : 2.1333333333333333\n");
	assert_contains(json, "\"rejected_up_to\" : null");
}

#define TEST(name, make) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text, make_pernode),		TEST(test_percent, make_percent),
		TEST(test_opinions, make_pernode),	TEST(test_not_monotonic, make_pernode),
		TEST(test_what_is_clean, make_pernode), TEST(test_not_finished, make_pernode),
		TEST(test_none_survives, make_pernode), TEST(test_json, make_pernode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
