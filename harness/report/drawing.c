// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/drawing.h"

#include <inttypes.h>

#include "estimator/map_backing.h"
#include "estimator/memory_ranges.h"
#include "harness/judge/paper_difference.h"
#include "harness/model/kexec_segments.h"
#include "harness/model/linux_view.h"
#include "harness/model/size.h"

#define GIB	    (1ULL << 30)
#define LOW	    (1ULL << 20)
#define DEVICES	    (3 * GIB)
#define DEVICES_END (4 * GIB)
#define SECTION	    (128ULL << 20)
#define BOX	    30 /* characters between the sides */
#define ALIKE	    8  /* rows in a row from which on they are drawn as one */
#define SHOWN	    2  /* of these, at either end */

/* x86-64's, where no kernel has said otherwise. */
static const struct kho_geometry geometry = { 64, 4096, 2 << 20, 32768, true };

enum kind { MEMORY, RESERVED, WINDOW, DEVICE_HOLE, HOLE, SCRATCH };

/* A row of the drawing. */
struct stretch {
	uint64_t start, end;
	enum kind kind;
	unsigned int node;
	size_t area; /* of scratch */
};

struct drawing {
	const struct kho_topology *topology;
	const struct kho_layout *scratch;
	GString *text;
	GArray *stretches; /* of struct stretch, ascending */
	GArray *ranges;	   /* of struct kho_memory_range: usable memory */
	GArray *runs;	   /* of struct kho_map_run */
	guint nr_nodes;
};

static struct stretch *stretch_at(const struct drawing *drawing, guint i)
{
	return &g_array_index(drawing->stretches, struct stretch, i);
}

static void add(GArray *stretches, uint64_t start, uint64_t end, enum kind kind, unsigned int node)
{
	struct stretch stretch = { .start = start, .end = end, .kind = kind, .node = node };

	if (start < end)
		g_array_append_val(stretches, stretch);
}

/* --- what there is --- */

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct stretch *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static void add_all(GArray *stretches, const GArray *ranges, enum kind kind, unsigned int node)
{
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

		add(stretches, range->start, range->end, kind, node);
	}
}

/* Nothing, and of that what QEMU has for devices. */
static void add_gap(GArray *stretches, uint64_t start, uint64_t end)
{
	add(stretches, start, MIN(end, DEVICES), HOLE, 0);
	add(stretches, MAX(start, DEVICES), MIN(end, DEVICES_END), DEVICE_HOLE, 0);
	add(stretches, MAX(start, DEVICES_END), end, HOLE, 0);
}

static void add_gaps(GArray *stretches)
{
	guint count = stretches->len;
	uint64_t at = 0;

	for (guint i = 0; i < count; i++) {
		struct stretch stretch = g_array_index(stretches, struct stretch, i);

		add_gap(stretches, at, stretch.start);
		at = MAX(at, stretch.end);
	}
	g_array_sort(stretches, compare_start);
}

/* Scratch lies in memory, which it cuts. */
static void cut_out(struct drawing *drawing, size_t area)
{
	const struct kho_scratch_area *scratch = &drawing->scratch->scratch[area];
	struct stretch cut = { scratch->start, scratch->start + scratch->size, SCRATCH, 0, area };

	for (guint i = 0; scratch->size && i < drawing->stretches->len; i++) {
		struct stretch *stretch = stretch_at(drawing, i);
		uint64_t end = stretch->end;

		if (stretch->kind != MEMORY || cut.start < stretch->start || cut.end > end)
			continue;
		cut.node = stretch->node;
		stretch->end = cut.start;
		add(drawing->stretches, cut.end, end, MEMORY, cut.node);
		if (stretch_at(drawing, i)->start == cut.start)
			g_array_remove_index(drawing->stretches, i);
		g_array_append_val(drawing->stretches, cut);
		return;
	}
}

static void gather(struct drawing *drawing)
{
	for (guint i = 0; i < drawing->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(drawing->ranges, struct kho_memory_range, i);

		/* What firmware has below 1 MiB is not drawn. */
		add(drawing->stretches, range->start == LOW ? 0 : range->start, range->end, MEMORY, range->node);
	}
	for (guint nid = 0; nid < drawing->nr_nodes; nid++)
		add_all(drawing->stretches, kho_topology_node(drawing->topology, nid)->windows, WINDOW,
			kho_linux_nid(drawing->topology, nid));
	add_all(drawing->stretches, drawing->topology->reserved, RESERVED, 0);
	g_array_sort(drawing->stretches, compare_start);
	add_gaps(drawing->stretches);
	for (size_t area = 0; drawing->scratch && area < drawing->scratch->nr_scratch; area++)
		cut_out(drawing, area);
	g_array_sort(drawing->stretches, compare_start);
}

