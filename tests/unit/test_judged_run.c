// SPDX-License-Identifier: GPL-2.0-only
/* One run of many that were judged again, and what is said of it. */
#include "harness/report/judged_run.h"
#include "harness/judge/judge.h"
#include "harness/judge/run.h"
#include "harness/report/recording.h"
#include "harness/report/terminal_summary.h"
#include "tests/unit/records.h"
#include "tests/unit/test.h"

#include <string.h>

#define KERNEL "6.19-x86_64"

struct fixture {
	GPtrArray *recordings;
	struct kho_rejudgement *rejudgement;
	struct kho_run *run;
};

static struct kho_recording *add_recording(struct fixture *fixture, const char *started, const char *matrix,
					   const char *key)
{
	struct kho_recording *recording = kho_recording_new("results/x/results.json");
	struct kho_run_kernel *kernel = kho_run_add_kernel(recording->run, KERNEL);

	kernel->key = g_strdup(key);
	recording->run->started = g_strdup(started);
	recording->run->matrix = g_strdup(matrix);
	recording->run->accel = g_strdup("tcg");
	recording->run->seconds = 2;
	g_ptr_array_add(fixture->recordings, recording);
	return recording;
}

static struct kho_cell *add_cell(struct kho_recording *recording, const char *scratch, enum kho_control control)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(scratch, NULL);
	struct kho_cell *cell =
		kho_cell_new(KERNEL, KERNEL, kho_recording_topology(recording, "two-even"), spec, KHO_PAYLOAD_DEFAULT);

	g_ptr_array_add(recording->cells, cell);
	if (control == KHO_CONTROL_NONE)
		return cell;
	g_ptr_array_add(recording->cells, kho_cell_new_control(cell, control, spec));
	return g_ptr_array_index(recording->cells, recording->cells->len - 1);
}

/* sparsemem warns of it. */
static struct kho_result *add_result(struct kho_recording *recording, const char *scratch,
				     enum kho_outcome_name outcome)
{
	g_autoptr(KhoReport) report = kho_report_new(RUN);
	struct kho_result *result = kho_result_new(add_cell(recording, scratch, KHO_CONTROL_NONE));

	feed(report, "first", good_first);
	result->ended = true;
	result->outcome.name = outcome;
	result->outcome.reason = g_strdup("so \033[2J it was");
	kho_judge_take_report(result, report, true);
	kho_judge_result(result);
	g_ptr_array_add(recording->run->results, result);
	return result;
}

static void add_control(struct kho_recording *recording, enum kho_outcome_name outcome)
{
	struct kho_result *control = kho_result_new(add_cell(recording, "1G,1G,1G", KHO_CONTROL_AMPLE));

	control->ended = true;
	control->outcome.name = outcome;
	g_ptr_array_add(recording->run->controls, control);
}

static const struct kho_run *judge(struct fixture *fixture)
{
	for (guint i = 0; i < fixture->recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(fixture->recordings, i);

		for (guint r = 0; r < recording->run->results->len; r++)
			kho_rejudge_take(fixture->rejudgement, g_ptr_array_index(recording->run->results, r));
	}
	kho_rejudge_end(fixture->rejudgement);
	fixture->run = kho_judged_run(fixture->recordings, fixture->rejudgement);
	return fixture->run;
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->recordings = g_ptr_array_new_with_free_func((GDestroyNotify)kho_recording_free);
	fixture->rejudgement = kho_rejudgement_new();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	kho_run_free(fixture->run);
	kho_rejudgement_free(fixture->rejudgement);
	g_ptr_array_unref(fixture->recordings);
	g_free(fixture);
	return 0;
}

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in:\n%s", what, text);
}

/* --- one run --- */

