// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_cell.h"

#include <gio/gio.h>
#include <string.h>

#include "harness/judge/run.h"
#include "harness/report/cell_map.h"
#include "harness/report/comparison.h"
#include "harness/report/decisive.h"
#include "harness/report/evidence.h"
#include "harness/report/explain.h"
#include "harness/report/html_grid.h"
#include "harness/report/json.h"
#include "harness/report/json_value.h"
#include "harness/report/tally.h"

#define CONSOLE_MOST  (192UL << 10) /* bytes of a cell's console, and of its autopsy */
#define EVIDENCE_MOST (24UL << 20)  /* bytes of all together, packed */

/* What ends an element ends no element of data: "<" does not occur in it. */
static void add_data(GString *page, const char *type, const char *id, const char *text)
{
	g_string_append_printf(page, "<script type=\"%s\" id=\"%s\">", type, id);
	for (const char *c = text; *c; c++)
		if (*c == '<')
			g_string_append(page, "\\u003c");
		else
			g_string_append_c(page, *c);
	g_string_append(page, "</script>\n");
}

char *kho_html_cell_address(const struct kho_result *result)
{
	/* As URLSearchParams writes it, but that what is legible stays so. */
	g_autofree char *id = g_uri_escape_string(result->cell->id, "/,:", FALSE);

	return g_strconcat("#cell=", id, NULL);
}

/* --- the index --- */

static JsonObject *index_entry(const struct kho_result *result)
{
	const struct kho_cell *cell = result->cell;
	JsonObject *object = json_object_new();
	JsonArray *verdicts = json_array_new(), *classes = json_array_new();
	g_autofree char *kernel = kho_run_kernel_name(cell->id);
	bool control = cell->control != KHO_CONTROL_NONE;

	put_text(object, "id", cell->id);
	put_text(object, "kernel", kernel);
	put_text(object, "topology", cell->topology->name);
	put_text(object, "scratch", control ? NULL : cell->scratch->text);
	put_text(object, "outcome", result->ended ? kho_outcome_text(result->outcome.name) : "not ended");
	put_text(object, "reason", result->ended ? result->outcome.reason : NULL);
	put_text(object, "remark", kho_tally_remark(result));
	put_text(object, "standing", control ? NULL : kho_standing_text(result->standing));
	json_object_set_boolean_member(object, "new",
				       !control && kho_tally_class(result) == KHO_TALLY_NEW && result->ended);
	for (int i = 0; i < KHO_NR_ESTIMATORS && !control; i++) {
		json_array_add_string_element(verdicts, kho_text_verdict(result, i));
		json_array_add_string_element(classes, kho_html_class(result, i));
	}
	json_object_set_array_member(object, "verdicts", verdicts);
	json_object_set_array_member(object, "classes", classes);
	return object;
}

void kho_html_cell_index(GString *page, const struct kho_run *run)
{
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();
	JsonArray *estimators = json_array_new(), *cells = json_array_new();
	g_autofree char *text = NULL;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		json_array_add_string_element(estimators, kho_estimator_text(i));
	for (guint i = 0; i < run->results->len; i++)
		json_array_add_object_element(cells, index_entry(g_ptr_array_index(run->results, i)));
	for (guint i = 0; i < run->controls->len; i++)
		json_array_add_object_element(cells, index_entry(g_ptr_array_index(run->controls, i)));
	json_object_set_array_member(object, "estimators", estimators);
	json_object_set_array_member(object, "cells", cells);
	json_node_take_object(root, object);
	text = json_text(root, false);
	add_data(page, "application/json", "index", text);
}

/* --- packing --- */

