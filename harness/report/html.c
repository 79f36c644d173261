// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html.h"

#include "harness/judge/repeats.h"
#include "harness/report/across.h"
#include "harness/report/comparison.h"
#include "harness/report/html_grid.h"
#include "harness/report/html_kernel.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

/* Colours repeat what the words say; each pair has a contrast of at least 4.5 in both schemes. */
static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<style>\n"
	":root { color-scheme: light dark; --line: #c8c8c8; --good: #d9f2d9; --odd: #ffe9b8; --bad: #ffd5d0; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	":root { --line: #555; --good: #1d3a1d; --odd: #4a3a0c; --bad: #55201a; }\n}\n"
	"body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5em; }\n"
	"table { border-collapse: collapse; margin: .5em 0 1.5em; }\n"
	"th, td { border: 1px solid var(--line); padding: .2em .5em; text-align: left; vertical-align: top; }\n"
	"td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
	"a { color: inherit; }\n"
	".tp, .tn { background: var(--good); }\n.fp { background: var(--odd); }\n.fn, .lost { background: var(--bad); "
	"}\n"
	"tr:target { outline: 2px solid; }\n.wide { overflow-x: auto; }\n"
	"</style>\n";

static void add_text(GString *page, const char *before, const char *text, const char *after)
{
	g_autofree char *escaped = kho_text_markup(text);

	g_string_append_printf(page, "%s%s%s", before, escaped, after);
}

static void add_cell(GString *page, const char *text)
{
	add_text(page, "<td>", text, "</td>");
}

static void add_number(GString *page, const char *text)
{
	add_text(page, "<td class=\"n\">", text, "</td>");
}

/* --- the summary --- */

static void add_fact(GString *page, const char *name, const char *text)
{
	add_text(page, "<tr><th>", name, "</th>");
	add_cell(page, text);
	g_string_append(page, "</tr>\n");
}

static void add_fact_count(GString *page, const char *name, guint count)
{
	g_autofree char *text = g_strdup_printf("%u", count);

	if (count)
		add_fact(page, name, text);
}

static void add_summary(GString *page, const struct kho_run *run)
{
	g_autofree char *duration = kho_text_duration(run->seconds);
	struct kho_tally tally;

	kho_tally_count(run, &tally);
	g_string_append(page, "<table>\n");
	add_fact(page, "started", run->started);
	add_fact(page, "took", duration);
	add_fact(page, "QEMU", run->qemu_version);
	add_fact(page, "acceleration", run->accel);
	if (run->interrupted)
		add_fact(page, "interrupted", "yes: what follows is not the whole matrix");
	add_fact_count(page, "cells", tally.cells);
	add_fact_count(page, "as expected", tally.classes[KHO_TALLY_SAME] + tally.classes[KHO_TALLY_KNOWN]);
	add_fact_count(page, "new", tally.classes[KHO_TALLY_NEW]);
	add_fact_count(page, "fixed", tally.classes[KHO_TALLY_FIXED]);
	add_fact_count(page, "not compared", tally.classes[KHO_TALLY_UNLISTED]);
	add_fact_count(page, "lost", tally.classes[KHO_TALLY_LOST]);
	add_fact_count(page, "not ended", tally.classes[KHO_TALLY_UNFINISHED]);
	add_fact_count(page, "survivors with a remark", tally.remarks);
	add_fact_count(page, "controls", tally.controls);
	add_fact_count(page, "controls that survived", tally.survivors);
	add_fact_count(page, "places disagree", tally.disagreements);
	g_string_append(page, "</table>\n");
}

/* --- kernels --- */

static void add_kernels(GString *page, const struct kho_run *run)
{
	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);

		kho_html_kernel(page, run, kernel);
		g_string_append_printf(page, "<p>Verdicts of %s:</p>\n", kho_estimator_text(KHO_ESTIMATOR_SPARSEMEM));
		kho_html_grid(page, run, kernel->name);
	}
}

/* --- tables of cells --- */

static bool is_wrong(const struct kho_result *result)
{
	for (int i = 0; result->ended && i < KHO_NR_ESTIMATORS; i++)
		if (result->estimates[i].verdict.name == KHO_VERDICT_FP ||
		    result->estimates[i].verdict.name == KHO_VERDICT_FN)
			return true;
	return false;
}

