// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/drawing.h"

#include <inttypes.h>
#include <string.h>

#include "estimator/map_backing.h"
#include "estimator/memory_ranges.h"
#include "harness/judge/paper_difference.h"
#include "harness/model/kexec_segments.h"
#include "harness/model/linux_view.h"
#include "harness/model/size.h"
#include "harness/report/colour.h"
#include "harness/report/drawing_nodes.h"
#include "harness/report/stretches.h"
#include "harness/report/text.h"

#define WIDTH_LEAST 60
#define ADDRESS	    12				    /* characters before the box */
#define BOX	    28				    /* characters between its sides */
#define MARGIN	    (ADDRESS + 1 + 1 + BOX + 1 + 2) /* characters before a remark */
#define PERIOD	    6				    /* rows that may repeat as one */
#define ALIKE	    8				    /* rows that repeat from which on they are not all drawn */
#define SHOWN	    2				    /* repetitions that are, at either end */

struct drawing {
	struct kho_drawing_facts facts;
	GString *text;
	unsigned int room; /* characters for a remark */
	bool begun;	   /* there is something above */
};

static const struct kho_stretch *stretch_at(const struct drawing *drawing, guint i)
{
	return &g_array_index(drawing->facts.stretches, struct kho_stretch, i);
}

static const struct kho_map_run *run_at(const struct drawing *drawing, guint i)
{
	return &g_array_index(drawing->facts.runs, struct kho_map_run, i);
}

static GArray *find_runs(const struct kho_topology *topology)
{
	static const struct kho_geometry geometry = { 64, 4096, 2 << 20, 32768, true };
	g_autoptr(GArray) ranges = kho_linux_ranges(topology, &kho_arch_x86_64);
	const struct kho_memory_ranges known =
		kho_memory_ranges_of(&geometry, (const struct kho_memory_range *)ranges->data, ranges->len);
	const struct kho_memory memory = kho_memory_from_ranges(&known);
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct kho_map_run));
	struct kho_map_run run;
	u64 section = 0;

	while (kho_map_next_run(&memory, geometry.pages_per_section, &section, &run))
		g_array_append_val(runs, run);
	return runs;
}

/* --- remarks: parts that are only broken between them --- */

static void add_part(GPtrArray *parts, char *part)
{
	g_ptr_array_add(parts, part);
}

/* The run that a present section is in. */
static guint run_of(const struct drawing *drawing, uint64_t section)
{
	guint low = 0, high = drawing->facts.runs->len;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (run_at(drawing, middle)->first <= section)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Is this where that run begins? Not if its first section reaches down into the stretch before. */
static bool begins_here(const struct drawing *drawing, guint i, guint run)
{
	uint64_t start = run_at(drawing, run)->first * KHO_DRAWING_SECTION;
	const struct kho_stretch *stretch = stretch_at(drawing, i);

	if (start >= stretch->start)
		return true;
	while (i-- && stretch_at(drawing, i)->end > start)
		if (kho_stretch_usable(stretch_at(drawing, i)))
			return false;
	return start + KHO_DRAWING_SECTION > stretch->start;
}

static void add_sections(const struct drawing *drawing, guint i, GPtrArray *parts)
{
	const struct kho_stretch *stretch = stretch_at(drawing, i);
	uint64_t first = stretch->start / KHO_DRAWING_SECTION, last = (stretch->end - 1) / KHO_DRAWING_SECTION;
	guint from = run_of(drawing, first), to = run_of(drawing, last);

	add_part(parts, first == last ? g_strdup_printf("section %" PRIu64, first)
				      : g_strdup_printf("sections %" PRIu64 "-%" PRIu64, first, last));
	if (from != to || !begins_here(drawing, i, to))
		add_part(parts, from == to ? g_strdup_printf("run %u", to) : g_strdup_printf("runs %u-%u", from, to));
	if (begins_here(drawing, i, to)) {
		g_autofree char *map = kho_text_short(run_at(drawing, to)->count * KHO_DRAWING_MAP);

		add_part(parts, g_strdup_printf("run %u: %" PRIu64 " section%s, map %s", to, run_at(drawing, to)->count,
						run_at(drawing, to)->count == 1 ? "" : "s", map));
	}
}

/* What is loaded into an area, and what that leaves. */
static void add_loaded(const struct drawing *drawing, const struct kho_stretch *stretch, GPtrArray *parts)
{
	const struct kho_layout *layout = drawing->facts.scratch;
	uint64_t left = stretch->end - stretch->start;
	g_autofree char *free_text = NULL;
	guint before = parts->len;

	for (size_t i = 0; i < layout->nr_segments; i++) {
		const struct kho_segment *segment = &layout->segments[i];
		g_autofree char *size = kho_text_short(segment->size);

		if (segment->start < stretch->start || segment->start >= stretch->end)
			continue;
		left -= MIN(left, segment->size);
		add_part(parts, g_strdup_printf("%s %s", kho_segment_kind_text(segment->kind), size));
	}
	free_text = kho_text_short(left);
	if (parts->len > before)
		add_part(parts, g_strdup_printf("%s free", free_text));
}

/* Of char *. */
static GPtrArray *remarks_of(const struct drawing *drawing, guint i)
{
	const struct kho_stretch *stretch = stretch_at(drawing, i);
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);

	if (stretch->kind == KHO_STRETCH_SCRATCH)
		add_loaded(drawing, stretch, parts);
	else if (stretch->kind == KHO_STRETCH_MEMORY)
		add_sections(drawing, i, parts);
	return parts;
}

