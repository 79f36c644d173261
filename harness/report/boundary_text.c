// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/boundary_report.h"

#include "harness/report/text.h"

#define MIB ((double)(1 << 20))

/* --- rows --- */

static char *outcomes_text(const struct kho_boundary_row *row)
{
	GString *text = g_string_new(NULL);

	for (int i = KHO_NR_OUTCOMES - 1; i >= 0; i--) {
		if (!row->outcomes[i])
			continue;
		g_string_append_printf(text, "%s%s", text->len ? ", " : "", kho_outcome_text(i));
		if (row->outcomes[i] > 1)
			g_string_append_printf(text, " %u", row->outcomes[i]);
	}
	return g_string_free(text, FALSE);
}

static const char *mark_of(const struct kho_boundary_report *report, uint64_t value)
{
	const struct kho_boundary_edge *first = &report->result.first, *last = &report->result.last;

	if (last->have_at && value == last->at)
		return report->result.monotonic ? "  <- the smallest that survives" : "  <- all survive from here on";
	if (first->have_at && value == first->at)
		return "  <- the lowest survivor";
	return "";
}

static void add_rows(GString *text, const struct kho_boundary_report *report)
{
	for (guint i = 0; i < report->rows->len; i++) {
		const struct kho_boundary_row *row = &g_array_index(report->rows, struct kho_boundary_row, i);
		g_autofree char *value = kho_axis_value_text(report->axis, row->value);
		g_autofree char *outcomes = outcomes_text(row);
		g_autofree char *reason = kho_text_clean(row->reason);

		g_string_append_printf(text, "  %8s  %s%s%s%s\n", value, outcomes, *reason ? ": " : "", reason,
				       mark_of(report, row->value));
	}
}

/* --- what it comes to --- */

static void add_edge(GString *text, const struct kho_boundary_report *report, const char *what,
		     const struct kho_boundary_edge *edge)
{
	g_autofree char *at = kho_axis_value_text(report->axis, edge->at);
	g_autofree char *below = kho_axis_value_text(report->axis, edge->below);

	g_string_append_printf(text, "%s: %s", what, at);
	if (edge->have_below)
		g_string_append_printf(text, "; %s does not survive", below);
	if (!kho_boundary_edge_is_tight(report, edge))
		g_string_append_printf(text, " (what lies %s %s)", edge->have_below ? "between" : "below",
				       report->finished ? "showed nothing" : "was not tried");
	else if (!edge->have_below)
		g_string_append(text, ", the least that may be asked for");
	g_string_append_c(text, '\n');
}

static void add_ends(GString *text, const struct kho_boundary_report *report)
{
	const struct kho_boundary_result *result = &report->result;
	g_autofree char *rejected = kho_axis_value_text(report->axis, result->rejected);
	g_autofree char *disabled = kho_axis_value_text(report->axis, result->disabled);

	if (result->have_rejected)
		g_string_append_printf(text, "Up to %s nothing can be loaded, so nothing can be said\n", rejected);
	if (result->have_disabled)
		g_string_append_printf(text, "From %s on KHO turns itself off: that much cannot be set aside\n",
				       disabled);
}

static void add_result(GString *text, const struct kho_boundary_report *report)
{
	const struct kho_boundary_result *result = &report->result;
	g_autofree char *below = kho_axis_value_text(report->axis, result->last.below);

	if (!result->monotonic) {
		g_string_append(text,
				"Survival is not monotonic: some of what lies above a survivor does not survive\n");
		add_edge(text, report, "The lowest survivor", &result->first);
	}
	if (result->last.have_at)
		add_edge(text, report,
			 result->monotonic ? "The smallest that survives"
					   : "The smallest above which all that was tried survives",
			 &result->last);
	else if (result->monotonic)
		g_string_append(text, "Nothing that was tried survives\n");
	else
		g_string_append_printf(text, "Nothing that was tried above %s survives\n", below);
	if (!result->agree)
		g_string_append(text, "Repeats disagree: the same value did different things, see above; it counts as "
				      "one that does not survive\n");
	add_ends(text, report);
}

/* --- estimators --- */

static char *error_text(const struct kho_boundary_report *report, const struct kho_opinion *opinion)
{
	struct kho_boundary_error error = kho_boundary_error_of(report, opinion);
	g_autofree char *mib = kho_text_decimal(ABS(error.bytes) / MIB, 0);
	g_autofree char *times = kho_text_decimal(error.ratio, 2);
	g_autofree char *size = error.have_bytes ? g_strdup_printf("%s MiB ", mib) : g_strdup("");

	if (!error.have_ratio)
		return g_strdup("");
	if (opinion->result.last.at == report->result.last.at)
		return g_strdup("right");
	return g_strdup_printf("%stoo %s (%s times)", size, error.ratio > 1 ? "much" : "little", times);
}

static char *opinion_text(const struct kho_boundary_report *report, const struct kho_opinion *opinion)
{
	g_autofree char *value = kho_axis_value_text(report->axis, opinion->result.last.at);
	g_autofree char *error = error_text(report, opinion), *note = kho_text_clean(opinion->note);

	if (!opinion->have)
		return g_strdup_printf("no opinion: %s", note);
	if (!opinion->result.last.have_at)
		return g_strdup("warns of everything");
	return g_strdup_printf("%8s%s%s%s", value, *error ? "  " : "", error,
			       opinion->result.monotonic ? "" : " (not monotonic)");
}

static void add_opinions(GString *text, const struct kho_boundary_report *report)
{
	g_autofree char *known = kho_text_clean(report->known);

	g_string_append_printf(text, "What the estimators think it is; modelled%s%s\n", *known ? ", from " : "", known);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		g_autofree char *opinion = opinion_text(report, &report->opinions[i]);

		g_string_append_printf(text, "  %-9s %s\n", kho_estimator_text(i), opinion);
	}
}

/* --- all of it --- */

char *kho_boundary_text(const struct kho_boundary_report *report)
{
	const struct kho_axis *axis = report->axis;
	g_autofree char *step = kho_axis_value_text(axis, 1);
	g_autofree char *duration = kho_text_duration(report->seconds);
	g_autofree char *directory = kho_text_clean(report->directory);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s on %s, kho_scratch=%s: %s, in steps of %s\n", report->cell->kernel,
			       report->cell->topology->name, axis->text, kho_axis_kind_text(axis->kind), step);
	add_rows(text, report);
	add_result(text, report);
	add_opinions(text, report);
	g_string_append_printf(text, "%s%u boots in %s; results in %s\n",
			       report->finished ? "" : "Not finished: ", report->result.tries, duration, directory);
	return g_string_free(text, FALSE);
}
