// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal_live.h"

#include "harness/report/colour.h"
#include "harness/report/text.h"

static guint columns_of(gunichar character)
{
	return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

/* The text with what fits into @columns; where something had to go, dots say so. */
static char *cut(const char *text, guint columns)
{
	const char *c = text, *fits = text; /* fits: up to here, dots fit too */
	guint width = 0;

	while (*c) {
		width += columns_of(g_utf8_get_char(c));
		if (width > columns)
			return g_strdup_printf("%.*s...", (int)(fits - text), text);
		c = g_utf8_next_char(c);
		if (width + 3 <= columns)
			fits = c;
	}
	return g_strdup(text);
}

static int digits(guint number)
{
	int count = 1;

	while (number /= 10)
		count++;
	return count;
}

/* "[12/72] 1m 03s, about 3m 20s left; TP 5, FP 1, FN 1, TN 3, excluded 2; 1 surprise" */
static char *first_line(const struct kho_live *live)
{
	static const enum kho_verdict_name order[] = { KHO_VERDICT_TP, KHO_VERDICT_FP, KHO_VERDICT_FN, KHO_VERDICT_TN,
						       KHO_VERDICT_EXCLUDED };
	g_autofree char *passed = kho_text_duration(live->seconds), *left = kho_text_duration(live->left);
	GString *line = g_string_new(NULL);
	const char *before = "; ";

	g_string_append_printf(line, "[%*u/%u] %s%s", digits(live->total), live->done, live->total,
			       live->controls ? "controls, " : "", passed);
	if (live->left >= 0)
		g_string_append_printf(line, ", about %s left", left);
	for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
		if (!live->verdicts[order[i]])
			continue;
		g_string_append_printf(line, "%s%s %u", before, kho_verdict_text(order[i]), live->verdicts[order[i]]);
		before = ", ";
	}
	if (live->surprises)
		g_string_append_printf(line, "; %u surprise%s", live->surprises, live->surprises == 1 ? "" : "s");
	return g_string_free(line, FALSE);
}

static char *machine_line(const struct kho_live_machine *machine)
{
	g_autofree char *seconds = kho_text_decimal(machine->seconds, 0), *id = kho_text_clean(machine->id);

	return g_strdup_printf("  %4ss  %-14s  %s", seconds, kho_stage_text(machine->stage), id);
}

static void add_line(GString *text, char *line, guint columns, const char *colour)
{
	g_autofree char *owned = line, *shown = cut(owned, MAX(columns, 2) - 1);

	g_string_append_printf(text, "%s%s%s%s", text->len ? "\n" : "", colour ?: "", shown, colour ? KHO_PLAIN : "");
}

char *kho_terminal_live(const struct kho_live *live, guint columns, guint lines, bool colour)
{
	GString *text = g_string_new(NULL);
	guint fit = MIN(live->nr_machines, MAX(lines, 1) - 1);

	add_line(text, first_line(live), columns, !colour ? NULL : live->surprises ? KHO_RED : KHO_BOLD);
	/* The last line says of how many it stands for. */
	if (fit && fit < live->nr_machines)
		fit--;
	for (guint i = 0; i < fit; i++)
		add_line(text, machine_line(&live->machines[i]), columns, colour ? KHO_DIM : NULL);
	if (fit < live->nr_machines && lines > 1)
		add_line(text, g_strdup_printf("  ... and %u more", live->nr_machines - fit), columns,
			 colour ? KHO_DIM : NULL);
	return g_string_free(text, FALSE);
}
