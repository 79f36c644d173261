// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_table.h"

#include "harness/judge/repeats.h"
#include "harness/report/comparison.h"
#include "harness/report/html_cell.h"
#include "harness/report/html_grid.h"
#include "harness/report/html_text.h"
#include "harness/report/tally.h"

static void add_cell(GString *page, const char *text)
{
	add_text(page, "<td>", text, "</td>");
}

static void add_number(GString *page, const char *text)
{
	add_text(page, "<td class=\"n\">", text, "</td>");
}

/* Begins a field: the reason of the outcome, and what is wrong with it all the same. */
static void add_outcome(GString *page, const struct kho_result *result)
{
	add_text(page, "<td>", result->ended ? result->outcome.reason : "", "");
	if (kho_tally_remark(result))
		add_text(page, "<br>but ", kho_tally_remark(result), "");
}

/* What other estimators than the one under test said that were wrong. */
static void add_wrong_predictions(GString *page, const struct kho_result *result)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_estimate *estimate = &result->estimates[i];
		g_autofree char *prediction = kho_text_prediction(kho_estimate_prediction(estimate));

		if (i == KHO_ESTIMATOR_SPARSEMEM ||
		    (estimate->verdict.name != KHO_VERDICT_FP && estimate->verdict.name != KHO_VERDICT_FN))
			continue;
		g_string_append_printf(page, "<br>%s: ", kho_estimator_text(i));
		add_text(page, "", prediction, "");
	}
}

/* The reason, and what else there is to say of a cell. */
static void add_reason(GString *page, const struct kho_result *result)
{
	const char *disagreement = kho_tally_disagreement(result);
	g_autofree char *outcomes = kho_text_outcomes(result);

	add_outcome(page, result);
	add_wrong_predictions(page, result);
	if (result->unlike)
		add_text(page, "<br>not the machine that was described: ", result->unlike, "");
	if (kho_repeats_disagree(result))
		add_text(page, "<br>repeats disagree: ", outcomes, "");
	if (disagreement)
		add_text(page, "<br>places disagree: ", disagreement, "");
	if (kho_tally_class(result) == KHO_TALLY_NEW) {
		g_autofree char *expected = kho_text_expected(result), *seen = kho_text_seen(result);

		add_text(page, "<br>expected: ", expected, "");
		add_text(page, "; seen: ", seen, "");
	}
	g_string_append(page, "</td>");
}

/* Of the one under test in full; of the others only what is one: why a cell is excluded, it is for all. */
static void add_verdicts(GString *page, const struct kho_run *run, const struct kho_result *result)
{
	g_string_append_printf(page, "<td class=\"%s\">", kho_html_class(result, KHO_ESTIMATOR_SPARSEMEM));
	add_text(page, "", kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM), "</td>");
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_verdict *verdict = &result->estimates[i].verdict;
		bool judged = result->ended && verdict->name != KHO_VERDICT_EXCLUDED;

		if (i == KHO_ESTIMATOR_SPARSEMEM || !kho_compared_anywhere(run, i))
			continue;
		g_string_append_printf(page, "<td class=\"%s\">%s</td>",
				       judged ? kho_html_class(result, i) : "excluded",
				       judged ? kho_verdict_text(verdict->name) : "-");
	}
}

static guint count_compared(const struct kho_run *run)
{
	guint count = 1;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		count += i != KHO_ESTIMATOR_SPARSEMEM && kho_compared_anywhere(run, i);
	return count;
}

static void add_table_head(GString *page, const struct kho_run *run)
{
	const char *tested = kho_estimator_text(KHO_ESTIMATOR_SPARSEMEM);

	g_string_append_printf(page, "<div class=\"wide\"><table>\n<tr><th>cell</th><th>%s</th>", tested);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (i != KHO_ESTIMATOR_SPARSEMEM && kho_compared_anywhere(run, i))
			g_string_append_printf(page, "<th>%s</th>", kho_estimator_text(i));
	g_string_append_printf(
		page, "<th>%s said</th><th>outcome</th><th class=\"long\">reason</th><th>standing</th></tr>\n", tested);
}

static void add_findings(GString *page, const struct kho_run *run, const struct kho_result *result)
{
	g_autofree char *prediction =
		kho_text_prediction(kho_estimate_prediction(&result->estimates[KHO_ESTIMATOR_SPARSEMEM]));

	add_verdicts(page, run, result);
	if (!result->ended) {
		g_string_append(page, "<td colspan=\"4\"></td></tr>\n");
		return;
	}
	add_cell(page, prediction);
	add_cell(page, kho_outcome_text(result->outcome.name));
	add_reason(page, result);
	add_cell(page, kho_standing_text(result->standing));
	g_string_append(page, "</tr>\n");
}

static void add_id(GString *page, const struct kho_result *result)
{
	g_autofree char *address = kho_html_cell_address(result);

	add_text(page, "<td class=\"id\"><a href=\"", address, "\">");
	add_text(page, "", result->cell->id, "</a></td>");
}

static void add_table(GString *page, const struct kho_run *run, bool (*wanted)(const struct kho_result *result))
{
	guint count = 0;

	add_table_head(page, run);
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (!wanted(result))
			continue;
		g_string_append(page, "<tr>");
		add_id(page, result);
		add_findings(page, run, result);
		count++;
	}
	if (!count)
		g_string_append_printf(page, "<tr><td colspan=\"%u\">none</td></tr>", 5 + count_compared(run));
	g_string_append(page, "</table></div>\n");
}

static void add_control(GString *page, const struct kho_result *control)
{
	g_autofree char *seconds = kho_text_decimal(control->outcome.seconds, 1);

	g_string_append(page, "<tr>");
	add_id(page, control);
	g_string_append_printf(page, "<td class=\"%s\">", kho_tally_survived(control) ? "tn" : "fn");
	add_text(page, "", control->ended ? kho_outcome_text(control->outcome.name) : "not ended", "</td>");
	add_outcome(page, control);
	g_string_append(page, "</td>");
	add_number(page, control->ended ? seconds : "");
	g_string_append(page, "</tr>\n");
}

void kho_html_unexpected(GString *page, const struct kho_run *run)
{
	for (guint i = 0; i < run->results->len; i++)
		if (kho_tally_surprises(g_ptr_array_index(run->results, i))) {
			g_string_append(page, "<h2>New, lost or contradictory</h2>\n");
			add_table(page, run, kho_tally_surprises);
			return;
		}
}

void kho_html_wrong(GString *page, const struct kho_run *run)
{
	guint count = 0;

	for (guint i = 0; i < run->results->len; i++)
		count += kho_tally_wrong(g_ptr_array_index(run->results, i));
	g_string_append_printf(page,
			       "<h2>False positives and false negatives</h2>\n<details><summary>%u cells about which "
			       "an estimator is wrong</summary>\n",
			       count);
	add_table(page, run, kho_tally_wrong);
	g_string_append(page, "</details>\n");
}

void kho_html_controls(GString *page, const struct kho_run *run)
{
	if (!run->controls->len)
		return;
	g_string_append(page,
			"<h2>Controls</h2>\n<p>Each machine without KHO, and with ample scratch: where one does not "
			"survive, its cells tell nothing of an estimator.</p>\n<div class=\"wide\"><table>\n"
			"<tr><th>control</th><th>outcome</th><th>reason</th><th>seconds</th></tr>\n");
	for (guint i = 0; i < run->controls->len; i++)
		add_control(page, g_ptr_array_index(run->controls, i));
	g_string_append(page, "</table></div>\n");
}