static bool is_unexpected(const struct kho_result *result)
{
	enum kho_tally_class class = kho_tally_class(result);

	return class == KHO_TALLY_NEW || class == KHO_TALLY_LOST || kho_tally_disagreement(result);
}

static bool is_any(const struct kho_result *result)
{
	return true;
}

static void add_prediction(GString *page, const struct kho_prediction *prediction)
{
	bool worst = prediction->answer == KHO_ANSWER_INSUFFICIENT;
	g_autofree char *node = g_strdup_printf("%u", prediction->node);
	g_autofree char *usable = kho_text_mib(prediction->usable_bytes);
	g_autofree char *required = kho_text_mib(prediction->required_bytes);

	add_cell(page, kho_answer_text(prediction->answer));
	add_number(page, worst ? node : "");
	add_number(page, worst ? usable : "");
	add_number(page, worst ? required : "");
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

static void add_table_head(GString *page, const struct kho_run *run, const char *title)
{
	const char *tested = kho_estimator_text(KHO_ESTIMATOR_SPARSEMEM);

	g_string_append_printf(page, "<h2>%s</h2>\n<div class=\"wide\"><table>\n<tr><th>cell</th><th>%s</th>", title,
			       tested);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (i != KHO_ESTIMATOR_SPARSEMEM && kho_compared_anywhere(run, i))
			g_string_append_printf(page, "<th>%s</th>", kho_estimator_text(i));
	g_string_append_printf(page,
			       "<th>%s&#39;s answer</th><th>node</th><th>usable</th><th>need</th><th>outcome</th>"
			       "<th>stage</th><th>reason</th><th>seconds</th><th>standing</th></tr>\n",
			       tested);
}

static void add_findings(GString *page, const struct kho_run *run, const struct kho_result *result)
{
	g_autofree char *seconds = kho_text_decimal(result->outcome.seconds, 1);

	add_verdicts(page, run, result);
	if (!result->ended) {
		g_string_append(page, "<td colspan=\"9\"></td></tr>\n");
		return;
	}
	add_prediction(page, kho_estimate_prediction(&result->estimates[KHO_ESTIMATOR_SPARSEMEM]));
	add_cell(page, kho_outcome_text(result->outcome.name));
	add_cell(page, kho_stage_text(result->outcome.stage));
	add_reason(page, result);
	add_number(page, seconds);
	add_cell(page, kho_standing_text(result->standing));
	g_string_append(page, "</tr>\n");
}

/* Ids hold what an address may not, such as '%'. Nothing was kept of a cell that never ended, nor is it in a data set.
 */
static void add_id(GString *page, const struct kho_result *result)
{
	g_autofree char *console = g_build_filename(result->directory ?: "", "console.log", NULL);
	g_autofree char *address = g_uri_escape_string(console, "/", FALSE);

	if (!result->ended || !result->directory) {
		add_cell(page, result->cell->id);
		return;
	}
	add_text(page, "<td><a href=\"", address, "\">");
	add_text(page, "", result->cell->id, "</a></td>");
}

static void add_table(GString *page, const struct kho_run *run, const char *title,
		      bool (*wanted)(const struct kho_result *result))
{
	guint count = 0;

	add_table_head(page, run, title);
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (!wanted(result))
			continue;
		/* Squares of the grid lead to the table that has every cell. */
		if (wanted == is_any)
			g_string_append_printf(page, "<tr id=\"cell-%u\">", i);
		else
			g_string_append(page, "<tr>");
		add_id(page, result);
		add_findings(page, run, result);
		count++;
	}
	if (!count)
		g_string_append_printf(page, "<tr><td colspan=\"%u\">none</td></tr>", 10 + count_compared(run));
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

static void add_controls(GString *page, const struct kho_run *run)
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

char *kho_html(const struct kho_run *run)
{
	GString *page = g_string_new(head);

	add_text(page, "<title>kho-matrix ", run->matrix, "</title>\n</head>\n<body>\n");
	add_text(page, "<h1>kho-matrix ", run->matrix, "</h1>\n");
	add_summary(page, run);
	add_kernels(page, run);
	kho_across_html(page, run);
	add_table(page, run, "New, lost or contradictory", is_unexpected);
	add_table(page, run, "False positives and false negatives", is_wrong);
	add_table(page, run, "All cells", is_any);
	add_controls(page, run);
	g_string_append(page, "</body>\n</html>\n");
	return g_string_free(page, FALSE);
}
