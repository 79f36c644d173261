// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal_summary.h"

#include "harness/judge/expected.h"
#include "harness/judge/repeats.h"
#include "harness/report/across.h"
#include "harness/report/colour.h"
#include "harness/report/tally.h"
#include "harness/report/terminal_kernel.h"
#include "harness/report/text.h"

/* --- why they died --- */

/* How many cells died for the same reason as @result; 0: it did not die, or an earlier one has counted it. */
static guint deaths_like(const struct kho_run *run, guint index)
{
	const struct kho_result *result = g_ptr_array_index(run->results, index);
	guint count = 0;

	if (!result->ended || !kho_outcome_failed(result->outcome.name))
		return 0;
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *other = g_ptr_array_index(run->results, i);

		if (!other->ended || other->outcome.name != result->outcome.name ||
		    g_strcmp0(other->outcome.reason, result->outcome.reason) != 0)
			continue;
		if (i < index)
			return 0;
		count++;
	}
	return count;
}

static void add_deaths(GString *text, const struct kho_run *run)
{
	bool heading = false;

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *reason = kho_text_clean(result->outcome.reason);
		guint count = deaths_like(run, i);

		if (!count)
			continue;
		if (!heading)
			g_string_append(text, result->directory ? "Deaths; the autopsy of each is in its directory\n"
								: "Deaths\n");
		heading = true;
		g_string_append_printf(text, "  %3u %s: %s\n", count, kho_outcome_text(result->outcome.name), reason);
	}
	if (heading)
		g_string_append_c(text, '\n');
}

/* --- beside what was expected --- */

static void add_change(GString *text, const struct kho_result *result)
{
	g_autofree char *expected = kho_text_expected(result), *seen = kho_text_seen(result);
	g_autofree char *reason = kho_text_clean(result->outcome.reason);
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(text, "  %s: %s -> %s%s%s\n", id, expected, seen, *reason ? ": " : "", reason);
}

static void add_reason(GString *text, const struct kho_result *result)
{
	g_autofree char *reason = kho_text_clean(result->outcome.reason);
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(text, "  %s: %s\n", id, reason);
}

static void add_id(GString *text, const struct kho_result *result)
{
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(text, "  %s\n", id);
}

/* A heading, and below it the cells of a class. */
struct section {
	enum kho_tally_class class;
	const char *heading;
	const char *colour;
	void (*add)(GString *text, const struct kho_result *result);
};

static const struct section sections[] = {
	{ KHO_TALLY_NEW, "New, not as in expected/", KHO_RED, add_change },
	{ KHO_TALLY_FIXED, "Fixed, so that expected/ can be renewed", KHO_GREEN, add_change },
	{ KHO_TALLY_LOST, "Lost, so that they show nothing", KHO_RED, add_reason },
	{ KHO_TALLY_UNFINISHED, "Not ended", KHO_RED, add_id },
};

static void add_heading(GString *text, const char *heading, guint count, const char *colour)
{
	g_string_append_printf(text, "%s%s: %u%s\n", colour ?: "", heading, count, colour ? KHO_PLAIN : "");
}

static void add_section(GString *text, const struct kho_run *run, const struct kho_tally *tally,
			const struct section *section, bool colour)
{
	if (!tally->classes[section->class])
		return;
	add_heading(text, section->heading, tally->classes[section->class], colour ? section->colour : NULL);
	for (guint i = 0; i < run->results->len; i++)
		if (kho_tally_class(g_ptr_array_index(run->results, i)) == section->class)
			section->add(text, g_ptr_array_index(run->results, i));
}

static void add_disagreements(GString *text, const struct kho_run *run, const struct kho_tally *tally, bool colour)
{
	if (!tally->disagreements)
		return;
	add_heading(text, "Places of an estimator disagree", tally->disagreements, colour ? KHO_RED : NULL);
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		const char *disagreement = kho_tally_disagreement(result);
		g_autofree char *clean = kho_text_clean(disagreement);
		g_autofree char *id = kho_text_clean(result->cell->id);

		if (disagreement)
			g_string_append_printf(text, "  %s: %s\n", id, clean);
	}
}

