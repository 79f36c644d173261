// SPDX-License-Identifier: GPL-2.0-only
/* Judging again: what changed, and what several recordings of a cell show together. */
#include "harness/judge/rejudge.h"
#include "harness/judge/judge.h"
#include "harness/judge/repeats.h"
#include "tests/unit/test.h"
#include "tests/unit/records.h"

#define SPARSEMEM KHO_ESTIMATOR_SPARSEMEM

static struct kho_cell cell = {
	.id = (char *)"k/t/s", .kernel = (char *)"k", .successor = (char *)"k", .payload = (char *)KHO_PAYLOAD_DEFAULT
};
static struct kho_cell other_cell = {
	.id = (char *)"k/t/r", .kernel = (char *)"k", .successor = (char *)"k", .payload = (char *)KHO_PAYLOAD_DEFAULT
};
static struct kho_cell control_cell = { .id = (char *)"k/t/control:ample", .payload = (char *)KHO_PAYLOAD_DEFAULT };
static const struct kho_verdict disagreeing = { .excluded = KHO_REPEATS_DISAGREE };

struct fixture {
	GPtrArray *owned; /* of struct kho_result * */
	struct kho_rejudgement *rejudgement;
};

/* A recording of a machine that sparsemem warns of, judged as it was then: FP if it survived, TP if it died. */
static struct kho_result *record(struct fixture *fixture, const struct kho_cell *of, enum kho_outcome_name outcome)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	struct kho_result *result = kho_result_new(of);

	feed(report, "first", good_first);
	result->outcome.name = outcome;
	result->ended = true;
	kho_judge_take_report(result, report, true);
	kho_judge_result(result);
	g_ptr_array_add(fixture->owned, result);
	return result;
}

static void take(struct fixture *fixture, struct kho_result *result)
{
	kho_rejudge_take(fixture->rejudgement, result);
}

static struct kho_result *end(struct fixture *fixture, guint cells)
{
	kho_rejudge_end(fixture->rejudgement);
	assert_int_equal(fixture->rejudgement->results->len, cells);
	return g_ptr_array_index(fixture->rejudgement->results, 0);
}

static const struct kho_verdict *verdict_of(const struct kho_result *result)
{
	return &result->estimates[SPARSEMEM].verdict;
}

static void assert_excluded(const struct kho_result *result, const char *reason)
{
	assert_int_equal(verdict_of(result)->name, KHO_VERDICT_EXCLUDED);
	assert_string_equal(verdict_of(result)->excluded, reason);
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->owned = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	fixture->rejudgement = kho_rejudgement_new();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kho_rejudgement_free(fixture->rejudgement);
	g_ptr_array_unref(fixture->owned);
	g_free(fixture);
	return 0;
}

/* --- what changed --- */

/* The only change of an estimator; the others that are judged may see one, too. */
static const struct kho_change *change_of(struct fixture *fixture, enum kho_estimator estimator)
{
	const struct kho_change *found = NULL;

	for (guint i = 0; i < fixture->rejudgement->changes->len; i++) {
		const struct kho_change *change = &g_array_index(fixture->rejudgement->changes, struct kho_change, i);

		assert_false(found && change->estimator == estimator);
		if (change->estimator == estimator)
			found = change;
	}
	assert_non_null(found);
	return found;
}

static void nothing_changed(void **state)
{
	take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	take(*state, record(*state, &other_cell, KHO_OUTCOME_PANICKED));
	assert_int_equal(verdict_of(end(*state, 2))->name, KHO_VERDICT_FP);
	assert_int_equal(((struct fixture *)*state)->rejudgement->changes->len, 0);
	assert_int_equal(((struct fixture *)*state)->rejudgement->recordings, 2);
}

/* The outcome is another one than the verdict was made from. */
static void an_outcome_was_changed(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, &cell, KHO_OUTCOME_SURVIVED);
	const struct kho_change *change;

	result->outcome.name = KHO_OUTCOME_HUNG;
	take(fixture, result);
	end(fixture, 1);
	change = change_of(fixture, SPARSEMEM);
	assert_ptr_equal(change->result, result);
	assert_int_equal(change->estimator, SPARSEMEM);
	assert_int_equal(change->was.name, KHO_VERDICT_FP);
	assert_int_equal(change->is.name, KHO_VERDICT_TP);
}

/* Its layout is another one than the recorded prediction was made from: the places disagree. */
static void a_layout_was_changed(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, &cell, KHO_OUTCOME_SURVIVED);

	g_array_index(result->scratch, struct kho_scratch_area, 1).size += 1;
	take(fixture, result);
	assert_excluded(end(fixture, 1), "places-disagree");
	assert_int_equal(fixture->rejudgement->changes->len, 1);
}