/* The next line of @parts, of which *@next is the first that is not yet written. */
static char *next_line(const struct drawing *drawing, const GPtrArray *parts, guint *next)
{
	GString *line = g_string_new(NULL);

	for (; *next < parts->len; (*next)++) {
		const char *part = g_ptr_array_index(parts, *next);
		bool last = *next + 1 == parts->len;

		/* The comma behind it, too. */
		if (line->len && line->len + 1 + strlen(part) + !last > drawing->room)
			break;
		g_string_append_printf(line, "%s%s%s", line->len ? " " : "", part, last ? "" : ",");
	}
	return g_string_free(line, FALSE);
}

/* --- rows --- */

/* An address in few characters, exactly: "1026G", "1025G+828M". */
static char *address_text(uint64_t address)
{
	g_autofree char *whole = kho_size_format(address);
	uint64_t unit = 1ULL << 10;

	if (strlen(whole) <= strlen("2984M"))
		return g_steal_pointer(&whole);
	while (address / unit >= 1024 && unit < 1ULL << 30)
		unit <<= 10;
	if (address % unit) {
		g_autofree char *high = kho_size_format(address / unit * unit), *low = kho_size_format(address % unit);

		return g_strdup_printf("%s+%s", high, low);
	}
	return g_steal_pointer(&whole);
}

enum border { TOP, BETWEEN, BOTTOM };

static void add_border(struct drawing *drawing, enum border border, uint64_t address)
{
	static const char *const left[] = { "┌", "├", "└" }, *const right[] = { "┐", "┤", "┘" };
	bool lines = drawing->facts.style->lines;
	g_autofree char *at = address_text(address);

	g_string_append_printf(drawing->text, "%*s %s", ADDRESS, at, lines ? left[border] : "+");
	for (int i = 0; i < BOX; i++)
		g_string_append(drawing->text, lines ? "─" : "-");
	g_string_append_printf(drawing->text, "%s\n", lines ? right[border] : "+");
}

static char *label_of(const struct drawing *drawing, const struct kho_stretch *stretch)
{
	g_autofree char *area = NULL;

	switch (stretch->kind) {
	case KHO_STRETCH_MEMORY:
		return g_strdup_printf("node %u", stretch->node);
	case KHO_STRETCH_SCRATCH:
		area = kho_area_name(drawing->facts.scratch, stretch->area);
		return g_strdup_printf("scratch: %s", area);
	case KHO_STRETCH_RESERVED:
		return g_strdup("reserved");
	case KHO_STRETCH_WINDOW:
		return g_strdup_printf("window: node %u", stretch->node);
	case KHO_STRETCH_DEVICES:
		return g_strdup("devices");
	case KHO_STRETCH_NOTHING:
		return g_strdup("nothing");
	}
	return NULL;
}

static const char *colour_of(const struct drawing *drawing, enum kho_stretch_kind kind)
{
	if (!drawing->facts.style->colours)
		return NULL;
	switch (kind) {
	case KHO_STRETCH_MEMORY:
		break;
	case KHO_STRETCH_SCRATCH:
		return KHO_GREEN;
	case KHO_STRETCH_RESERVED:
		return KHO_RED;
	case KHO_STRETCH_WINDOW:
		return KHO_YELLOW;
	case KHO_STRETCH_DEVICES:
	case KHO_STRETCH_NOTHING:
		return KHO_DIM;
	}
	return NULL;
}

