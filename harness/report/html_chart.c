// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/html_chart.h"

#include <math.h>
#include <string.h>

#include "harness/model/axis.h"
#include "harness/report/comparison.h"
#include "harness/report/html_cell.h"
#include "harness/report/text.h"

#define WIDTH 900 /* of a drawing, in its own units */

/* Does it count: judged, by this kernel (or pair)? */
static bool counts(const struct kho_result *result, const char *kernel, enum kho_estimator estimator)
{
	return kho_is_of_kernel(result, kernel) && result->ended &&
	       result->estimates[estimator].verdict.name != KHO_VERDICT_EXCLUDED;
}

static bool died(const struct kho_result *result)
{
	return kho_outcome_failed(result->outcome.name);
}

/* Died: a cross; lived: a ring. Both lead to their cell. */
static void add_mark(GString *svg, const struct kho_result *result, double x, double y)
{
	g_autofree char *address = kho_html_cell_address(result), *id = kho_text_markup(result->cell->id);
	g_autofree char *at_x = kho_text_decimal(x, 1), *at_y = kho_text_decimal(y, 1);

	g_string_append_printf(svg, "<a href=\"%s\"><title>%s: %s</title>", address, id,
			       kho_outcome_text(result->outcome.name));
	if (died(result))
		g_string_append_printf(svg, "<path class=\"died\" d=\"M%s %sm-4 -4l8 8m0 -8l-8 8\"/></a>", at_x, at_y);
	else
		g_string_append_printf(svg, "<circle class=\"lived\" cx=\"%s\" cy=\"%s\" r=\"4\"/></a>", at_x, at_y);
}

static void add_label(GString *svg, double x, double y, const char *anchor, const char *text)
{
	g_autofree char *escaped = kho_text_markup(text);

	g_string_append_printf(svg, "<text class=\"dim\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>", x, y,
			       anchor, escaped);
}

static void begin(GString *page, guint height, const char *label)
{
	g_autofree char *escaped = kho_text_markup(label);

	g_string_append_printf(
		page, "<svg viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" role=\"group\" aria-label=\"%s\">\n",
		WIDTH, height, WIDTH, height, escaped);
}

/* --- what the worst node has of what it needs --- */

#define BINS	    64
#define RATIO_MOST  16.0 /* what is beyond, and what is below the inverse, goes to the last bins */
#define MARK_HEIGHT 10
#define STACK_MOST  14 /* marks in a bin, up or down: more lie on each other */
#define FEW	    3  /* cells, which are no chart */

/* The smallest share of any node; negative: not known. Of the host's figures, as it has all nodes. */
static double ratio_of(const struct kho_result *result, enum kho_estimator estimator)
{
	const GArray *nodes = result->estimates[estimator].places[KHO_PLACE_HOST].nodes;
	double least = -1;

	for (guint i = 0; nodes && i < nodes->len; i++) {
		const struct kho_sparsemem_node *node = &g_array_index(nodes, struct kho_sparsemem_node, i);
		double ratio = node->required_bytes ? node->usable_bytes / (double)node->required_bytes : -1;

		if (ratio >= 0 && (least < 0 || ratio < least))
			least = ratio;
	}
	return least;
}

static guint bin_of(double ratio)
{
	double place = log2(MAX(ratio, 1e-9)) / log2(RATIO_MOST); /* -1 to 1, within the bins */

	return CLAMP((place + 1) / 2 * BINS, 0, BINS - 1);
}

static double bin_middle(guint bin)
{
	return 20 + (WIDTH - 40) * (bin + 0.5) / BINS;
}

struct ratios {
	guint lived, died;
	double least_lived, most_died;
};

static void note_ratio(struct ratios *ratios, const struct kho_result *result, double ratio)
{
	if (died(result)) {
		ratios->most_died = ratios->died ? MAX(ratios->most_died, ratio) : ratio;
		ratios->died++;
	} else {
		ratios->least_lived = ratios->lived ? MIN(ratios->least_lived, ratio) : ratio;
		ratios->lived++;
	}
}

