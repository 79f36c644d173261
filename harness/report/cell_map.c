// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/cell_map.h"

#include <stdlib.h>
#include <string.h>

#include "harness/report/json_value.h"

static void clear_piece(gpointer data)
{
	g_free(((struct kho_map_piece *)data)->name);
}

/* Takes @name. */
static void add(struct kho_cell_map *map, enum kho_map_row row, uint64_t start, uint64_t end, int node, char *name)
{
	struct kho_map_piece piece = { .row = row, .start = start, .end = end, .node = node, .name = name };

	if (start >= end) {
		g_free(name);
		return;
	}
	g_array_append_val(map->pieces, piece);
	/* What memblock reserved may lie anywhere, such as where no memory is; it does not stretch the picture. */
	if (row == KHO_MAP_MEMORY)
		map->end = MAX(map->end, end);
}

static uint64_t end_of(uint64_t start, uint64_t size)
{
	return size > UINT64_MAX - start ? UINT64_MAX : start + size;
}

static int node_at(const struct kho_result *result, uint64_t address)
{
	for (guint i = 0; i < result->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(result->ranges, struct kho_memory_range, i);

		if (address >= range->start && address < range->end)
			return (int)range->node;
	}
	return -1;
}

static void add_memory(struct kho_cell_map *map, const struct kho_result *result)
{
	for (guint i = 0; i < result->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(result->ranges, struct kho_memory_range, i);

		add(map, KHO_MAP_MEMORY, range->start, range->end, (int)range->node,
		    g_strdup_printf("node %u", range->node));
	}
}

/* In the kernel's order: lowmem, global, and one for each node with memory (kho_reserve_scratch(), 6.18 to 7.3). */
static void add_scratch(struct kho_cell_map *map, const struct kho_result *result)
{
	for (guint i = 0; i < result->scratch->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(result->scratch, struct kho_scratch_area, i);
		int node = node_at(result, area->start);

		add(map, KHO_MAP_SCRATCH, area->start, end_of(area->start, area->size), node,
		    i == 0   ? g_strdup("lowmem")
		    : i == 1 ? g_strdup("global")
			     : g_strdup_printf("per node, %d", node));
	}
}

static void add_preserved(struct kho_cell_map *map, const struct kho_result *result)
{
	for (guint i = 0; i < result->preserved->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(result->preserved, struct kho_scratch_area, i);
		int node = node_at(result, area->start);

		add(map, KHO_MAP_KEPT, area->start, end_of(area->start, area->size), node,
		    g_strdup_printf("on node %d", node));
	}
}

static void add_segments(struct kho_cell_map *map, const struct kho_result *result)
{
	for (guint i = 0; i < result->segments->len; i++) {
		const struct kho_segment *segment = &g_array_index(result->segments, struct kho_segment, i);

		add(map, KHO_MAP_LOADED, segment->start, end_of(segment->start, segment->size),
		    node_at(result, segment->start), g_strdup(kho_segment_kind_text(segment->kind)));
	}
}

static void add_reserved(struct kho_cell_map *map, const struct kho_result *result,
			 const struct kho_read_autopsy *autopsy)
{
	for (guint i = 0; i < autopsy->reserved->len; i++) {
		const struct kho_reserved_region *region =
			&g_array_index(autopsy->reserved, struct kho_reserved_region, i);

		add(map, KHO_MAP_RESERVED, region->start, MIN(region->end, map->end), node_at(result, region->start),
		    kho_text_clean(region->flags));
	}
}

static int compare_pieces(gconstpointer a, gconstpointer b)
{
	const struct kho_map_piece *left = a, *right = b;

	if (left->row != right->row)
		return (int)left->row - (int)right->row;
	return left->start < right->start ? -1 : left->start > right->start;
}

struct kho_cell_map *kho_cell_map_new(const struct kho_result *result, const struct kho_read_autopsy *autopsy)
{
	struct kho_cell_map *map = g_new0(struct kho_cell_map, 1);

	map->pieces = g_array_new(FALSE, FALSE, sizeof(struct kho_map_piece));
	g_array_set_clear_func(map->pieces, clear_piece);
	add_memory(map, result);
	add_scratch(map, result);
	add_preserved(map, result);
	add_segments(map, result);
	if (autopsy)
		add_reserved(map, result, autopsy);
	g_array_sort(map->pieces, compare_pieces);
	return map;
}

void kho_cell_map_free(struct kho_cell_map *map)
{
	g_array_unref(map->pieces);
	g_free(map);
}

const char *kho_map_row_text(enum kho_map_row row)
{
	switch (row) {
	case KHO_MAP_MEMORY:
		return "memory";
	case KHO_MAP_SCRATCH:
		return "scratch";
	case KHO_MAP_KEPT:
		return "preserved";
	case KHO_MAP_LOADED:
		return "loaded";
	case KHO_MAP_RESERVED:
		return "reserved";
	case KHO_NR_MAP_ROWS:
		break;
	}
	return NULL;
}

/* --- for a terminal --- */

#define NAME_WIDTH    10 /* of a row's, with what is behind it */
#define WIDTH_MIN     40
#define LEGEND_PIECES 24 /* of a row: more are only counted */

static char letter_of(const struct kho_map_piece *piece, guint index)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	if (piece->row == KHO_MAP_MEMORY)
		return (char)('0' + MAX(piece->node, 0) % 10);
	if (piece->row == KHO_MAP_RESERVED)
		return '#';
	return letters[index % (sizeof(letters) - 1)];
}

