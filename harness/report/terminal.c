// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal.h"

#include "harness/report/colour.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

/* --- colours: of words that are already padded, and that say the same without --- */

static const char *verdict_colour(const struct kho_result *result)
{
	if (kho_tally_class(result) == KHO_TALLY_LOST || kho_tally_class(result) == KHO_TALLY_UNFINISHED)
		return KHO_RED;
	switch (result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name) {
	case KHO_VERDICT_TP:
	case KHO_VERDICT_TN:
		return KHO_GREEN;
	case KHO_VERDICT_FP:
		return KHO_YELLOW;
	case KHO_VERDICT_FN:
		return KHO_RED;
	case KHO_VERDICT_EXCLUDED:
	case KHO_NR_VERDICTS:
		break;
	}
	return NULL;
}

static void add_coloured(GString *line, const char *text, const char *colour)
{
	g_string_append_printf(line, "%s%s%s", colour ?: "", text, colour ? KHO_PLAIN : "");
}

/* --- a cell's line --- */

static char *expected_and_seen(const struct kho_result *result)
{
	g_autofree char *expected = kho_text_expected(result), *seen = kho_text_seen(result);

	return g_strdup_printf("%s -> %s", expected, seen);
}

/* What stands out of a cell, behind its id; "" if nothing does. */
static char *remark(const struct kho_result *result)
{
	g_autofree char *reason = kho_text_clean(result->outcome.reason);
	g_autofree char *change = NULL;

	switch (kho_tally_class(result)) {
	case KHO_TALLY_UNFINISHED:
		return g_strdup("not ended");
	case KHO_TALLY_LOST:
		return g_steal_pointer(&reason);
	case KHO_TALLY_NEW:
		change = expected_and_seen(result);
		return g_strdup_printf("NEW: %s", change);
	case KHO_TALLY_FIXED:
		return g_strdup("fixed");
	case KHO_TALLY_KNOWN:
		return g_strdup("known");
	case KHO_TALLY_SAME:
	case KHO_TALLY_UNLISTED:
	case KHO_NR_TALLY_CLASSES:
		break;
	}
	return g_strdup("");
}

static void add_remarks(GString *line, const struct kho_result *result, bool colour)
{
	const char *disagreement = kho_tally_disagreement(result);
	enum kho_tally_class class = kho_tally_class(result);
	g_autofree char *text = remark(result);
	bool bad = class == KHO_TALLY_NEW || class == KHO_TALLY_LOST;

	if (*text) {
		g_string_append(line, "  ");
		add_coloured(line, text, !colour ? NULL : bad ? KHO_RED : class == KHO_TALLY_FIXED ? KHO_GREEN : NULL);
	}
	if (disagreement) {
		g_autofree char *clean = kho_text_clean(disagreement);

		g_string_append(line, "  places disagree: ");
		add_coloured(line, clean, colour ? KHO_RED : NULL);
	}
}

/* Columns of a fixed width come first, so that they line up however long the ids are. */
static void add_columns(GString *line, const struct kho_result *result, bool colour)
{
	const struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];
	bool judged = result->ended && estimate->verdict.name != KHO_VERDICT_EXCLUDED;
	g_autofree char *verdict = g_strdup_printf("%-2s", judged ? kho_verdict_text(estimate->verdict.name) : "--");
	g_autofree char *seconds = kho_text_decimal(result->outcome.seconds, 1);

	add_coloured(line, verdict, colour ? verdict_colour(result) : NULL);
	if (result->ended)
		g_string_append_printf(line, "  %-17s  %-7s  %6ss", kho_outcome_text(result->outcome.name),
				       kho_text_answer(kho_estimate_prediction(estimate)->answer), seconds);
	else
		g_string_append_printf(line, "  %-17s  %-7s  %7s", "-", "-", "-");
}

static int digits(guint number)
{
	int count = 1;

	while (number /= 10)
		count++;
	return count;
}

char *kho_terminal_cell_line(const struct kho_result *result, guint done, guint total, bool colour)
{
	GString *line = g_string_new(NULL);
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(line, "[%*u/%u] ", digits(total), done, total);
	add_columns(line, result, colour);
	g_string_append_printf(line, "  %s", id);
	if (result->repeat)
		g_string_append_printf(line, " (repeat %u)", result->repeat);
	add_remarks(line, result, colour);
	return g_string_free(line, FALSE);
}

/* In the columns of cells, but with no verdict and no answer. */
char *kho_terminal_control_line(const struct kho_result *result, guint done, guint total, bool colour)
{
	GString *line = g_string_new(NULL);
	bool survived = kho_tally_survived(result);
	g_autofree char *id = kho_text_clean(result->cell->id);
	g_autofree char *reason = kho_text_clean(result->outcome.reason);
	g_autofree char *seconds = kho_text_decimal(result->outcome.seconds, 1);

	g_string_append_printf(line, "[%*u/%u] ", digits(total), done, total);
	add_coloured(line, survived ? "ok" : "--", !colour ? NULL : survived ? KHO_GREEN : KHO_RED);
	g_string_append_printf(line, "  %-17s  control  %6ss  %s", kho_outcome_text(result->outcome.name), seconds, id);
	if (!survived) {
		g_string_append(line, "  ");
		add_coloured(line, reason, colour ? KHO_RED : NULL);
	}
	return g_string_free(line, FALSE);
}