/* Marks pile up, away from the middle; what is above is drawn at @base - ..., what is below at @base + ... */
static void add_pile(GString *svg, const struct kho_result *result, guint *pile, guint bin, guint base)
{
	guint height = pile[bin]++;
	double away = 9 + MIN(height, STACK_MOST - 1) * MARK_HEIGHT;

	add_mark(svg, result, bin_middle(bin), died(result) ? base + away : base - away);
}

static guint highest(const guint *pile)
{
	guint most = 1;

	for (guint i = 0; i < BINS; i++)
		most = MAX(most, pile[i]);
	return MIN(most, STACK_MOST);
}

static void add_ratio_scale(GString *svg, guint base, guint height)
{
	static const struct {
		double ratio;
		const char *text;
	} ticks[] = { { 1.0 / 16, "1/16 or less" }, { 0.25, "1/4" }, { 0.5, "1/2" }, { 2, "2" }, { 4, "4" },
		      { 16, "16 or more" } };
	double line = 20 + (WIDTH - 40) / 2.0;

	g_string_append_printf(svg, "<line class=\"axis\" x1=\"20\" x2=\"%u\" y1=\"%u\" y2=\"%u\"/>", WIDTH - 20, base,
			       base);
	g_string_append_printf(svg, "<line class=\"line\" x1=\"%.0f\" x2=\"%.0f\" y1=\"0\" y2=\"%u\"/>", line, line,
			       height - 18);
	for (guint i = 0; i < G_N_ELEMENTS(ticks); i++) {
		double x = 20 + (WIDTH - 40) * (log2(ticks[i].ratio) / log2(RATIO_MOST) + 1) / 2;

		add_label(svg, x, height - 4,
			  i == 0			 ? "start"
			  : i + 1 == G_N_ELEMENTS(ticks) ? "end"
							 : "middle",
			  ticks[i].text);
	}
	add_label(svg, line, height - 4, "middle", "1: it has just what it needs");
}

static char *ratio_caption(enum kho_estimator estimator, const struct ratios *ratios)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
			       "%s warns of what lies left of the line. Rings (%u) survived, crosses (%u) died: a "
			       "ring to the left is a false positive, a cross to the right a false negative.",
			       kho_estimator_text(estimator), ratios->lived, ratios->died);
	if (ratios->lived && ratios->died && ratios->least_lived <= ratios->most_died) {
		g_autofree char *low = kho_text_decimal(ratios->least_lived, 2);
		g_autofree char *high = kho_text_decimal(ratios->most_died, 2);

		g_string_append_printf(
			text, " Between %s and %s there are both, so that no line on this scale is right.", low, high);
	}
	return g_string_free(text, FALSE);
}

static void add_ratio_chart(GString *page, const struct kho_run *run, const char *kernel, enum kho_estimator estimator)
{
	guint up[BINS] = { 0 }, down[BINS] = { 0 }, base, height;
	struct ratios ratios = { 0 };
	g_autoptr(GString) marks = g_string_new(NULL);
	g_autofree char *caption = NULL, *escaped = NULL, *label = NULL;

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		double ratio = counts(result, kernel, estimator) ? ratio_of(result, estimator) : -1;

		if (ratio < 0)
			continue;
		note_ratio(&ratios, result, ratio);
		(died(result) ? down : up)[bin_of(ratio)]++;
	}
	if (ratios.lived + ratios.died < FEW)
		return;
	base = highest(up) * MARK_HEIGHT + 8;
	height = base + highest(down) * MARK_HEIGHT + 30;
	memset(up, 0, sizeof(up));
	memset(down, 0, sizeof(down));
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		double ratio = counts(result, kernel, estimator) ? ratio_of(result, estimator) : -1;

		if (ratio >= 0)
			add_pile(marks, result, died(result) ? down : up, bin_of(ratio), base);
	}
	caption = ratio_caption(estimator, &ratios);
	escaped = kho_text_markup(caption);
	label = g_strdup_printf("%s: what the worst node has of what it needs", kho_estimator_text(estimator));
	g_string_append_printf(page, "<figure><h3>%s</h3>\n<div class=\"wide\">", label);
	begin(page, height, label);
	add_ratio_scale(page, base, height);
	g_string_append_len(page, marks->str, (gssize)marks->len);
	g_string_append_printf(page, "\n</svg></div><figcaption>%s</figcaption></figure>\n", escaped);
}