static char *pack(const char *text)
{
	g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
	g_autoptr(GByteArray) packed = g_byte_array_new();
	gsize length = strlen(text), taken = 0;
	GConverterResult state;

	do {
		guint8 buffer[16384];
		gsize read = 0, written = 0;

		state = g_converter_convert(G_CONVERTER(compressor), text + taken, length - taken, buffer,
					    sizeof(buffer), G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
		taken += read;
		g_byte_array_append(packed, buffer, written);
	} while (state == G_CONVERTER_CONVERTED);
	return g_base64_encode(packed->data, packed->len);
}

/* --- all of a cell --- */

/* Line numbers from 0, and what each is: [[3,"scratch"],...]. */
static JsonArray *marks_array(const char *text)
{
	JsonArray *marks = json_array_new();
	guint number = 0;

	for (const char *line = text; line && *line; number++) {
		const char *end = strchrnul(line, '\n');
		enum kho_decisive kind = kho_decisive_line(line, (gsize)(end - line));

		if (kind != KHO_DECISIVE_NOT) {
			JsonArray *mark = json_array_new();

			json_array_add_int_element(mark, number);
			json_array_add_string_element(mark, kho_decisive_text(kind));
			json_array_add_array_element(marks, mark);
		}
		line = *end ? end + 1 : NULL;
	}
	return marks;
}

/* As it is: with its line ends, and harmless already. */
static void put_lines(JsonObject *object, const char *key, const char *text)
{
	if (text)
		json_object_set_string_member(object, key, text);
	else
		json_object_set_null_member(object, key);
}

static JsonObject *reserved_object(const struct kho_read_autopsy *tables)
{
	JsonObject *object = json_object_new();

	put_text(object, "progress", tables->progress);
	put_known(object, "scratch_bytes", tables->have_memblock, tables->scratch);
	put_known(object, "scratch_free_bytes", tables->have_memblock, tables->scratch_free);
	put_known(object, "scratch_largest_bytes", tables->have_memblock, tables->scratch_largest);
	return object;
}

static JsonArray *explanations_array(const struct kho_result *result)
{
	JsonArray *array = json_array_new();
	guint count = result->cell->control == KHO_CONTROL_NONE ? KHO_NR_ESTIMATORS : 1;

	for (guint i = 0; i < count; i++) {
		g_autofree char *text = kho_explain(result, i);

		json_array_add_string_element(array, text);
	}
	return array;
}

static JsonArray *predictions_array(const struct kho_result *result)
{
	JsonArray *array = json_array_new();

	for (int i = 0; i < KHO_NR_ESTIMATORS && result->ended; i++) {
		g_autofree char *text = kho_text_prediction(kho_estimate_prediction(&result->estimates[i]));

		json_array_add_string_element(array, text);
	}
	return array;
}

static char *cell_text(const struct kho_result *result, const struct kho_evidence *evidence, bool left_out)
{
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();
	g_autoptr(KhoCellMap) map = kho_cell_map_new(result, evidence->tables);
	g_autofree char *record = kho_json_cell(result, false), *drawn = kho_cell_map_json(map), *rest = NULL;

	json_object_set_array_member(object, "explanations", explanations_array(result));
	json_object_set_array_member(object, "predictions", predictions_array(result));
	put_lines(object, "console", left_out ? NULL : evidence->console);
	json_object_set_array_member(object, "console_marks", marks_array(left_out ? NULL : evidence->console));
	put_number(object, "console_cut", evidence->console_cut);
	put_lines(object, "autopsy", left_out ? NULL : evidence->autopsy);
	json_object_set_array_member(object, "autopsy_marks", marks_array(left_out ? NULL : evidence->autopsy));
	json_object_set_boolean_member(object, "left_out", left_out);
	if (evidence->tables)
		json_object_set_object_member(object, "tables", reserved_object(evidence->tables));
	json_node_take_object(root, object);
	rest = json_text(root, false);
	/* All three are objects: the rest goes on behind the first two. */
	return g_strdup_printf("{\"record\":%s,\"map\":%s,%s", record, drawn, rest + 1);
}

/* --- all cells, the most remarkable first to be packed as a whole --- */

/* 0: first. */
static guint rank(const struct kho_result *result)
{
	bool control = result->cell->control != KHO_CONTROL_NONE;

	if (!result->ended || result->outcome.name == KHO_OUTCOME_LOST ||
	    (control ? !kho_tally_survived(result) : kho_tally_class(result) == KHO_TALLY_NEW))
		return 0;
	if (kho_tally_wrong(result) || kho_tally_disagreement(result) || kho_tally_remark(result))
		return 1;
	return kho_outcome_failed(result->outcome.name) ? 2 : 3;
}

#define NR_RANKS 4

void kho_html_cell_data(GString *page, const struct kho_run *run, const char *base)
{
	guint cells = run->results->len, count = cells + run->controls->len;
	gsize used = 0;

	for (guint turn = 0; turn < NR_RANKS; turn++) {
		for (guint i = 0; i < count; i++) {
			const struct kho_result *result = i < cells ? g_ptr_array_index(run->results, i)
								    : g_ptr_array_index(run->controls, i - cells);
			bool left_out = used > EVIDENCE_MOST;
			g_autoptr(KhoEvidence) evidence = NULL;
			g_autofree char *text = NULL, *packed = NULL, *id = g_strdup_printf("data-%u", i);

			if (rank(result) != turn)
				continue;
			evidence = kho_evidence_load(base, result, CONSOLE_MOST);
			text = cell_text(result, evidence, left_out);
			packed = pack(text);
			used += strlen(packed);
			add_data(page, "text/plain", id, packed);
		}
	}
}
