// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/junit.h"

#include "harness/judge/repeats.h"
#include "harness/judge/expected.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

enum state { STATE_ERROR, STATE_FAILURE, STATE_SKIPPED, STATE_PASSED, NR_STATES };

/* How a cell or a control counts. Texts are clean, but not escaped yet; NULL where it passed. */
struct judgement {
	enum state state;
	const char *type;
	char *message;
};

/* Sums for a suite or the whole file. */
struct sums {
	guint states[NR_STATES];
	guint cases;
	double seconds;
};

static struct judgement judgement(enum state state, const char *type, char *message)
{
	return (struct judgement){ .state = state, .type = type, .message = message };
}

static struct judgement judge_ended(const struct kho_result *result)
{
	const struct kho_verdict *verdict = &result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict;
	const char *disagreement = kho_tally_disagreement(result);

	if (disagreement)
		return judgement(STATE_FAILURE, "disagreement", g_strdup(disagreement));
	if (result->unlike)
		return judgement(STATE_FAILURE, "unlike", g_strdup(result->unlike));
	if (kho_repeats_disagree(result))
		return judgement(STATE_FAILURE, "flaky", kho_text_outcomes(result));
	if (kho_tally_class(result) == KHO_TALLY_NEW) {
		g_autofree char *expected = kho_text_expected(result), *seen = kho_text_seen(result);

		return judgement(STATE_FAILURE, "new", g_strdup_printf("expected: %s; seen: %s", expected, seen));
	}
	if (verdict->name == KHO_VERDICT_EXCLUDED)
		return judgement(STATE_SKIPPED, "excluded",
				 g_strdup(kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM)));
	return judgement(STATE_PASSED, NULL, NULL);
}

static struct judgement judge_control(const struct kho_result *control)
{
	if (!control->ended)
		return judgement(STATE_ERROR, "not-ended",
				 g_strdup("the run was interrupted before this control was over"));
	if (kho_tally_survived(control))
		return judgement(STATE_PASSED, NULL, NULL);
	if (kho_expected_control_is_known(control))
		return judgement(STATE_SKIPPED, NULL,
				 g_strdup_printf("%s, as expected: the cells of this machine are excluded",
						 kho_outcome_text(control->outcome.name)));
	return judgement(
		control->outcome.name == KHO_OUTCOME_LOST ? STATE_ERROR : STATE_FAILURE, "control",
		g_strdup_printf("%s: the cells of this machine are excluded", kho_outcome_text(control->outcome.name)));
}

static struct judgement judge(const struct kho_result *result)
{
	if (result->cell->control != KHO_CONTROL_NONE)
		return judge_control(result);
	switch (kho_tally_class(result)) {
	case KHO_TALLY_UNFINISHED:
		return judgement(STATE_ERROR, "not-ended",
				 g_strdup("the run was interrupted before this cell was over"));
	case KHO_TALLY_LOST:
		return judgement(STATE_ERROR, "lost", kho_text_clean(result->outcome.reason));
	case KHO_TALLY_NEW:
	case KHO_TALLY_FIXED:
	case KHO_TALLY_KNOWN:
	case KHO_TALLY_SAME:
	case KHO_TALLY_UNLISTED:
	case KHO_NR_TALLY_CLASSES:
		break;
	}
	return judge_ended(result);
}

static const char *state_element(enum state state)
{
	switch (state) {
	case STATE_ERROR:
		return "error";
	case STATE_FAILURE:
		return "failure";
	case STATE_SKIPPED:
		return "skipped";
	case STATE_PASSED:
	case NR_STATES:
		break;
	}
	return NULL;
}

static void add_judgement(GString *xml, const struct judgement *judged, const struct kho_result *result)
{
	g_autofree char *message = kho_text_markup(judged->message);
	g_autofree char *reason = kho_text_markup(result->ended ? result->outcome.reason : NULL);

	if (judged->state == STATE_PASSED)
		return;
	/* Only these two have a type and a body; what a schema knows of "skipped" is a message. */
	if (judged->state == STATE_SKIPPED)
		g_string_append_printf(xml, "      <skipped message=\"%s%s%s\"/>\n", message, *reason ? ": " : "",
				       reason);
	else
		g_string_append_printf(xml, "      <%s type=\"%s\" message=\"%s\">%s</%s>\n",
				       state_element(judged->state), judged->type, message, reason,
				       state_element(judged->state));
}

static void add_line(GString *xml, const char *what, const char *text)
{
	g_autofree char *escaped = kho_text_markup(text);

	if (*escaped)
		g_string_append_printf(xml, "%s: %s\n", what, escaped);
}