void kho_html_ratio_charts(GString *page, const struct kho_run *run, const char *kernel)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (!run->hidden[i])
			add_ratio_chart(page, run, kernel, i);
}

/* --- along an axis --- */

#define LABEL_WIDTH 90
#define ROW	    20
#define AXES_MOST   40

struct ladder {
	char *name;    /* "two-even 16M,*,32M" */
	GArray *rungs; /* of struct rung, ascending */
	bool some_died, some_lived;
};

struct rung {
	double size; /* bytes or percent */
	char *text;
	const struct kho_result *result;
};

static void clear_rung(gpointer data)
{
	g_free(((struct rung *)data)->text);
}

static void free_ladder(gpointer data)
{
	struct ladder *ladder = data;

	g_free(ladder->name);
	g_array_unref(ladder->rungs);
	g_free(ladder);
}

static double size_on(enum kho_axis_kind kind, const struct kho_scratch_spec *spec)
{
	switch (kind) {
	case KHO_AXIS_LOWMEM:
		return spec->lowmem;
	case KHO_AXIS_GLOBAL:
		return spec->global;
	case KHO_AXIS_PERNODE:
		return spec->pernode;
	case KHO_AXIS_PERCENT:
		return spec->scale;
	case KHO_AXIS_TOTAL:
	case KHO_NR_AXES:
		break;
	}
	return 0;
}

static struct ladder *ladder_called(GPtrArray *ladders, GHashTable *by_name, const char *name)
{
	struct ladder *ladder = g_hash_table_lookup(by_name, name);

	if (!ladder) {
		ladder = g_new0(struct ladder, 1);
		ladder->name = g_strdup(name);
		ladder->rungs = g_array_new(FALSE, FALSE, sizeof(struct rung));
		g_array_set_clear_func(ladder->rungs, clear_rung);
		g_ptr_array_add(ladders, ladder);
		g_hash_table_insert(by_name, ladder->name, ladder);
	}
	return ladder;
}

/* The axes that a cell lies on: those of its kind of spec. */
static void climb(GPtrArray *ladders, GHashTable *by_name, const struct kho_result *result)
{
	const struct kho_scratch_spec *spec = result->cell->scratch;

	for (int kind = 0; kind < KHO_NR_AXES; kind++) {
		bool percent = kind == KHO_AXIS_PERCENT;
		g_autoptr(KhoAxis) axis = NULL;
		g_autofree char *name = NULL;
		struct rung rung = { .size = size_on(kind, spec), .result = result };
		struct ladder *ladder;

		if (kind == KHO_AXIS_TOTAL || percent != spec->percent || rung.size <= 0)
			continue;
		axis = kho_axis_through(kind, spec->text, NULL);
		if (!axis)
			continue;
		name = g_strdup_printf("%s %s%s%s", result->cell->topology->name, axis->text,
				       g_str_equal(result->cell->payload, "default") ? "" : " +",
				       g_str_equal(result->cell->payload, "default") ? "" : result->cell->payload);
		ladder = ladder_called(ladders, by_name, name);
		rung.text = percent ? g_strdup_printf("%.0f%%", rung.size) : kho_text_short((u64)rung.size);
		g_array_append_val(ladder->rungs, rung);
		*(died(result) ? &ladder->some_died : &ladder->some_lived) = true;
	}
}

