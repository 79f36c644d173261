// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_grid.h"

#include "harness/judge/run.h"
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

static const char *topology_of(const struct kho_result *result)
{
	return result->cell->topology->name;
}

static const char *scratch_of(const struct kho_result *result)
{
	return result->cell->scratch->text;
}

/* A kernel of the run is a name, or a pair. */
static bool counts_for(const struct kho_result *result, const char *kernel)
{
	g_autofree char *name = kho_run_kernel_name(result->cell->id);

	return g_str_equal(name, kernel);
}

/* The different names among a kernel's cells, in the matrix's order. */
static GPtrArray *names(const struct kho_run *run, const char *kernel,
			const char *(*name_of)(const struct kho_result *result))
{
	GPtrArray *all = g_ptr_array_new();

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (counts_for(result, kernel) &&
		    !g_ptr_array_find_with_equal_func(all, name_of(result), g_str_equal, NULL))
			g_ptr_array_add(all, (gpointer)name_of(result));
	}
	return all;
}

static void add_heading(GString *page, const char *name)
{
	g_autofree char *escaped = kho_text_markup(name);

	g_string_append_printf(page, "<th>%s</th>", escaped);
}

static void add_link(GString *page, const struct kho_result *result, guint index)
{
	g_autofree char *verdict = kho_text_markup(kho_text_verdict(result, KHO_ESTIMATOR_SPARSEMEM));
	g_autofree char *id = kho_text_markup(result->cell->id);

	g_string_append_printf(page, "<div class=\"%s\"><a href=\"#cell-%u\" title=\"%s\">%s</a></div>",
			       kho_html_class(result, KHO_ESTIMATOR_SPARSEMEM), index, id, verdict);
}

/* More than one cell can meet in a square: they differ in payload or successor, which the link's title tells. */
static void add_square(GString *page, const struct kho_run *run, const char *kernel, const char *topology,
		       const char *scratch)
{
	g_string_append(page, "<td>");
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (g_str_equal(topology_of(result), topology) && g_str_equal(scratch_of(result), scratch) &&
		    counts_for(result, kernel))
			add_link(page, result, i);
	}
	g_string_append(page, "</td>");
}

void kho_html_grid(GString *page, const struct kho_run *run, const char *kernel)
{
	g_autoptr(GPtrArray) topologies = names(run, kernel, topology_of);
	g_autoptr(GPtrArray) scratches = names(run, kernel, scratch_of);

	g_string_append(page, "<div class=\"wide\"><table>\n<tr><th></th>");
	for (guint s = 0; s < scratches->len; s++)
		add_heading(page, g_ptr_array_index(scratches, s));
	g_string_append(page, "</tr>\n");
	for (guint t = 0; t < topologies->len; t++) {
		g_string_append(page, "<tr>");
		add_heading(page, g_ptr_array_index(topologies, t));
		for (guint s = 0; s < scratches->len; s++)
			add_square(page, run, kernel, g_ptr_array_index(topologies, t),
				   g_ptr_array_index(scratches, s));
		g_string_append(page, "</tr>\n");
	}
	g_string_append(page, "</table></div>\n");
}
