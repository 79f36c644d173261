// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal_grid.h"

#include <string.h>

#include "harness/report/colour.h"
#include "harness/report/grid.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

#define SQUARE 4 /* characters: a space, two or three letters */

/* --- a square --- */

/* How much a cell is worth a look: what is new most of all, then what an estimator is wrong about. */
static guint weight(const struct kho_result *result, enum kho_estimator estimator)
{
	enum kho_tally_class class = kho_tally_class(result);

	if (class == KHO_TALLY_NEW || class == KHO_TALLY_LOST || class == KHO_TALLY_UNFINISHED)
		return 5;
	switch (result->estimates[estimator].verdict.name) {
	case KHO_VERDICT_FN:
		return 4;
	case KHO_VERDICT_FP:
		return 3;
	case KHO_VERDICT_TP:
		return 2;
	case KHO_VERDICT_TN:
		return 1;
	case KHO_VERDICT_EXCLUDED:
	case KHO_NR_VERDICTS:
		break;
	}
	return 0;
}

static const struct kho_result *foremost(const struct kho_grid *grid, const GArray *cells, enum kho_estimator estimator)
{
	const struct kho_result *best = NULL;

	for (guint i = 0; i < cells->len; i++) {
		const struct kho_result *result = g_ptr_array_index(grid->run->results, g_array_index(cells, guint, i));

		if (!best || weight(result, estimator) > weight(best, estimator))
			best = result;
	}
	return best;
}

static const char *colour_of(const struct kho_result *result, enum kho_estimator estimator)
{
	switch (weight(result, estimator)) {
	case 5:
	case 4:
		return KHO_RED;
	case 3:
		return KHO_YELLOW;
	case 2:
	case 1:
		return KHO_GREEN;
	default:
		return KHO_DIM;
	}
}

static void add_square(GString *text, const struct kho_grid *grid, const GArray *cells, enum kho_estimator estimator,
		       bool colour)
{
	const struct kho_result *result = cells ? foremost(grid, cells, estimator) : NULL;
	g_autofree char *letters = NULL, *shown = NULL;

	if (!result) {
		g_string_append_printf(text, "%*s", SQUARE, ".");
		return;
	}
	letters = kho_grid_letters(kho_text_verdict(result, estimator));
	shown = g_strdup_printf("%.3s%s", letters, cells->len > 1 && strlen(letters) < 3 ? "+" : "");
	g_string_append_printf(text, "%*s%s%s%s", SQUARE - (int)strlen(shown), "",
			       colour ? colour_of(result, estimator) : "", shown, colour ? KHO_PLAIN : "");
}

/* --- rows and columns --- */

static int name_width(const struct kho_grid *grid)
{
	size_t most = 0;

	for (guint i = 0; i < grid->topologies->len; i++)
		most = MAX(most, strlen(g_ptr_array_index(grid->topologies, i)));
	return (int)MIN(most, 32);
}

static void add_columns(GString *text, const struct kho_grid *grid, guint from, guint to, enum kho_estimator estimator,
			bool colour)
{
	int width = name_width(grid);

	g_string_append_printf(text, "  %*s", width, "");
	for (guint s = from; s < to; s++)
		g_string_append_printf(text, "%*u", SQUARE, s + 1);
	g_string_append_c(text, '\n');
	for (guint t = 0; t < grid->topologies->len; t++) {
		g_autofree char *name = kho_text_clean(g_ptr_array_index(grid->topologies, t));

		g_string_append_printf(text, "  %-*s", width, name);
		for (guint s = from; s < to; s++)
			add_square(text, grid, kho_grid_cells(grid, t, s), estimator, colour);
		g_string_append_c(text, '\n');
	}
}

/* Adds to a line that does not grow beyond @width. */
static void add_entry(GString *text, gsize *begun, guint width, const char *entry)
{
	if (text->len - *begun + strlen(entry) + 2 > width) {
		g_string_append_c(text, '\n');
		*begun = text->len;
	}
	g_string_append_printf(text, "  %s", entry);
}