static void add_flaky(GString *text, const struct kho_run *run, const struct kho_tally *tally, bool colour)
{
	if (!tally->flaky)
		return;
	add_heading(text, "Repeats disagree, so that the cell is excluded", tally->flaky, colour ? KHO_RED : NULL);
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *id = kho_text_clean(result->cell->id), *outcomes = kho_text_outcomes(result);

		if (kho_tally_flaky(run, result))
			g_string_append_printf(text, "  %s: %s%s\n", id, outcomes,
					       kho_repeats_disagree(result) ? "" : ", but not from the same layout");
	}
}

static void add_unlike(GString *text, const struct kho_run *run, const struct kho_tally *tally, bool colour)
{
	if (!tally->unlike)
		return;
	add_heading(text, "Not the machine that its topology describes, so that the cell is excluded", tally->unlike,
		    colour ? KHO_RED : NULL);
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		g_autofree char *id = kho_text_clean(result->cell->id), *clean = kho_text_clean(result->unlike);

		if (result->unlike)
			g_string_append_printf(text, "  %s: %s\n", id, clean);
	}
}

static bool did_not_survive(const struct kho_result *control)
{
	return control->ended && !kho_tally_survived(control);
}

static void add_controls(GString *text, const struct kho_run *run, bool colour)
{
	guint count = 0;

	for (guint i = 0; i < run->controls->len; i++)
		count += did_not_survive(g_ptr_array_index(run->controls, i));
	if (!count)
		return;
	add_heading(text, "Controls that did not survive, so that the cells of their machines are excluded", count,
		    colour ? KHO_RED : NULL);
	for (guint i = 0; i < run->controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(run->controls, i);
		g_autofree char *reason = kho_text_clean(control->outcome.reason);
		g_autofree char *id = kho_text_clean(control->cell->id);

		if (did_not_survive(control))
			g_string_append_printf(text, "  %s: %s%s: %s\n", id, kho_outcome_text(control->outcome.name),
					       kho_expected_control_is_known(control) ? ", as expected" : "", reason);
	}
}

static void add_counts(GString *text, const struct kho_tally *tally)
{
	if (tally->classes[KHO_TALLY_KNOWN])
		g_string_append_printf(text, "Known false positives and negatives, still there: %u\n",
				       tally->classes[KHO_TALLY_KNOWN]);
	if (tally->classes[KHO_TALLY_UNLISTED])
		g_string_append_printf(text, "Not compared, as expected/ has no file for their kernel: %u\n",
				       tally->classes[KHO_TALLY_UNLISTED]);
	if (tally->remarks)
		g_string_append_printf(text, "Survivors with a remark: %u\n", tally->remarks);
}

static void add_last_line(GString *text, const struct kho_run *run, const struct kho_tally *tally)
{
	g_autofree char *sentence = kho_tally_text(run, tally), *directory = kho_text_clean(run->directory);

	g_string_append_printf(text, "%s; results in %s\n", sentence, directory);
}

char *kho_terminal_summary(const struct kho_run *run, bool colour)
{
	GString *text = g_string_new(NULL);
	struct kho_tally tally;

	kho_tally_count(run, &tally);
	for (guint i = 0; i < run->kernels->len; i++)
		kho_terminal_kernel(text, run, g_ptr_array_index(run->kernels, i));
	kho_across_text(text, run);
	add_deaths(text, run);
	add_controls(text, run, colour);
	for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
		add_section(text, run, &tally, &sections[i], colour);
	add_disagreements(text, run, &tally, colour);
	add_flaky(text, run, &tally, colour);
	add_unlike(text, run, &tally, colour);
	add_counts(text, &tally);
	add_last_line(text, run, &tally);
	return g_string_free(text, FALSE);
}