/* A line of the box: @inside has BOX characters; @remark may be empty. */
static void add_line(struct drawing *drawing, bool solid, const char *inside, const char *colour, const char *remark)
{
	const char *side = solid ? "|" : ":";

	if (drawing->facts.style->lines)
		side = solid ? "│" : "┊";
	g_string_append_printf(drawing->text, "%*s %s%s%s%s%s%s%s\n", ADDRESS, "", side, colour ?: "", inside,
			       colour ? KHO_PLAIN : "", side, *remark ? "  " : "", remark);
}

static void add_row(struct drawing *drawing, guint i)
{
	const struct kho_stretch *stretch = stretch_at(drawing, i);
	g_autofree char *label = label_of(drawing, stretch), *size = kho_text_short(stretch->end - stretch->start);
	g_autofree char *inside = g_strdup_printf(" %-*s%7s ", BOX - 9, label, size);
	g_autoptr(GPtrArray) parts = remarks_of(drawing, i);
	guint next = 0;

	add_border(drawing, drawing->begun ? BETWEEN : TOP, stretch->start);
	drawing->begun = true;
	do {
		g_autofree char *line = next_line(drawing, parts, &next);

		add_line(drawing, kho_stretch_usable(stretch), inside, colour_of(drawing, stretch->kind), line);
		memset(inside, ' ', BOX);
	} while (next < parts->len);
}

/* --- rows that repeat --- */

static bool is_alike(const struct kho_stretch *a, const struct kho_stretch *b)
{
	/* Lowmem and global are there but once. */
	return a->kind == b->kind && a->end - a->start == b->end - b->start &&
	       (a->kind != KHO_STRETCH_SCRATCH || (a->area > 1 && b->area > 1));
}

/* How many rows from @i on repeat those that lie @period before them. */
static guint count_repeated(const struct drawing *drawing, guint i, guint period)
{
	guint count = 0;

	for (guint at = i + period; at < drawing->facts.stretches->len; at++, count++)
		if (!is_alike(stretch_at(drawing, at - period), stretch_at(drawing, at)))
			break;
	return count;
}

/* How many repetitions from @i on there are to leave out, of *@period rows. */
static guint count_hidden(const struct drawing *drawing, guint i, guint *period)
{
	for (*period = 1; *period <= PERIOD; (*period)++) {
		guint times = 1 + count_repeated(drawing, i, *period) / *period;

		if (times * *period > ALIKE && times > 2 * SHOWN)
			return times - 2 * SHOWN;
	}
	return 0;
}

static void add_hidden(struct drawing *drawing, guint i, guint period, guint times)
{
	unsigned int least = UINT_MAX, most = 0;
	g_autofree char *said = NULL, *nodes = NULL, *inside = NULL;

	for (guint at = i; at < i + period * times; at++) {
		const struct kho_stretch *stretch = stretch_at(drawing, at);

		if (!kho_stretch_usable(stretch))
			continue;
		least = MIN(least, stretch->node);
		most = MAX(most, stretch->node);
	}
	said = g_strdup_printf(" the same %u times more", times);
	inside = g_strdup_printf("%-*s", BOX, said);
	nodes = least == most ? g_strdup_printf("node %u", least) : g_strdup_printf("nodes %u-%u", least, most);
	add_border(drawing, BETWEEN, stretch_at(drawing, i)->start);
	add_line(drawing, false, inside, NULL, least <= most ? nodes : "");
}

static void add_rows(struct drawing *drawing, guint *i, guint count)
{
	for (guint end = *i + count; *i < end; (*i)++)
		add_row(drawing, *i);
}

static void add_picture(struct drawing *drawing)
{
	guint period, hidden, i = 0, count = drawing->facts.stretches->len;

	while (i < count) {
		hidden = count_hidden(drawing, i, &period);
		add_rows(drawing, &i, hidden ? SHOWN * period : 1);
		if (!hidden)
			continue;
		add_hidden(drawing, i, period, hidden);
		i += hidden * period;
		add_rows(drawing, &i, SHOWN * period);
	}
	if (count)
		add_border(drawing, BOTTOM, stretch_at(drawing, count - 1)->end);
}

char *kho_drawing_text(const struct kho_topology *topology, const struct kho_layout *scratch,
		       const struct kho_drawing_style *style)
{
	g_autoptr(GArray) stretches = kho_stretches_new(topology, scratch), runs = find_runs(topology);
	/* A terminal may wrap after its last character. */
	struct drawing drawing = {
		.facts = { topology, scratch, style, stretches, runs },
		.text = g_string_new(NULL),
		.room = MAX(style->width, WIDTH_LEAST) - 1 - MARGIN,
	};

	add_picture(&drawing);
	g_string_append_c(drawing.text, '\n');
	kho_drawing_nodes(drawing.text, &drawing.facts);
	return g_string_free(drawing.text, FALSE);
}