/* Columns that a piece touches: at least one, so that nothing small is lost. */
static void draw(const struct kho_cell_map *map, const struct kho_map_piece *piece, char letter, char *bar,
		 guint columns)
{
	double scale = columns / (double)map->end;
	guint from = CLAMP(piece->start * scale, 0, columns - 1), to = CLAMP(piece->end * scale, from + 1, columns);

	memset(bar + from, letter, to - from);
}

struct drawn {
	const struct kho_map_piece *piece;
	char letter;
};

/* The largest last, so that what is small hides nothing that is large where they share a column. */
static int compare_drawn(gconstpointer a, gconstpointer b)
{
	const struct kho_map_piece *left = ((const struct drawn *)a)->piece, *right = ((const struct drawn *)b)->piece;
	uint64_t one = left->end - left->start, other = right->end - right->start;

	return one < other ? -1 : one > other;
}

static void add_bar(GString *text, const struct kho_cell_map *map, enum kho_map_row row, guint columns)
{
	g_autofree char *bar = g_strnfill(columns, row == KHO_MAP_MEMORY ? ' ' : '.');
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct drawn));

	for (guint i = 0; i < map->pieces->len; i++) {
		const struct kho_map_piece *piece = &g_array_index(map->pieces, struct kho_map_piece, i);
		struct drawn drawn = { piece, letter_of(piece, pieces->len) };

		if (piece->row == row)
			g_array_append_val(pieces, drawn);
	}
	g_array_sort(pieces, compare_drawn);
	for (guint i = 0; i < pieces->len; i++) {
		const struct drawn *drawn = &g_array_index(pieces, struct drawn, i);

		draw(map, drawn->piece, drawn->letter, bar, columns);
	}
	if (pieces->len)
		g_string_append_printf(text, "%-*s|%s|\n", NAME_WIDTH - 1, kho_map_row_text(row), bar);
}

static void add_piece(GString *text, const struct kho_map_piece *piece, guint index)
{
	g_autofree char *size = kho_text_short(piece->end - piece->start);

	g_string_append_printf(text, "%*s%c  0x%010" PRIx64 "-0x%010" PRIx64 " %7s  %s\n", NAME_WIDTH - 2, "",
			       letter_of(piece, index), piece->start, piece->end, size, piece->name);
}

static void add_legend(GString *text, const struct kho_cell_map *map, enum kho_map_row row)
{
	guint count = 0;
	uint64_t rest = 0;

	for (guint i = 0; i < map->pieces->len; i++) {
		const struct kho_map_piece *piece = &g_array_index(map->pieces, struct kho_map_piece, i);

		if (piece->row != row)
			continue;
		if (!count)
			g_string_append_printf(text, "%s\n", kho_map_row_text(row));
		if (count < LEGEND_PIECES)
			add_piece(text, piece, count);
		else
			rest += piece->end - piece->start;
		count++;
	}
	if (rest) {
		g_autofree char *size = kho_text_short(rest);

		g_string_append_printf(text, "%*s... and %u more, %s\n", NAME_WIDTH - 2, "", count - LEGEND_PIECES,
				       size);
	}
}

char *kho_cell_map_text(const struct kho_cell_map *map, guint width)
{
	guint columns = MAX(width, WIDTH_MIN) - NAME_WIDTH - 1;
	GString *text = g_string_new(NULL);
	g_autofree char *end = kho_text_short(map->end);

	if (!map->end)
		return g_string_free(text, FALSE);
	for (int row = 0; row < KHO_NR_MAP_ROWS; row++)
		add_bar(text, map, row, columns);
	g_string_append_printf(text, "%*s0%*s\n", NAME_WIDTH, "", columns - 1, end);
	for (int row = 0; row < KHO_NR_MAP_ROWS; row++)
		add_legend(text, map, row);
	return g_string_free(text, FALSE);
}

/* --- for the page --- */

static JsonArray *piece_array(const struct kho_map_piece *piece)
{
	JsonArray *array = json_array_new();
	g_autofree char *clean = kho_text_clean(piece->name);

	add_number(array, piece->start);
	add_number(array, piece->end);
	json_array_add_int_element(array, piece->node);
	json_array_add_string_element(array, clean);
	return array;
}

static JsonObject *row_object(const struct kho_cell_map *map, enum kho_map_row row)
{
	JsonObject *object = json_object_new();
	JsonArray *pieces = json_array_new();

	put_text(object, "name", kho_map_row_text(row));
	for (guint i = 0; i < map->pieces->len; i++) {
		const struct kho_map_piece *piece = &g_array_index(map->pieces, struct kho_map_piece, i);

		if (piece->row == row)
			json_array_add_array_element(pieces, piece_array(piece));
	}
	json_object_set_array_member(object, "pieces", pieces);
	return object;
}

char *kho_cell_map_json(const struct kho_cell_map *map)
{
	JsonNode *root = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();
	JsonArray *rows = json_array_new();

	put_number(object, "end", map->end);
	for (int row = 0; row < KHO_NR_MAP_ROWS; row++)
		json_array_add_object_element(rows, row_object(map, row));
	json_object_set_array_member(object, "rows", rows);
	json_node_take_object(root, object);
	return json_text(root, false);
}