static void what_they_have_in_common(void **state)
{
	struct kho_recording *second = add_recording(*state, "2026-11-26T09:00:00Z", "smoke", "k1");
	struct kho_recording *first = add_recording(*state, "2026-11-25T09:00:00Z", "default", "k1");
	const struct kho_run *run;
	g_autofree char *text = NULL;

	add_result(second, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	add_result(second, "16M,16M,32M", KHO_OUTCOME_HUNG);
	add_result(first, "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	run = judge(*state);
	assert_string_equal(run->started, "2026-11-25T09:00:00Z");
	assert_string_equal(run->matrix, "smoke, default");
	assert_string_equal(run->accel, "tcg");
	assert_true(run->seconds == 4);
	assert_int_equal(run->kernels->len, 1);
	assert_int_equal(run->results->len, 2);
	assert_int_equal(((struct kho_run_kernel *)g_ptr_array_index(run->kernels, 0))->confusion[0].fp, 1);
	assert_int_equal(((struct kho_run_kernel *)g_ptr_array_index(run->kernels, 0))->confusion[0].tp, 1);
	text = kho_judged_text(run, ((struct fixture *)*state)->rejudgement);
	assert_string_equal(text, "Judged again: 2 cells, recorded 3 times (1 of them more than once, 0 disagree); "
				  "0 verdicts changed\n");
	assert_false(kho_judged_differs(run, ((struct fixture *)*state)->rejudgement));
}

static void builds_are_mixed(void **state)
{
	const struct kho_run *run;
	g_autofree char *text = NULL;

	add_result(add_recording(*state, "2", "m", "k1"), "16M,128M,32M", KHO_OUTCOME_SURVIVED);
	add_result(add_recording(*state, "1", "m", "k2"), "16M,16M,32M", KHO_OUTCOME_SURVIVED);
	add_recording(*state, "3", "m", NULL);
	run = judge(*state);
	text = kho_judged_text(run, ((struct fixture *)*state)->rejudgement);
	assert_says(text, KERNEL ": these recordings are of more than one build: k1, k2\n");
}

/* A control that did not survive in one of them is not hidden by one that did. */
static void controls(void **state)
{
	static const enum kho_outcome_name seen[] = { KHO_OUTCOME_SURVIVED, KHO_OUTCOME_HUNG, KHO_OUTCOME_SURVIVED };
	const struct kho_run *run;

	for (size_t i = 0; i < COUNT(seen); i++)
		add_control(add_recording(*state, "1", "m", "k"), seen[i]);
	run = judge(*state);
	assert_int_equal(run->controls->len, 1);
	assert_int_equal(((struct kho_result *)g_ptr_array_index(run->controls, 0))->outcome.name, KHO_OUTCOME_HUNG);
}

/* --- what is said --- */

static void changes_and_disagreement(void **state)
{
	struct fixture *fixture = *state;
	struct kho_recording *recording = add_recording(fixture, "1", "m", "k"),
			     *other = add_recording(fixture, "2", "m", "k");
	const struct kho_run *run;
	g_autofree char *text = NULL, *summary = NULL;

	add_result(recording, "16M,128M,32M", KHO_OUTCOME_SURVIVED)->outcome.name = KHO_OUTCOME_RESET;
	add_result(recording, "16M,16M,32M", KHO_OUTCOME_SURVIVED);
	add_result(other, "16M,16M,32M", KHO_OUTCOME_PANICKED);
	run = judge(fixture);
	text = kho_judged_text(run, fixture->rejudgement);
	assert_says(text, "  " KERNEL "/two-even/16M,128M,32M: sparsemem: was FP, is TP\n");
	summary = kho_terminal_summary(run, false);
	assert_says(summary, "Repeats disagree, so that the cell is excluded: 1\n  " KERNEL
			     "/two-even/16M,16M,32M: panicked 1, survived 1\n");
	assert_says(text, "2 cells, recorded 3 times (1 of them more than once, 1 disagree)");
	assert_true(kho_judged_differs(run, fixture->rejudgement));
}

static void only_one_estimator(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *text = NULL, *summary = NULL, *wrong = NULL;

	add_result(add_recording(fixture, "1", "m", "k"), "16M,128M,32M", KHO_OUTCOME_SURVIVED)
		->estimates[KHO_ESTIMATOR_SPARSEMEM]
		.verdict.name = KHO_VERDICT_TP;
	judge(fixture);
	assert_true(kho_judged_differs(fixture->run, fixture->rejudgement));
	fixture->run->hidden[KHO_ESTIMATOR_SPARSEMEM] = true;
	assert_false(kho_judged_differs(fixture->run, fixture->rejudgement));
	text = kho_judged_text(fixture->run, fixture->rejudgement);
	summary = kho_terminal_summary(fixture->run, false);
	wrong = kho_judged_wrong(fixture->run);
	assert_null(strstr(text, "sparsemem"));
	assert_null(strstr(summary, "sparsemem"));
	assert_non_null(strstr(summary, "aggregate"));
	assert_null(strstr(wrong, "sparsemem"));
}

static void wrong_cells(void **state)
{
	struct kho_recording *recording = add_recording(*state, "1", "m", "k");
	g_autofree char *wrong = NULL;

	add_result(recording, "16M,128M,32M", KHO_OUTCOME_SURVIVED)->outcome.remark = g_strdup("odd");
	add_result(recording, "16M,16M,32M", KHO_OUTCOME_PANICKED);
	wrong = kho_judged_wrong(judge(*state));
	assert_true(g_str_has_prefix(wrong,
				     "sparsemem FP " KERNEL "/two-even/16M,128M,32M: node 0 has 32 MiB, needs 64 MiB; "
				     "survived: so ?[2J it was; but odd\n"));
	assert_null(strstr(wrong, "16M,16M,32M: node 0"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_they_have_in_common), TEST(builds_are_mixed),	  TEST(controls),
		TEST(changes_and_disagreement), TEST(only_one_estimator), TEST(wrong_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
