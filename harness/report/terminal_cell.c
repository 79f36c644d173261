// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/terminal_cell.h"

#include <string.h>

#include "harness/report/cell_map.h"
#include "harness/report/colour.h"
#include "harness/report/decisive.h"
#include "harness/report/explain.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

#define LINES_MOST 40 /* decisive lines of a console */

/* --- paragraphs --- */

/* Breaks @text at spaces, so that no line is longer than @width, if its words are not. */
static void add_wrapped(GString *out, const char *text, guint width)
{
	gsize begun = out->len;
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (guint i = 0; words[i]; i++) {
		if (out->len > begun && out->len - begun + strlen(words[i]) + 1 > width) {
			g_string_append_c(out, '\n');
			begun = out->len;
		} else if (out->len > begun) {
			g_string_append_c(out, ' ');
		}
		g_string_append(out, words[i]);
	}
	g_string_append_c(out, '\n');
}

static void add_heading(GString *text, const char *heading, bool colour)
{
	g_string_append_printf(text, "\n%s%s%s\n", colour ? KHO_BOLD : "", heading, colour ? KHO_PLAIN : "");
}

static void add_fact(GString *text, const char *name, const char *value)
{
	g_autofree char *clean = kho_text_clean(value);

	if (*clean)
		g_string_append_printf(text, "  %-10s %s\n", name, clean);
}

static void add_facts(GString *text, const struct kho_result *result)
{
	bool control = result->cell->control != KHO_CONTROL_NONE;
	g_autofree char *expected = control ? NULL : kho_text_expected(result), *outcomes = kho_text_outcomes(result);
	g_autofree char *seconds = kho_text_decimal(result->outcome.seconds, 1);
	g_autofree char *took = g_strconcat(seconds, " s", NULL);

	add_fact(text, "outcome", kho_outcome_text(result->outcome.name));
	add_fact(text, "stage", kho_stage_text(result->outcome.stage));
	add_fact(text, "reason", result->outcome.reason);
	add_fact(text, "detail", result->outcome.detail);
	add_fact(text, "expected", expected);
	add_fact(text, "standing", control ? NULL : kho_standing_text(result->standing));
	add_fact(text, "seen", outcomes);
	add_fact(text, "first", result->first_release);
	add_fact(text, "successor", result->successor_release);
	add_fact(text, "took", result->outcome.seconds > 0 ? took : NULL);
}

/* --- estimators --- */

/* "10.7 KiB", rounded down. */
static char *size_text(u64 bytes)
{
	return bytes >= 1 << 20
		       ? kho_text_mib(bytes)
		       : g_strdup_printf("%u.%u KiB", (guint)(bytes >> 10), (guint)((bytes & 1023) * 10 >> 10));
}

/* Who says so: "kernel, guest, host"; where they do not agree, the cell is excluded. */
static char *places_text(const struct kho_estimate *estimate)
{
	GString *text = g_string_new(NULL);

	for (int place = 0; place < KHO_NR_PLACES; place++)
		if (estimate->places[place].answer != KHO_ANSWER_ABSENT)
			g_string_append_printf(text, "%s%s", text->len ? ", " : "", kho_place_text(place));
	return g_string_free(text, FALSE);
}

/* What sparsemem counted; of the host's figures, as it has all nodes. */
static void add_nodes(GString *text, const struct kho_result *result, bool colour)
{
	const GArray *nodes = result->estimates[KHO_ESTIMATOR_SPARSEMEM].places[KHO_PLACE_HOST].nodes;

	if (!nodes || !nodes->len)
		return;
	add_heading(text, "sparsemem, node by node", colour);
	g_string_append(text, "             largest piece of scratch   its memory map needs\n");
	for (guint i = 0; i < nodes->len; i++) {
		const struct kho_sparsemem_node *node = &g_array_index(nodes, struct kho_sparsemem_node, i);
		g_autofree char *usable = size_text(node->usable_bytes), *required = size_text(node->required_bytes);

		g_string_append_printf(text, "  node %-4u %26s %22s%s\n", i, usable, required,
				       node->insufficient ? "   too little" : "");
	}
}

static void add_predictions(GString *text, const struct kho_run *run, const struct kho_result *result, bool colour)
{
	add_heading(text, "What estimators said", colour);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		g_autofree char *said = kho_text_prediction(kho_estimate_prediction(&result->estimates[i]));
		g_autofree char *clean = kho_text_clean(said), *places = places_text(&result->estimates[i]);

		if (!run->hidden[i])
			g_string_append_printf(text, "  %-10s %-3s %s%s%s%s\n", kho_estimator_text(i),
					       kho_text_verdict(result, i), clean, *places ? "  [" : "", places,
					       *places ? "]" : "");
	}
	for (guint i = 0; i < result->warnings->len; i++)
		add_fact(text, "kernel", g_ptr_array_index(result->warnings, i));
}

/* --- where a survivor's memory map lies --- */