/* One reason for exclusion is not another; and an estimator that was not there yet has not changed. */
static void reasons_count(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result = record(fixture, &cell, KHO_OUTCOME_LOAD_REJECTED);

	result->estimates[SPARSEMEM].verdict.excluded = "kho-disabled";
	result->estimates[KHO_ESTIMATOR_AGGREGATE].verdict.excluded = KHO_NOT_RECORDED;
	take(fixture, result);
	end(fixture, 1);
	assert_int_equal(fixture->rejudgement->changes->len, 1);
	assert_string_equal(g_array_index(fixture->rejudgement->changes, struct kho_change, 0).was.excluded,
			    "kho-disabled");
}

static void standing_follows(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *listed = record(fixture, &cell, KHO_OUTCOME_SURVIVED);
	struct kho_result *unlisted = record(fixture, &other_cell, KHO_OUTCOME_SURVIVED);

	listed->have_expectation = true;
	listed->standing = KHO_STANDING_SAME;
	listed->expectation = (struct kho_expectation){ KHO_OUTCOME_SURVIVED, KHO_ANSWER_INSUFFICIENT, KHO_VERDICT_FP };
	take(fixture, listed);
	take(fixture, unlisted);
	assert_int_equal(end(fixture, 2)->standing, KHO_STANDING_KNOWN);
	assert_int_equal(unlisted->standing, KHO_STANDING_UNLISTED);
}

/* --- repeats --- */

static void repeats_agree(void **state)
{
	struct kho_result *result;

	for (int i = 0; i < 3; i++)
		take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	result = end(*state, 1);
	assert_int_equal(result->seen[KHO_OUTCOME_SURVIVED], 3);
	assert_false(kho_repeats_disagree(result));
	assert_int_equal(verdict_of(result)->name, KHO_VERDICT_FP);
}

static void repeats_disagree(void **state)
{
	struct fixture *fixture = *state;
	struct kho_result *result;

	take(fixture, record(fixture, &cell, KHO_OUTCOME_SURVIVED));
	take(fixture, record(fixture, &other_cell, KHO_OUTCOME_SURVIVED));
	take(fixture, record(fixture, &cell, KHO_OUTCOME_PANICKED));
	take(fixture, record(fixture, &cell, KHO_OUTCOME_SURVIVED));
	result = end(fixture, 2);
	assert_ptr_equal(result->cell, &cell);
	assert_int_equal(result->seen[KHO_OUTCOME_SURVIVED], 2);
	assert_int_equal(result->seen[KHO_OUTCOME_PANICKED], 1);
	assert_true(kho_repeats_disagree(result));
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		assert_string_equal(result->estimates[i].verdict.excluded, KHO_REPEATS_DISAGREE);
	/* That the recordings disagree is not that a verdict changed. */
	assert_int_equal(fixture->rejudgement->changes->len, 0);
	assert_int_equal(verdict_of(g_ptr_array_index(fixture->rejudgement->results, 1))->name, KHO_VERDICT_FP);
}

/* Also where no handover happened in one of them: something is different. */
static void not_proving_anything_is_another_outcome(void **state)
{
	take(*state, record(*state, &cell, KHO_OUTCOME_LOAD_REJECTED));
	take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	assert_excluded(end(*state, 1), KHO_REPEATS_DISAGREE);
}

/* A lost machine and a run that was interrupted show nothing, wherever they stand. */
static void what_shows_nothing(void **state)
{
	struct kho_result *interrupted = record(*state, &cell, KHO_OUTCOME_LOST), *result;

	interrupted->ended = false;
	take(*state, interrupted);
	take(*state, record(*state, &cell, KHO_OUTCOME_LOST));
	take(*state, record(*state, &cell, KHO_OUTCOME_PANICKED));
	take(*state, record(*state, &cell, KHO_OUTCOME_PANICKED));
	result = end(*state, 1);
	assert_int_equal(verdict_of(result)->name, KHO_VERDICT_TP);
	assert_int_equal(result->seen[KHO_OUTCOME_PANICKED], 2);
	assert_int_equal(result->seen[KHO_OUTCOME_LOST], 1);
	assert_false(kho_repeats_disagree(result));
}

static void nothing_but_what_shows_nothing(void **state)
{
	struct kho_result *interrupted = record(*state, &cell, KHO_OUTCOME_LOST);
	struct kho_result *never = record(*state, &other_cell, KHO_OUTCOME_LOST);

	interrupted->ended = never->ended = false;
	take(*state, interrupted);
	take(*state, record(*state, &cell, KHO_OUTCOME_LOST));
	take(*state, never);
	assert_excluded(end(*state, 2), "lost");
	assert_false(
		((struct kho_result *)g_ptr_array_index(((struct fixture *)*state)->rejudgement->results, 1))->ended);
}

/* A run whose control died says nothing of estimators; one whose controls survived does. */
static void a_control_died_in_one_run(void **state)
{
	struct kho_result *control = kho_result_new(&control_cell), *result, *void_one;

	control->ended = true;
	control->outcome.name = KHO_OUTCOME_PANICKED;
	g_ptr_array_add(((struct fixture *)*state)->owned, control);
	void_one = record(*state, &cell, KHO_OUTCOME_SURVIVED);
	void_one->controls[KHO_CONTROL_AMPLE] = control;
	kho_judge_result(void_one);
	take(*state, void_one);
	take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	result = end(*state, 1);
	assert_int_equal(verdict_of(result)->name, KHO_VERDICT_FP);
	assert_int_equal(result->seen[KHO_OUTCOME_SURVIVED], 2);
	assert_int_equal(((struct fixture *)*state)->rejudgement->changes->len, 0);
}

