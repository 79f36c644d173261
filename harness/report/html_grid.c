// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_grid.h"

#include "harness/report/grid.h"
#include "harness/report/html_cell.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

const char *kho_html_class(const struct kho_result *result, enum kho_estimator estimator)
{
	enum kho_tally_class class = kho_tally_class(result);

	if (class == KHO_TALLY_UNFINISHED || class == KHO_TALLY_LOST)
		return "lost";
	switch (result->estimates[estimator].verdict.name) {
	case KHO_VERDICT_TP:
		return "tp";
	case KHO_VERDICT_FP:
		return "fp";
	case KHO_VERDICT_TN:
		return "tn";
	case KHO_VERDICT_FN:
		return "fn";
	case KHO_VERDICT_EXCLUDED:
	case KHO_NR_VERDICTS:
		break;
	}
	return "excluded";
}

/* --- squares --- */

/* @label: what to say beside the verdict, or "". */
static void add_square(GString *page, const struct kho_grid *grid, guint index, const char *label)
{
	const struct kho_result *result = g_ptr_array_index(grid->run->results, index);
	const char *verdict = kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM);
	g_autofree char *letters = kho_grid_letters(verdict), *id = kho_text_markup(result->cell->id);
	g_autofree char *address = kho_html_cell_address(result), *spoken = kho_text_markup(label);
	g_autofree char *reason = kho_text_markup(result->ended ? result->outcome.reason : "not ended");

	g_string_append_printf(page, "<a id=\"s%u\" class=\"sq %s%s\" href=\"", index,
			       kho_html_class(result, KHO_ESTIMATOR_SPARSEMEM),
			       result->ended && kho_tally_class(result) == KHO_TALLY_NEW ? " new" : "");
	g_string_append_printf(page, "%s\" title=\"%s: %s\" aria-label=\"%s: %s\"", address, id, reason, id, verdict);
	if (*spoken)
		g_string_append_printf(page, " data-label=\" %s\"", spoken);
	g_string_append_printf(page, ">%s%s%s</a>", letters, *spoken ? " " : "", spoken);
}

static void add_heading(GString *page, const char *before, const char *name, const char *after)
{
	g_autofree char *escaped = kho_text_markup(name);

	g_string_append_printf(page, "%s%s%s", before, escaped, after);
}

/* More than one cell can meet in a square: they differ in payload: what is not the default one has a "+". */
static void add_squares(GString *page, const struct kho_grid *grid, const GArray *cells)
{
	for (guint i = 0; cells && i < cells->len; i++) {
		guint index = g_array_index(cells, guint, i);
		const struct kho_result *result = g_ptr_array_index(grid->run->results, index);

		add_square(page, grid, index, g_str_equal(result->cell->payload, KHO_PAYLOAD_DEFAULT) ? "" : "+");
	}
}

static void add_table(GString *page, const struct kho_grid *grid)
{
	g_string_append(page, "<div class=\"wide\"><table class=\"grid\">\n<thead><tr><th>topology</th>");
	for (guint s = 0; s < grid->specs->len; s++)
		add_heading(page, "<th scope=\"col\"><span>", g_ptr_array_index(grid->specs, s), "</span></th>");
	g_string_append(page, "</tr></thead>\n<tbody>\n");
	for (guint t = 0; t < grid->topologies->len; t++) {
		add_heading(page, "<tr><th scope=\"row\">", g_ptr_array_index(grid->topologies, t), "</th>");
		for (guint s = 0; s < grid->specs->len; s++) {
			g_string_append(page, "<td>");
			add_squares(page, grid, kho_grid_cells(grid, t, s));
			g_string_append(page, "</td>");
		}
		g_string_append(page, "</tr>\n");
	}
	g_string_append(page, "</tbody></table></div>\n");
}

static void add_flow(GString *page, const struct kho_grid *grid)
{
	g_string_append(page, "<div class=\"wide\"><table class=\"grid flow\">\n<thead><tr><th>topology</th>"
			      "<th>verdict and scratch</th></tr></thead>\n<tbody>\n");
	for (guint t = 0; t < grid->topologies->len; t++) {
		add_heading(page, "<tr><th scope=\"row\">", g_ptr_array_index(grid->topologies, t), "</th><td>");
		for (guint s = 0; s < grid->specs->len; s++) {
			const GArray *cells = kho_grid_cells(grid, t, s);

			for (guint i = 0; cells && i < cells->len; i++)
				add_square(page, grid, g_array_index(cells, guint, i),
					   g_ptr_array_index(grid->specs, s));
		}
		g_string_append(page, "</td></tr>\n");
	}
	g_string_append(page, "</tbody></table></div>\n");
}

void kho_html_grid(GString *page, const struct kho_run *run, const char *kernel)
{
	struct kho_grid grid;

	kho_grid_fill(&grid, run, kernel);
	if (kho_grid_is_dense(&grid))
		add_table(page, &grid);
	else
		add_flow(page, &grid);
	kho_grid_clear(&grid);
}

/* --- what they mean --- */

static void add_meaning(GString *page, const char *class, const char *letters, const char *meaning)
{
	g_autofree char *escaped = kho_text_markup(meaning);

	g_string_append_printf(page, "<li><b class=\"%s\">%s</b> %s</li>\n", class, letters, escaped);
}

/* Reasons of the estimator under test; those of others are spelt out where they matter. */
static void add_exclusions(GString *page, const struct kho_run *run)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		const char *verdict = kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM);
		g_autofree char *letters = kho_grid_letters(verdict);

		if (!g_str_equal(letters, verdict) && g_hash_table_add(seen, (gpointer)verdict))
			add_meaning(page, kho_html_class(result, KHO_ESTIMATOR_SPARSEMEM), letters, verdict);
	}
}

void kho_html_legend(GString *page, const struct kho_run *run)
{
	g_string_append(page, "<ul class=\"legend\" aria-label=\"what the letters mean\">\n");
	add_meaning(page, "tp", "TP", "warned, and it died");
	add_meaning(page, "tn", "TN", "silent, and it survived");
	add_meaning(page, "fp", "FP", "warned, but it survived");
	add_meaning(page, "fn", "FN", "silent, but it died");
	add_exclusions(page, run);
	g_string_append(page, "</ul>\n");
}