static int compare_rungs(gconstpointer a, gconstpointer b)
{
	const struct rung *left = a, *right = b;

	return left->size < right->size ? -1 : left->size > right->size;
}

static double rung_x(const struct ladder *ladder, guint index)
{
	return LABEL_WIDTH + (WIDTH - LABEL_WIDTH) * (index + 0.5) / ladder->rungs->len;
}

/* Warned: a full square; silent: an empty one. */
static void add_answers(GString *svg, const struct ladder *ladder, enum kho_estimator estimator, guint y)
{
	add_label(svg, 0, y + 4, "start", kho_estimator_text(estimator));
	for (guint i = 0; i < ladder->rungs->len; i++) {
		const struct rung *rung = &g_array_index(ladder->rungs, struct rung, i);
		const struct kho_prediction *prediction = kho_estimate_prediction(&rung->result->estimates[estimator]);
		const char *answer = kho_text_answer(prediction->answer);
		g_autofree char *x = kho_text_decimal(rung_x(ladder, i) - 5, 1);

		if (prediction->answer == KHO_ANSWER_INSUFFICIENT || prediction->answer == KHO_ANSWER_SUFFICIENT)
			g_string_append_printf(svg,
					       "<rect class=\"%s\" x=\"%s\" y=\"%u\" width=\"10\" height=\"10\">"
					       "<title>%s</title></rect>",
					       answer, x, y - 5, answer);
	}
}

static void add_ladder(GString *page, const struct kho_run *run, const struct ladder *ladder)
{
	guint height = ROW, y = ROW * 3 / 2;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		height += run->hidden[i] ? 0 : ROW;
	begin(page, height + ROW * 2, ladder->name);
	for (guint i = 0; i < ladder->rungs->len; i++)
		add_label(page, rung_x(ladder, i), 12, "middle", g_array_index(ladder->rungs, struct rung, i).text);
	add_label(page, 0, y + 4, "start", "seen");
	for (guint i = 0; i < ladder->rungs->len; i++)
		add_mark(page, g_array_index(ladder->rungs, struct rung, i).result, rung_x(ladder, i), y);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (run->hidden[i])
			continue;
		y += ROW;
		add_answers(page, ladder, i, y);
	}
	g_string_append(page, "\n</svg>");
}

static bool is_telling(const struct ladder *ladder)
{
	return ladder->some_died && ladder->some_lived && ladder->rungs->len >= 3;
}

void kho_html_axis_charts(GString *page, const struct kho_run *run, const char *kernel)
{
	g_autoptr(GPtrArray) ladders = g_ptr_array_new_with_free_func(free_ladder);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	guint count = 0;

	for (guint i = 0; i < run->results->len; i++)
		if (counts(g_ptr_array_index(run->results, i), kernel, KHO_ESTIMATOR_SPARSEMEM))
			climb(ladders, by_name, g_ptr_array_index(run->results, i));
	for (guint i = 0; i < ladders->len; i++) {
		struct ladder *ladder = g_ptr_array_index(ladders, i);
		g_autofree char *name = kho_text_markup(ladder->name);

		if (!is_telling(ladder))
			continue;
		if (!count)
			g_string_append(
				page, "<details class=\"axes\"><summary>Along an axis of kho_scratch=: where machines "
				      "die, and where each estimator draws its line</summary>\n<p class=\"note\">"
				      "A ring survived, a cross died; a full square is a warning, an empty one is "
				      "silence.</p>\n");
		if (count++ >= AXES_MOST)
			continue;
		g_array_sort(ladder->rungs, compare_rungs);
		g_string_append_printf(page, "<figure><h3>%s</h3><div class=\"wide\">", name);
		add_ladder(page, run, ladder);
		g_string_append(page, "</div></figure>\n");
	}
	if (count > AXES_MOST)
		g_string_append_printf(page, "<p class=\"note\">... and %u more.</p>\n", count - AXES_MOST);
	if (count)
		g_string_append(page, "</details>\n");
}