static void add_output(GString *xml, const struct kho_result *result)
{
	g_autofree char *outcomes = kho_text_outcomes(result);

	if (!result->ended)
		return;
	g_string_append(xml, "      <system-out>");
	for (int i = 0; i < KHO_NR_ESTIMATORS && result->cell->control == KHO_CONTROL_NONE; i++) {
		g_autofree char *prediction = kho_text_prediction(kho_estimate_prediction(&result->estimates[i]));

		if (i != KHO_ESTIMATOR_SPARSEMEM &&
		    kho_estimate_prediction(&result->estimates[i])->answer == KHO_ANSWER_ABSENT)
			continue;
		add_line(xml, kho_estimator_text(i), prediction);
		add_line(xml, "verdict", kho_text_verdict(result, i));
		add_line(xml, "disagreement", result->estimates[i].disagreement);
	}
	add_line(xml, "repeats", outcomes);
	add_line(xml, "outcome", kho_outcome_text(result->outcome.name));
	add_line(xml, "stage", kho_stage_text(result->outcome.stage));
	add_line(xml, "reason", result->outcome.reason);
	add_line(xml, "remark", kho_tally_remark(result));
	for (guint i = 0; i < result->warnings->len; i++)
		add_line(xml, "kernel", g_ptr_array_index(result->warnings, i));
	add_line(xml, "evidence", result->directory);
	g_string_append(xml, "</system-out>\n");
}

static void add_case(GString *xml, const struct kho_result *result, struct sums *sums)
{
	g_autofree char *id = kho_text_markup(result->cell->id);
	g_autofree char *kernel = kho_text_markup(result->cell->kernel);
	double taken = result->ended ? result->outcome.seconds : 0;
	g_autofree char *seconds = kho_text_decimal(taken, 3);
	struct judgement judged = judge(result);

	g_string_append_printf(xml, "    <testcase classname=\"%s\" name=\"%s\" time=\"%s\">\n", kernel, id, seconds);
	add_judgement(xml, &judged, result);
	add_output(xml, result);
	g_string_append(xml, "    </testcase>\n");
	sums->states[judged.state]++;
	sums->cases++;
	sums->seconds += taken;
	g_free(judged.message);
}

static void add_cases(GString *xml, const GPtrArray *results, const char *kernel, struct sums *sums)
{
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (g_str_equal(result->cell->kernel, kernel))
			add_case(xml, result, sums);
	}
}

static void add_counts(GString *xml, const struct sums *sums, double seconds)
{
	g_autofree char *time = kho_text_decimal(seconds, 3);

	g_string_append_printf(xml, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%s\"",
			       sums->cases, sums->states[STATE_FAILURE], sums->states[STATE_ERROR],
			       sums->states[STATE_SKIPPED], time);
}

static void add_property(GString *xml, const char *name, const char *value)
{
	g_autofree char *escaped = kho_text_markup(value);

	g_string_append_printf(xml, "      <property name=\"%s\" value=\"%s\"/>\n", name, escaped);
}

static void add_properties(GString *xml, const struct kho_run *run)
{
	g_string_append(xml, "    <properties>\n");
	add_property(xml, "matrix", run->matrix);
	add_property(xml, "accel", run->accel);
	add_property(xml, "qemu", run->qemu_version);
	add_property(xml, "interrupted", run->interrupted ? "yes" : "no");
	g_string_append(xml, "    </properties>\n");
}

static void add_suite(GString *xml, const struct kho_run *run, const char *kernel, struct sums *all)
{
	g_autoptr(GString) cases = g_string_new(NULL);
	g_autofree char *name = kho_text_markup(kernel);
	g_autofree char *started = kho_text_markup(run->started);
	struct sums sums = { 0 };

	add_cases(cases, run->controls, kernel, &sums);
	add_cases(cases, run->results, kernel, &sums);
	g_string_append_printf(xml, "  <testsuite name=\"%s\" timestamp=\"%s\"", name, started);
	add_counts(xml, &sums, sums.seconds);
	g_string_append(xml, ">\n");
	add_properties(xml, run);
	g_string_append_len(xml, cases->str, cases->len);
	g_string_append(xml, "  </testsuite>\n");
	for (int i = 0; i < NR_STATES; i++)
		all->states[i] += sums.states[i];
	all->cases += sums.cases;
}

char *kho_junit(const struct kho_run *run)
{
	g_autoptr(GPtrArray) kernels = kho_tally_kernels(run);
	g_autoptr(GString) suites = g_string_new(NULL);
	GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	g_autofree char *matrix = kho_text_markup(run->matrix);
	struct sums all = { 0 };

	for (guint i = 0; i < kernels->len; i++)
		add_suite(suites, run, g_ptr_array_index(kernels, i), &all);
	g_string_append_printf(xml, "<testsuites name=\"kho-matrix %s\"", matrix);
	add_counts(xml, &all, run->seconds);
	g_string_append(xml, ">\n");
	g_string_append_len(xml, suites->str, suites->len);
	g_string_append(xml, "</testsuites>\n");
	return g_string_free(xml, FALSE);
}