/* The same outcome, but an estimator judges the recordings in two ways: their layouts were not the same. */
static void verdicts_of_repeats_differ(void **state)
{
	struct kho_result *ample = record(*state, &cell, KHO_OUTCOME_SURVIVED);
	struct kho_estimate *estimate = &ample->estimates[SPARSEMEM];

	for (guint i = 0; i < ample->scratch->len; i++)
		g_array_index(ample->scratch, struct kho_scratch_area, i).start = 5 * GIB + i * GIB / 2;
	for (guint i = 0; i < ample->scratch->len; i++)
		g_array_index(ample->scratch, struct kho_scratch_area, i).size = 128 * MIB;
	g_array_index(ample->scratch, struct kho_scratch_area, 0).start = GIB;
	estimate->places[KHO_PLACE_KERNEL].answer = estimate->places[KHO_PLACE_GUEST].answer = KHO_ANSWER_ABSENT;
	kho_judge_result(ample);
	assert_int_equal(estimate->verdict.name, KHO_VERDICT_TN);
	take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	take(*state, ample);
	assert_excluded(end(*state, 1), KHO_REPEATS_DISAGREE);
	assert_int_equal(((struct fixture *)*state)->rejudgement->changes->len, 0);
}

/* A recording may be of several itself. */
static void taken_together_before(void **state)
{
	struct kho_result *together = record(*state, &cell, KHO_OUTCOME_SURVIVED), *result;

	together->seen[KHO_OUTCOME_SURVIVED] = 4;
	take(*state, together);
	take(*state, record(*state, &cell, KHO_OUTCOME_SURVIVED));
	result = end(*state, 1);
	assert_int_equal(result->seen[KHO_OUTCOME_SURVIVED], 5);
	assert_int_equal(verdict_of(result)->name, KHO_VERDICT_FP);
}

static void taken_together_and_disagreeing(void **state)
{
	struct kho_result *together = record(*state, &cell, KHO_OUTCOME_SURVIVED);

	together->seen[KHO_OUTCOME_SURVIVED] = 4;
	together->seen[KHO_OUTCOME_RESET] = 1;
	kho_judge_result(together);
	take(*state, together);
	assert_excluded(end(*state, 1), KHO_REPEATS_DISAGREE);
	assert_int_equal(((struct fixture *)*state)->rejudgement->changes->len, 0);
}

/* A data set knows one verdict of a cell, whatever its recordings show one by one. */
static void disagreed_and_still_do(void **state)
{
	struct kho_result *one = record(*state, &cell, KHO_OUTCOME_SURVIVED);
	struct kho_result *other = record(*state, &cell, KHO_OUTCOME_HUNG);

	one->estimates[SPARSEMEM].verdict = other->estimates[SPARSEMEM].verdict = disagreeing;
	take(*state, one);
	take(*state, other);
	assert_excluded(end(*state, 1), KHO_REPEATS_DISAGREE);
	assert_int_equal(((struct fixture *)*state)->rejudgement->changes->len, 0);
}

static void disagreed_and_no_longer_do(void **state)
{
	struct fixture *fixture = *state;
	const struct kho_change *change;

	for (int i = 0; i < 2; i++) {
		struct kho_result *result = record(fixture, &cell, KHO_OUTCOME_SURVIVED);

		result->estimates[SPARSEMEM].verdict = disagreeing;
		take(fixture, result);
	}
	assert_int_equal(verdict_of(end(fixture, 1))->name, KHO_VERDICT_FP);
	assert_int_equal(fixture->rejudgement->changes->len, 1);
	change = &g_array_index(fixture->rejudgement->changes, struct kho_change, 0);
	assert_string_equal(change->was.excluded, KHO_REPEATS_DISAGREE);
	assert_int_equal(change->is.name, KHO_VERDICT_FP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	cell.topology = other_cell.topology = control_cell.topology = good_topology();
	const struct CMUnitTest tests[] = {
		TEST(nothing_changed),		 TEST(an_outcome_was_changed),
		TEST(a_layout_was_changed),	 TEST(reasons_count),
		TEST(standing_follows),		 TEST(repeats_agree),
		TEST(repeats_disagree),		 TEST(not_proving_anything_is_another_outcome),
		TEST(what_shows_nothing),	 TEST(nothing_but_what_shows_nothing),
		TEST(a_control_died_in_one_run), TEST(verdicts_of_repeats_differ),
		TEST(taken_together_before),	 TEST(taken_together_and_disagreeing),
		TEST(disagreed_and_still_do),	 TEST(disagreed_and_no_longer_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
