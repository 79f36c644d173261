// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/shard.h"

#include "harness/model/cost.h"
#include "harness/model/error.h"
#include "harness/model/size.h"

/* Cells of one machine, which stay together. */
struct part {
	GPtrArray *cells; /* of const struct kho_cell * */
	guint64 cost;	  /* of them and of the machine's controls */
	guint shard;	  /* from 0 */
};

bool kho_shard_parse(const char *text, struct kho_shard *shard, GError **error)
{
	uint64_t index, count;
	const char *end;

	*shard = (struct kho_shard){ 0 };
	if (kho_number_parse(text, &end, &index) && *end == '/' && kho_number_parse(end + 1, &end, &count) && !*end &&
	    index >= 1 && index <= count && count <= KHO_SHARDS_MAX) {
		shard->index = index;
		shard->count = count;
		return true;
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "--shard=%s: is not I/N, part I of N, as 1/4 to 4/4 are (at most %d)", text, KHO_SHARDS_MAX);
	return false;
}

void kho_shard_clear(struct kho_shard *shard)
{
	g_clear_pointer(&shard->planned, g_ptr_array_unref);
}

/* --- parts --- */

static void free_part(gpointer data)
{
	struct part *part = data;

	g_ptr_array_unref(part->cells);
	g_free(part);
}

static struct part *add_part(GPtrArray *parts)
{
	struct part *part = g_new0(struct part, 1);

	part->cells = g_ptr_array_new();
	g_ptr_array_add(parts, part);
	return part;
}

static guint64 controls_cost(const struct part *part)
{
	g_autoptr(GPtrArray) controls = kho_controls_for(part->cells);
	guint64 cost = 0;

	for (guint i = 0; i < controls->len; i++)
		cost += kho_cell_cost(g_ptr_array_index(controls, i));
	return cost;
}

static void weigh(struct part *part)
{
	part->cost = controls_cost(part);
	for (guint i = 0; i < part->cells->len; i++)
		part->cost += kho_cell_cost(g_ptr_array_index(part->cells, i));
}

static struct part *part_of(GPtrArray *parts, const struct kho_cell *cell)
{
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = g_ptr_array_index(parts, i);

		if (kho_cell_same_machine(g_ptr_array_index(part->cells, 0), cell))
			return part;
	}
	return add_part(parts);
}

static GPtrArray *machines_of(const GPtrArray *cells, guint64 *total)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(free_part);

	for (guint i = 0; i < cells->len; i++) {
		gpointer cell = g_ptr_array_index(cells, i);

		g_ptr_array_add(part_of(parts, cell)->cells, cell);
	}
	*total = 0;
	for (guint i = 0; i < parts->len; i++) {
		weigh(g_ptr_array_index(parts, i));
		*total += ((struct part *)g_ptr_array_index(parts, i))->cost;
	}
	return parts;
}

/* In pieces of as many cells, give or take one. */
static void cut(GPtrArray *parts, const struct part *machine, guint pieces)
{
	guint begun = 0;

	for (guint piece = 1; piece <= pieces; piece++) {
		guint end = (guint64)machine->cells->len * piece / pieces;
		struct part *part = add_part(parts);

		for (; begun < end; begun++)
			g_ptr_array_add(part->cells, g_ptr_array_index(machine->cells, begun));
		weigh(part);
	}
}

static GPtrArray *parts_of(const GPtrArray *cells, guint count)
{
	guint64 total;
	g_autoptr(GPtrArray) machines = machines_of(cells, &total);
	GPtrArray *parts = g_ptr_array_new_with_free_func(free_part);

	for (guint i = 0; i < machines->len; i++) {
		const struct part *machine = g_ptr_array_index(machines, i);
		/* A quarter more than an even part is no reason for running controls once more. */
		guint64 pieces = machine->cost * count * 4 / (total * 5) + 1;

		cut(parts, machine, MIN(pieces, machine->cells->len));
	}
	return parts;
}

/* --- who has which --- */

static gint dearer_first(gconstpointer a, gconstpointer b)
{
	const struct part *one = *(const struct part *const *)a, *other = *(const struct part *const *)b;

	return (one->cost < other->cost) - (one->cost > other->cost);
}

/* The dearest first, each to the shard that has least to do (g_ptr_array_sort() keeps the order of equals). */
static void share_out(GPtrArray *parts, guint count)
{
	g_autofree guint64 *loads = g_new0(guint64, count);

	g_ptr_array_sort(parts, dearer_first);
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = g_ptr_array_index(parts, i);

		for (guint shard = 1; shard < count; shard++)
			if (loads[shard] < loads[part->shard])
				part->shard = shard;
		loads[part->shard] += part->cost;
	}
}

GPtrArray *kho_shard_cells(struct kho_shard *shard, const GPtrArray *cells)
{
	g_autoptr(GPtrArray) parts = parts_of(cells, shard->count);
	g_autoptr(GHashTable) own = g_hash_table_new(NULL, NULL);
	GPtrArray *mine = g_ptr_array_new();

	share_out(parts, shard->count);
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		for (guint c = 0; part->shard == shard->index - 1 && c < part->cells->len; c++)
			g_hash_table_add(own, g_ptr_array_index(part->cells, c));
	}
	shard->planned = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < cells->len; i++) {
		struct kho_cell *cell = g_ptr_array_index(cells, i);

		g_ptr_array_add(shard->planned, g_strdup(cell->id));
		if (g_hash_table_contains(own, cell))
			g_ptr_array_add(mine, cell);
	}
	return mine;
}
