// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/drawing_nodes.h"

#include <inttypes.h>

#include "estimator/map_backing.h"
#include "harness/model/linux_view.h"
#include "harness/report/colour.h"
#include "harness/report/stretches.h"
#include "harness/report/text.h"

#define ALIKE 8 /* rows in a row from which on they are one */

/* Of a node; all in bytes but sections and runs. */
struct sums {
	uint64_t memory, sections, runs, longest; /* longest: sections */
	uint64_t scratch, left, largest; /* left: what nothing is loaded into; largest: the largest piece of that */
	uint64_t piece_end;		 /* of the piece that is at hand, */
	uint64_t piece;			 /* and its size */
};

/* --- what nothing is loaded into --- */

static void add_piece(struct sums *sums, uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	sums->piece = start == sums->piece_end ? sums->piece + end - start : end - start;
	sums->piece_end = end;
	sums->left += end - start;
	sums->largest = MAX(sums->largest, sums->piece);
}

/* The first segment that ends behind @at and begins before @end. */
static const struct kho_segment *next_segment(const struct kho_layout *layout, uint64_t at, uint64_t end)
{
	const struct kho_segment *next = NULL;

	for (size_t i = 0; i < layout->nr_segments; i++) {
		const struct kho_segment *segment = &layout->segments[i];

		if (segment->size && segment->start + segment->size > at && segment->start < end &&
		    (!next || segment->start < next->start))
			next = segment;
	}
	return next;
}

static void add_area(struct sums *sums, const struct kho_layout *layout, const struct kho_stretch *area)
{
	const struct kho_segment *segment;
	uint64_t at = area->start;

	sums->scratch += area->end - area->start;
	while (at < area->end && (segment = next_segment(layout, at, area->end))) {
		add_piece(sums, at, segment->start);
		at = segment->start + segment->size;
	}
	add_piece(sums, at, area->end);
}

/* --- sums --- */

static struct sums *sums_of(const GArray *sums, unsigned int node)
{
	return &g_array_index(sums, struct sums, node);
}

static GArray *sum_up(const struct kho_drawing_facts *facts)
{
	GArray *sums = g_array_new(FALSE, TRUE, sizeof(struct sums));

	g_array_set_size(sums, facts->topology->nodes->len);
	for (guint i = 0; i < facts->runs->len; i++) {
		const struct kho_map_run *run = &g_array_index(facts->runs, struct kho_map_run, i);
		struct sums *node = sums_of(sums, run->nid);

		node->runs++;
		node->sections += run->count;
		node->longest = MAX(node->longest, run->count);
	}
	for (guint i = 0; i < facts->stretches->len; i++) {
		const struct kho_stretch *stretch = &g_array_index(facts->stretches, struct kho_stretch, i);

		if (!kho_stretch_usable(stretch))
			continue;
		sums_of(sums, stretch->node)->memory += stretch->end - stretch->start;
		if (stretch->kind == KHO_STRETCH_SCRATCH)
			add_area(sums_of(sums, stretch->node), facts->scratch, stretch);
	}
	return sums;
}

static struct sums sum_of_all(const GArray *sums)
{
	struct sums all = { 0 };

	for (guint node = 0; node < sums->len; node++) {
		const struct sums *one = sums_of(sums, node);

		all.memory += one->memory;
		all.sections += one->sections;
		all.runs += one->runs;
		all.scratch += one->scratch;
		all.left += one->left;
	}
	return all;
}

/* --- rows --- */

/* Does the map find room on the node? What does not goes elsewhere, if all in all there is enough. */
static const char *remark_of(const struct sums *sums, bool all)
{
	if (sums->left < sums->sections * KHO_DRAWING_MAP)
		return all ? "too little" : "short";
	return !all && sums->largest < sums->longest * KHO_DRAWING_MAP ? "in pieces" : NULL;
}

static const char *colour_of(const struct kho_drawing_facts *facts, const char *remark)
{
	if (!facts->style->colours)
		return NULL;
	return g_str_equal(remark, "too little") ? KHO_RED : KHO_YELLOW;
}