static void find_runs(struct drawing *drawing)
{
	const struct kho_memory_ranges ranges = kho_memory_ranges_of(
		&geometry, (const struct kho_memory_range *)drawing->ranges->data, drawing->ranges->len);
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	struct kho_map_run run;
	u64 section = 0;

	while (kho_map_next_run(&memory, geometry.pages_per_section, &section, &run))
		g_array_append_val(drawing->runs, run);
}

/* --- rows --- */

static void add_border(GString *text, uint64_t address)
{
	g_autofree char *at = kho_size_format(address);
	g_autofree char *line = g_strnfill(BOX, '-');

	g_string_append_printf(text, "%12s +%s+\n", at, line);
}

static char *label_of(const struct drawing *drawing, const struct stretch *stretch)
{
	g_autofree char *area = stretch->kind == SCRATCH ? kho_area_name(drawing->scratch, stretch->area) : NULL;

	switch (stretch->kind) {
	case MEMORY:
		return g_strdup_printf("node %u", stretch->node);
	case RESERVED:
		return g_strdup("reserved");
	case WINDOW:
		return g_strdup_printf("window of node %u", stretch->node);
	case DEVICE_HOLE:
		return g_strdup("devices");
	case HOLE:
		return g_strdup("nothing");
	case SCRATCH:
		return g_strdup_printf("scratch: %s", area);
	}
	return NULL;
}

static guint run_of(const struct drawing *drawing, uint64_t section)
{
	guint i = drawing->runs->len - 1;

	while (i && g_array_index(drawing->runs, struct kho_map_run, i).first > section)
		i--;
	return i;
}

static char *sections_of(const struct drawing *drawing, const struct stretch *stretch)
{
	uint64_t first = stretch->start / SECTION, last = (stretch->end - 1) / SECTION;
	guint run = run_of(drawing, first);

	if (first == last)
		return g_strdup_printf("section %" PRIu64 ", run %u", first, run);
	return g_strdup_printf("sections %" PRIu64 "-%" PRIu64 ", run %u", first, last, run);
}

/* What is loaded into an area, and what that leaves. */
static char *loaded_into(const struct drawing *drawing, const struct stretch *stretch, uint64_t *left)
{
	GString *text = g_string_new(NULL);

	*left = stretch->end - stretch->start;
	for (size_t i = 0; i < drawing->scratch->nr_segments; i++) {
		const struct kho_segment *segment = &drawing->scratch->segments[i];
		g_autofree char *size = kho_size_format(segment->size);

		if (segment->start < stretch->start || segment->start >= stretch->end)
			continue;
		*left -= MIN(*left, segment->size);
		g_string_append_printf(text, "%s%s %s", text->len ? ", " : "", kho_segment_kind_text(segment->kind),
				       size);
	}
	return g_string_free(text, FALSE);
}

static char *remark_of(const struct drawing *drawing, const struct stretch *stretch)
{
	g_autofree char *loaded = NULL;
	uint64_t left;

	if (stretch->kind == MEMORY)
		return sections_of(drawing, stretch);
	if (stretch->kind != SCRATCH)
		return g_strdup("");
	loaded = loaded_into(drawing, stretch, &left);
	return g_steal_pointer(&loaded);
}

static void add_row(const struct drawing *drawing, const struct stretch *stretch)
{
	bool solid = stretch->kind == MEMORY || stretch->kind == SCRATCH;
	g_autofree char *label = label_of(drawing, stretch), *size = kho_size_format(stretch->end - stretch->start);
	g_autofree char *remark = remark_of(drawing, stretch);
	char side = solid ? '|' : ':';

	g_string_append_printf(drawing->text, "%12s %c %-*s %9s %c%s%s\n", "", side, BOX - 12, label, size, side,
			       *remark ? "  " : "", remark);
}

