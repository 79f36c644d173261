// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/junit.h"

#include "harness/report/case.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

/* Sums for a suite or the whole file. */
struct sums {
	guint states[KHO_NR_CASE_STATES];
	guint cases;
	double seconds;
};

static const char *state_element(enum kho_case_state state)
{
	switch (state) {
	case KHO_CASE_ERROR:
		return "error";
	case KHO_CASE_FAILURE:
		return "failure";
	case KHO_CASE_SKIPPED:
		return "skipped";
	case KHO_CASE_PASSED:
	case KHO_NR_CASE_STATES:
		break;
	}
	return NULL;
}

static void add_judgement(GString *xml, const struct kho_case *judged, const struct kho_result *result)
{
	g_autofree char *message = kho_text_markup(judged->message);
	g_autofree char *reason = kho_text_markup(result->ended ? result->outcome.reason : NULL);

	if (judged->state == KHO_CASE_PASSED)
		return;
	/* Only these two have a type and a body; what a schema knows of "skipped" is a message. */
	if (judged->state == KHO_CASE_SKIPPED)
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
	struct kho_case judged = kho_case_of(result);

	g_string_append_printf(xml, "    <testcase classname=\"%s\" name=\"%s\" time=\"%s\">\n", kernel, id, seconds);
	add_judgement(xml, &judged, result);
	add_output(xml, result);
	g_string_append(xml, "    </testcase>\n");
	sums->states[judged.state]++;
	sums->cases++;
	sums->seconds += taken;
	kho_case_clear(&judged);
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

	g_string_append_printf(xml, " tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%s\"", sums->cases,
			       sums->states[KHO_CASE_FAILURE], sums->states[KHO_CASE_ERROR], time);
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
	/* Jenkins' schema knows this of a suite alone. */
	g_string_append_printf(xml, " skipped=\"%u\">\n", sums.states[KHO_CASE_SKIPPED]);
	add_properties(xml, run);
	g_string_append_len(xml, cases->str, cases->len);
	g_string_append(xml, "  </testsuite>\n");
	for (int i = 0; i < KHO_NR_CASE_STATES; i++)
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
