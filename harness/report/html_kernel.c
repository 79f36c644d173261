// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_kernel.h"

#include "harness/judge/judge.h"
#include "harness/report/comparison.h"
#include "harness/report/text.h"

static void add_scores(GString *page, const struct kho_confusion *confusion)
{
	struct kho_share precision = kho_precision(confusion), recall = kho_recall(confusion);
	g_autofree char *precise = kho_share_text(&precision), *recalled = kho_share_text(&recall);

	g_string_append_printf(page,
			       "<td class=\"n tp\">%u</td><td class=\"n fp\">%u</td><td class=\"n fn\">%u</td>"
			       "<td class=\"n tn\">%u</td><td class=\"n\">%u</td><td class=\"n\">%s</td>"
			       "<td class=\"n\">%s</td>",
			       confusion->tp, confusion->fp, confusion->fn, confusion->tn,
			       confusion->excluded ? kho_confusion_excluded(confusion) : 0, precise, recalled);
}

static void add_silent(GString *page, const struct kho_run *run, const struct kho_run_kernel *kernel,
		       enum kho_estimator estimator)
{
	g_autofree char *note = kho_text_markup(kho_silence(run, kernel, estimator));

	g_string_append_printf(page, "<td colspan=\"7\">no prediction%s%s</td>", *note ? ": " : "", note);
}

static void add_exclusions(GString *page, const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	g_autoptr(GPtrArray) lines = kho_exclusion_lines(run, kernel);

	for (guint i = 0; i < lines->len; i++) {
		g_autofree char *line = kho_text_markup(g_ptr_array_index(lines, i));

		g_string_append_printf(page, "<p>Excluded: %s</p>\n", line);
	}
}

void kho_html_kernel(GString *page, const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	g_autofree char *name = kho_text_markup(kernel->name);
	g_autofree char *release = kho_text_markup(kernel->release);

	g_string_append_printf(page, "<h2>%s <small>%s</small></h2>\n", name, release);
	g_string_append(page, "<table>\n<tr><th>estimator</th><th>TP</th><th>FP</th><th>FN</th><th>TN</th>"
			      "<th>excluded</th><th>precision, and its 95% interval</th>"
			      "<th>recall, and its 95% interval</th></tr>\n");
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (run->hidden[i])
			continue;
		g_string_append_printf(page, "<tr><th>%s</th>", kho_estimator_text(i));
		if (kho_compared(run, kernel, i))
			add_scores(page, &kernel->confusion[i]);
		else
			add_silent(page, run, kernel, i);
		g_string_append(page, "</tr>\n");
	}
	g_string_append(page, "</table>\n");
	add_exclusions(page, run, kernel);
}