static void add_scratch(GString *text, const struct kho_drawing_facts *facts, const struct sums *sums, bool all)
{
	g_autofree char *scratch = kho_text_short(sums->scratch), *left = kho_text_short(sums->left);
	g_autofree char *largest = all ? g_strdup("") : kho_text_short(sums->largest);
	const char *remark = remark_of(sums, all), *colour = remark ? colour_of(facts, remark) : NULL;

	g_string_append_printf(text, " %8s %8s %8s", scratch, left, largest);
	if (remark)
		g_string_append_printf(text, "  %s%s%s", colour ?: "", remark, colour ? KHO_PLAIN : "");
}

static void add_row(GString *text, const struct kho_drawing_facts *facts, const char *name, const struct sums *sums,
		    bool all)
{
	g_autofree char *memory = kho_text_short(sums->memory), *map = kho_text_short(sums->sections * KHO_DRAWING_MAP);
	g_autofree char *longest = all ? g_strdup("") : kho_text_short(sums->longest * KHO_DRAWING_MAP);

	g_string_append_printf(text, "%9s %8s %8" PRIu64 " %5" PRIu64 " %7s %7s", name, memory, sums->sections,
			       sums->runs, map, longest);
	if (facts->scratch)
		add_scratch(text, facts, sums, all);
	while (g_str_has_suffix(text->str, " "))
		g_string_truncate(text, text->len - 1);
	g_string_append_c(text, '\n');
}

static bool is_alike(const struct sums *a, const struct sums *b)
{
	return a->memory == b->memory && a->sections == b->sections && a->runs == b->runs && a->longest == b->longest &&
	       a->scratch == b->scratch && a->left == b->left && a->largest == b->largest;
}

static guint end_of_alike(const GArray *sums, guint node)
{
	guint end = node + 1;

	while (end < sums->len && is_alike(sums_of(sums, node), sums_of(sums, end)))
		end++;
	return end - node > ALIKE ? end : node + 1;
}

static void add_rows(GString *text, const struct kho_drawing_facts *facts, const GArray *sums)
{
	for (guint node = 0, end; node < sums->len; node = end) {
		g_autofree char *name = NULL;

		end = end_of_alike(sums, node);
		name = end == node + 1 ? g_strdup_printf("%u", node) : g_strdup_printf("%u-%u", node, end - 1);
		add_row(text, facts, name, sums_of(sums, node), false);
	}
}

/* What the remarks mean, if there are any. */
static void add_legend(GString *text, const GArray *sums)
{
	bool in_pieces = false, is_short = false;

	for (guint node = 0; node < sums->len; node++) {
		const char *remark = remark_of(sums_of(sums, node), false);

		is_short = is_short || g_strcmp0(remark, "short") == 0;
		in_pieces = in_pieces || g_strcmp0(remark, "in pieces") == 0;
	}
	if (is_short)
		g_string_append(text, "Short: a part of the map would have to lie in other nodes' scratch.\n");
	if (in_pieces)
		g_string_append(text, "In pieces: there is room for the map, but not for its longest run at once.\n");
}

static bool is_renumbered(const struct kho_topology *topology)
{
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		if (kho_linux_nid(topology, nid) != nid)
			return true;
	return false;
}

void kho_drawing_nodes(GString *text, const struct kho_drawing_facts *facts)
{
	g_autoptr(GArray) sums = sum_up(facts);
	const struct sums all = sum_of_all(sums);

	if (facts->scratch)
		g_string_append_printf(text, "%33s %15s %26s\n", "", "map needs", "scratch has");
	else
		g_string_append_printf(text, "%33s %15s\n", "", "map needs");
	g_string_append_printf(text, "%9s %8s %8s %5s %7s %7s", "node", "memory", "sections", "runs", "in all",
			       "at once");
	if (facts->scratch)
		g_string_append_printf(text, " %8s %8s %8s", "in all", "free", "at once");
	g_string_append_c(text, '\n');
	add_rows(text, facts, sums);
	if (sums->len > 1)
		add_row(text, facts, "all", &all, true);
	if (facts->scratch)
		add_legend(text, sums);
	if (is_renumbered(facts->topology))
		g_string_append(text, "Nodes have Linux's numbers: those with CPUs come first.\n");
}
