// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal_kernel.h"

#include "harness/judge/judge.h"
#include "harness/report/comparison.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

#define MOST_WRONG 20 /* cells in a list: who wants more opens the report */

/* --- the table --- */

static void add_scores(GString *text, const struct kho_confusion *confusion, enum kho_estimator estimator)
{
	struct kho_share precision = kho_precision(confusion), recall = kho_recall(confusion);
	g_autofree char *precise = kho_share_text(&precision), *recalled = kho_share_text(&recall);
	guint excluded = confusion->excluded ? kho_confusion_excluded(confusion) : 0;

	g_string_append_printf(text, "  %-9s  %4u  %4u  %4u  %4u  %8u  %-21s  %s\n", kho_estimator_text(estimator),
			       confusion->tp, confusion->fp, confusion->fn, confusion->tn, excluded, precise, recalled);
}

static void add_silent(GString *text, const struct kho_run *run, const struct kho_run_kernel *kernel,
		       enum kho_estimator estimator)
{
	g_autofree char *note = kho_text_clean(kho_silence(run, kernel, estimator));

	g_string_append_printf(text, "  %-9s  no prediction%s%s\n", kho_estimator_text(estimator), *note ? ": " : "",
			       note);
}

static void add_table(GString *text, const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	g_autoptr(GPtrArray) exclusions = kho_exclusion_lines(run, kernel);

	g_string_append_printf(text, "  %-9s  %4s  %4s  %4s  %4s  %8s  %-21s  %s\n", "estimator", "TP", "FP", "FN",
			       "TN", "excluded", "precision [95%]", "recall [95%]");
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (kho_compared(run, kernel, i))
			add_scores(text, &kernel->confusion[i], i);
		else if (!run->hidden[i])
			add_silent(text, run, kernel, i);
	}
	for (guint i = 0; i < exclusions->len; i++)
		g_string_append_printf(text, "  excluded   %s\n", (const char *)g_ptr_array_index(exclusions, i));
}

/* --- cells that they were wrong about --- */

static void add_wrong_cell(GString *text, const struct kho_result *result, const char *predictions)
{
	bool failed = kho_outcome_failed(result->outcome.name);
	g_autofree char *reason = kho_text_clean(failed ? result->outcome.reason : NULL);
	g_autofree char *remark = kho_text_clean(kho_tally_remark(result));
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(text, "    %s: %s; %s%s%s%s%s\n", id, predictions,
			       kho_outcome_text(result->outcome.name), *reason ? ": " : "", reason,
			       *remark ? ", but " : "", remark);
}

static void add_wrong(GString *text, const struct kho_run *run, const struct kho_run_kernel *kernel,
		      enum kho_verdict_name verdict, const char *heading)
{
	g_autofree char *counts = kho_verdicts_by_estimator(run, kernel, verdict);
	guint count = 0;

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *predictions =
			kho_is_of_kernel(result, kernel->name) ? kho_predictions_with(run, result, verdict) : NULL;

		if (!predictions)
			continue;
		if (!count++)
			g_string_append_printf(text, "  %s: %s\n", heading, counts ?: "not counted");
		if (count <= MOST_WRONG)
			add_wrong_cell(text, result, predictions);
	}
	if (count > MOST_WRONG)
		g_string_append_printf(
			text,
			"    ... and %u more cells: report.html has them all, and so has kho-runner judge --wrong\n",
			count - MOST_WRONG);
}

void kho_terminal_kernel(GString *text, const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	g_autofree char *release = kho_text_clean(kernel->release);

	g_string_append_printf(text, "%s%s%s%s\n", kernel->name, *release ? " (" : "", release, *release ? ")" : "");
	add_table(text, run, kernel);
	add_wrong(text, run, kernel, KHO_VERDICT_FP, "False positives (warned, survived)");
	add_wrong(text, run, kernel, KHO_VERDICT_FN, "False negatives (silent, failed)");
	g_string_append_c(text, '\n');
}