/* A spec and what it came to: "16M,16M,54M FP"; only the letters have a colour. */
static void add_spec(GString *text, gsize *begun, guint width, const char *spec, const char *letters,
		     const char *colour)
{
	g_autofree char *entry = g_strdup_printf("%s %s", spec, letters);

	add_entry(text, begun, width, entry);
	if (!colour)
		return;
	g_string_truncate(text, text->len - strlen(letters));
	g_string_append_printf(text, "%s%s%s", colour, letters, KHO_PLAIN);
	*begun += strlen(colour) + strlen(KHO_PLAIN);
}

static void add_topology(GString *text, const struct kho_grid *grid, guint topology, enum kho_estimator estimator,
			 guint width, bool colour)
{
	g_autofree char *name = kho_text_clean(g_ptr_array_index(grid->topologies, topology));
	gsize begun;

	g_string_append_printf(text, "  %s\n  ", name);
	begun = text->len - 2;
	for (guint s = 0; s < grid->specs->len; s++) {
		const GArray *cells = kho_grid_cells(grid, topology, s);
		const struct kho_result *result = cells ? foremost(grid, cells, estimator) : NULL;
		g_autofree char *letters = NULL, *shown = NULL;

		if (!result)
			continue;
		letters = kho_grid_letters(kho_text_verdict(result, estimator));
		shown = g_strconcat(letters, cells->len > 1 ? "+" : "", NULL);
		add_spec(text, &begun, width, g_ptr_array_index(grid->specs, s), shown,
			 colour ? colour_of(result, estimator) : NULL);
	}
	g_string_append_c(text, '\n');
}

/* --- what it means --- */

static void add_specs(GString *text, const struct kho_grid *grid, guint width)
{
	gsize begun = text->len;

	for (guint s = 0; s < grid->specs->len; s++) {
		g_autofree char *spec = kho_text_clean(g_ptr_array_index(grid->specs, s));
		g_autofree char *entry = g_strdup_printf("%u: %s", s + 1, spec);

		add_entry(text, &begun, width, entry);
	}
	g_string_append_c(text, '\n');
}

static void add_letters(GString *text, const struct kho_grid *grid, enum kho_estimator estimator, guint width)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	gsize begun = text->len;

	for (guint t = 0; t < grid->topologies->len * grid->specs->len; t++) {
		const GArray *cells = kho_grid_cells(grid, t / grid->specs->len, t % grid->specs->len);
		const struct kho_result *result = cells ? foremost(grid, cells, estimator) : NULL;
		const char *verdict = result ? kho_text_verdict(result, estimator) : "";
		g_autofree char *letters = kho_grid_letters(verdict), *entry = NULL;

		if (g_str_equal(letters, verdict) || !g_hash_table_add(seen, (gpointer)verdict))
			continue;
		entry = g_strdup_printf("%s: %s", letters, verdict);
		add_entry(text, &begun, width, entry);
	}
	if (text->len != begun)
		g_string_append_c(text, '\n');
}

void kho_terminal_grid(GString *text, const struct kho_run *run, const char *kernel, enum kho_estimator estimator,
		       guint width, bool colour)
{
	struct kho_grid grid;
	guint fit;

	kho_grid_fill(&grid, run, kernel);
	fit = MAX((int)width - 2 - name_width(&grid), SQUARE) / SQUARE;
	if (kho_grid_is_dense(&grid)) {
		for (guint from = 0; from < grid.specs->len; from += fit)
			add_columns(text, &grid, from, MIN(from + fit, grid.specs->len), estimator, colour);
		add_specs(text, &grid, width);
	} else {
		for (guint t = 0; t < grid.topologies->len; t++)
			add_topology(text, &grid, t, estimator, width, colour);
	}
	add_letters(text, &grid, estimator, width);
	kho_grid_clear(&grid);
}