static bool is_alike(const struct stretch *a, const struct stretch *b)
{
	return a->kind == MEMORY && b->kind == MEMORY && a->end - a->start == b->end - b->start && a->end == b->start;
}

static guint count_alike(const struct drawing *drawing, guint i)
{
	guint end = i + 1;

	while (end < drawing->stretches->len && is_alike(stretch_at(drawing, end - 1), stretch_at(drawing, end)))
		end++;
	return end - i;
}

static void add_picture(const struct drawing *drawing)
{
	for (guint i = 0; i < drawing->stretches->len;) {
		guint alike = count_alike(drawing, i), end = i + alike;

		for (; i < end; i++) {
			if (alike > ALIKE && i == end - alike + SHOWN) {
				add_border(drawing->text, stretch_at(drawing, i)->start);
				g_string_append_printf(drawing->text, "%12s : %u more of the same size\n", "",
						       alike - 2 * SHOWN);
				i = end - SHOWN;
			}
			add_border(drawing->text, stretch_at(drawing, i)->start);
			add_row(drawing, stretch_at(drawing, i));
		}
	}
	add_border(drawing->text, stretch_at(drawing, drawing->stretches->len - 1)->end);
}

/* --- nodes --- */

struct sums {
	uint64_t memory, sections, longest, runs, scratch, left;
};

static void sum_up(const struct drawing *drawing, unsigned int node, struct sums *sums)
{
	for (guint i = 0; i < drawing->runs->len; i++) {
		const struct kho_map_run *run = &g_array_index(drawing->runs, struct kho_map_run, i);

		if (run->nid != node)
			continue;
		sums->runs++;
		sums->sections += run->count;
		sums->longest = MAX(sums->longest, run->count);
	}
	for (guint i = 0; i < drawing->stretches->len; i++) {
		const struct stretch *stretch = stretch_at(drawing, i);
		g_autofree char *loaded = NULL;
		uint64_t left;

		if (stretch->node != node || (stretch->kind != MEMORY && stretch->kind != SCRATCH))
			continue;
		sums->memory += stretch->end - stretch->start;
		if (stretch->kind == MEMORY)
			continue;
		loaded = loaded_into(drawing, stretch, &left);
		sums->scratch += stretch->end - stretch->start;
		sums->left += left;
	}
}

static void add_node(const struct drawing *drawing, unsigned int node)
{
	struct sums sums = { 0 };
	g_autofree char *memory = NULL, *map = NULL, *longest = NULL, *scratch = NULL, *left = NULL;

	sum_up(drawing, node, &sums);
	memory = kho_size_format(sums.memory);
	map = kho_size_format(sums.sections * (SECTION / 64));
	longest = kho_size_format(sums.longest * (SECTION / 64));
	scratch = kho_size_format(sums.scratch);
	left = kho_size_format(sums.left);
	g_string_append_printf(drawing->text, "%6u %9s %9" PRIu64 " %5" PRIu64 " %9s %9s", node, memory, sums.sections,
			       sums.runs, map, longest);
	if (drawing->scratch)
		g_string_append_printf(drawing->text, " %9s %9s", scratch, left);
	g_string_append_c(drawing->text, '\n');
}

static void add_nodes(const struct drawing *drawing)
{
	bool moved = false;

	g_string_append_printf(drawing->text, "\n  node    memory  sections  runs       map   longest%s\n",
			       drawing->scratch ? "   scratch    usable" : "");
	for (guint node = 0; node < drawing->nr_nodes; node++) {
		add_node(drawing, node);
		moved |= kho_linux_nid(drawing->topology, node) != node;
	}
	if (moved)
		g_string_append(drawing->text, "Nodes have Linux's numbers: those with CPUs come first.\n");
}

char *kho_drawing_text(const struct kho_topology *topology, const struct kho_layout *scratch)
{
	g_autoptr(GArray) stretches = g_array_new(FALSE, FALSE, sizeof(struct stretch));
	g_autoptr(GArray) ranges = kho_linux_ranges(topology);
	g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(struct kho_map_run));
	struct drawing drawing = {
		topology, scratch, g_string_new(NULL), stretches, ranges, runs, topology->nodes->len
	};

	gather(&drawing);
	find_runs(&drawing);
	if (stretches->len)
		add_picture(&drawing);
	add_nodes(&drawing);
	return g_string_free(drawing.text, FALSE);
}
