// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html.h"

#include "harness/report/across.h"
#include "harness/report/html_cell.h"
#include "harness/report/html_chart.h"
#include "harness/report/html_grid.h"
#include "harness/report/html_kernel.h"
#include "harness/report/html_table.h"
#include "harness/report/html_text.h"
#include "harness/report/page.h"
#include "harness/report/tally.h"

/* --- the summary --- */

static void add_fact(GString *page, const char *name, const char *text)
{
	add_text(page, "<tr><th>", name, "</th>");
	add_text(page, "<td>", text, "</td></tr>\n");
}

static void add_fact_count(GString *page, const char *name, guint count)
{
	g_autofree char *text = g_strdup_printf("%u", count);

	if (count)
		add_fact(page, name, text);
}

static void add_facts(GString *page, const struct kho_run *run, const struct kho_tally *tally)
{
	g_autofree char *duration = kho_text_duration(run->seconds);

	g_string_append(page, "<details><summary>About this run</summary>\n<table>\n");
	add_fact(page, "started", run->started);
	add_fact(page, "took", duration);
	add_fact(page, "QEMU", run->qemu_version);
	add_fact(page, "acceleration", run->accel);
	add_fact_count(page, "cells", tally->cells);
	add_fact_count(page, "as expected", tally->classes[KHO_TALLY_SAME] + tally->classes[KHO_TALLY_KNOWN]);
	add_fact_count(page, "new", tally->classes[KHO_TALLY_NEW]);
	add_fact_count(page, "fixed", tally->classes[KHO_TALLY_FIXED]);
	add_fact_count(page, "not compared", tally->classes[KHO_TALLY_UNLISTED]);
	add_fact_count(page, "lost", tally->classes[KHO_TALLY_LOST]);
	add_fact_count(page, "not ended", tally->classes[KHO_TALLY_UNFINISHED]);
	add_fact_count(page, "survivors with a remark", tally->remarks);
	add_fact_count(page, "controls", tally->controls);
	add_fact_count(page, "controls that survived", tally->survivors);
	add_fact_count(page, "places disagree", tally->disagreements);
	g_string_append(page, "</table></details>\n");
}

/* The one thing to know: is all as it was expected to be? */
static void add_headline(GString *page, const struct kho_run *run, const struct kho_tally *tally)
{
	g_autofree char *text = kho_tally_text(run, tally);
	guint expected = tally->classes[KHO_TALLY_SAME] + tally->classes[KHO_TALLY_KNOWN];
	bool good = !run->interrupted && expected + tally->classes[KHO_TALLY_UNLISTED] == tally->cells &&
		    !tally->disagreements && !tally->flaky && !tally->unlike;

	add_text(page, good ? "<p class=\"headline\">" : "<p class=\"headline bad\">", text, ".</p>\n");
}

static const char filter[] =
	"<form id=\"filter\" role=\"search\" aria-label=\"cells\" hidden>\n"
	"<label>Find <input type=\"search\" id=\"f-find\" placeholder=\"words of id or reason\"></label>\n"
	"<fieldset><legend>Verdict</legend>\n"
	"<label><input type=\"checkbox\" value=\"TP\"> TP</label> <label><input type=\"checkbox\" value=\"FP\"> "
	"FP</label>\n"
	"<label><input type=\"checkbox\" value=\"FN\"> FN</label> <label><input type=\"checkbox\" value=\"TN\"> "
	"TN</label>\n"
	"<label><input type=\"checkbox\" value=\"excluded\"> excluded</label>\n"
	"<label><input type=\"checkbox\" value=\"new\"> new</label></fieldset>\n"
	"<label>of <select id=\"f-by\"></select></label>\n"
	"<label>Kernel <select id=\"f-kernel\"><option value=\"\">all</option></select></label>\n"
	"<label>Topology <select id=\"f-topology\"><option value=\"\">all</option></select></label>\n"
	"<output id=\"f-count\" for=\"f-find f-by f-kernel f-topology\"></output>\n"
	"<button type=\"reset\">all cells</button>\n</form>\n";

static const char cell_panel[] =
	"<aside id=\"cell\" role=\"dialog\" aria-labelledby=\"cell-title\" tabindex=\"-1\" hidden>\n"
	"<header><h2 id=\"cell-title\" class=\"id\">no cell</h2>\n"
	"<button type=\"button\" id=\"cell-before\">previous (p)</button>\n"
	"<button type=\"button\" id=\"cell-next\">next (n)</button>\n"
	"<button type=\"button\" id=\"cell-close\">close (Esc)</button></header>\n"
	"<div id=\"cell-body\"></div>\n</aside>\n";

static void add_kernels(GString *page, const struct kho_run *run)
{
	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);

		add_text(page, "<section data-kernel=\"", kernel->name, "\">\n");
		kho_html_kernel(page, run, kernel);
		kho_html_grid(page, run, kernel->name);
		kho_html_ratio_charts(page, run, kernel->name);
		kho_html_axis_charts(page, run, kernel->name);
		g_string_append(page, "</section>\n");
	}
}

char *kho_html(const struct kho_run *run, const char *base)
{
	GString *page = g_string_new(NULL);
	g_autofree char *title = g_strconcat("kho-matrix ", run->matrix ?: "", NULL);
	struct kho_tally tally;

	kho_tally_count(run, &tally);
	kho_page_begin(page, title);
	add_text(page, "<header>\n<h1>", title, "</h1>\n");
	add_headline(page, run, &tally);
	add_facts(page, run, &tally);
	kho_html_legend(page, run);
	g_string_append(page, "</header>\n");
	g_string_append(page, filter);
	g_string_append(page,
			"<main>\n<noscript><p class=\"note\">Without its script this page shows no single cell and "
			"has no filters; results.json has everything.</p></noscript>\n");
	kho_html_unexpected(page, run);
	add_kernels(page, run);
	kho_across_html(page, run);
	kho_html_wrong(page, run);
	g_string_append(page, "<section id=\"matches\" hidden><h2>Cells</h2><div id=\"list\"></div></section>\n");
	kho_html_controls(page, run);
	g_string_append(page, "</main>\n");
	g_string_append(page, cell_panel);
	kho_html_cell_index(page, run);
	kho_html_cell_data(page, run, base);
	kho_page_end(page);
	return g_string_free(page, FALSE);
}