static void add_backing(GString *text, const struct kho_result *result, bool colour)
{
	const GArray *nodes = result->outcome.memory_map;

	if (!nodes || !nodes->len)
		return;
	add_heading(text, "Where the survivor's memory map really lies", colour);
	g_string_append(text,
			"             memory map  not in one piece  in 4 KiB pages  on other nodes  without a map\n");
	for (guint i = 0; i < nodes->len; i++) {
		const struct kho_map_node *node = &g_array_index(nodes, struct kho_map_node, i);
		g_autofree char *all = kho_text_short(node->map_bytes), *fallen = kho_text_short(node->fallen_bytes);
		g_autofree char *pages = kho_text_short(node->page_bytes),
				*foreign = kho_text_short(node->foreign_bytes);
		g_autofree char *lost = kho_text_short(node->lost_bytes);

		g_string_append_printf(text, "  node %-4u %12s %17s %15s %15s %14s\n", node->node, all, fallen, pages,
				       foreign, lost);
	}
}

/* --- memory --- */

static void add_memory(GString *text, const struct kho_result *result, const struct kho_evidence *evidence, guint width,
		       bool colour)
{
	g_autoptr(KhoCellMap) map = kho_cell_map_new(result, evidence->tables);
	g_autofree char *drawn = kho_cell_map_text(map, width);

	if (!*drawn)
		return;
	add_heading(text, "Physical memory, to scale", colour);
	g_string_append(text, drawn);
	if (evidence->tables && evidence->tables->have_memblock) {
		g_autofree char *all = size_text(evidence->tables->scratch);
		g_autofree char *left = size_text(evidence->tables->scratch_free);
		g_autofree char *largest = size_text(evidence->tables->scratch_largest);

		if (kho_tally_survived(result))
			g_string_append(text, "When memblock handed over to the page allocator");
		else
			g_string_append_printf(text, "When it died, in %s",
					       evidence->tables->progress ?: "an unknown step");
		g_string_append_printf(text, ", %s of its %s of scratch were free, %s in one piece.\n", left, all,
				       largest);
	}
}

/* --- the lines that decide --- */

static void add_decisive(GString *text, const char *heading, const char *lines, bool colour)
{
	guint count = 0;

	for (const char *line = lines; line && *line;) {
		const char *end = strchrnul(line, '\n');
		enum kho_decisive kind = kho_decisive_line(line, (gsize)(end - line));
		bool bad = kind == KHO_DECISIVE_DEATH || kind == KHO_DECISIVE_REFUSED;

		if (kind != KHO_DECISIVE_NOT && ++count == 1)
			add_heading(text, heading, colour);
		if (kind != KHO_DECISIVE_NOT && count <= LINES_MOST)
			g_string_append_printf(text, "  %s%.*s%s\n", colour && bad ? KHO_RED : "", (int)(end - line),
					       line, colour && bad ? KHO_PLAIN : "");
		line = *end ? end + 1 : NULL;
	}
	if (count > LINES_MOST)
		g_string_append_printf(text, "  ... and %u more\n", count - LINES_MOST);
}

/* --- what else there is --- */

static void add_evidence(GString *text, const struct kho_run *run, const struct kho_result *result, bool colour)
{
	g_autofree char *directory = NULL, *clean = NULL, *id = kho_text_clean(result->cell->id);

	if (!result->directory)
		return;
	directory = g_path_is_absolute(result->directory)
			    ? g_strdup(result->directory)
			    : g_build_filename(run->directory ?: "", result->directory, NULL);
	clean = kho_text_clean(directory);
	add_heading(text, "Evidence", colour);
	g_string_append_printf(text, "  %s/\n", clean);
	if (result->cell->control != KHO_CONTROL_NONE)
		return;
	add_heading(text, "Again", colour);
	g_string_append_printf(text, "  kho-runner cell '%s'\n", id);
	if (result->outcome.autopsied)
		g_string_append_printf(text, "  kho-runner reproduce '%s'\n  kho-runner gdb '%s'\n", id, id);
}

char *kho_terminal_cell(const struct kho_run *run, const struct kho_result *result, enum kho_estimator estimator,
			const struct kho_evidence *evidence, guint width, bool colour)
{
	GString *text = g_string_new(NULL);
	g_autofree char *id = kho_text_clean(result->cell->id);
	g_autofree char *explanation = kho_explain(result, estimator);

	g_string_append_printf(text, "%s%s%s\n", colour ? KHO_BOLD : "", id, colour ? KHO_PLAIN : "");
	add_wrapped(text, explanation, width);
	if (!result->ended)
		return g_string_free(text, FALSE);
	g_string_append_c(text, '\n');
	add_facts(text, result);
	if (result->cell->control == KHO_CONTROL_NONE) {
		add_predictions(text, run, result, colour);
		add_nodes(text, result, colour);
	}
	add_memory(text, result, evidence, width, colour);
	add_backing(text, result, colour);
	add_decisive(text, "Decisive lines of its console", evidence->console, colour);
	add_decisive(text, "Decisive lines of its autopsy", evidence->autopsy, colour);
	add_evidence(text, run, result, colour);
	return g_string_free(text, FALSE);
}
