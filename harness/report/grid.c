// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/grid.h"

#include <string.h>

#include "harness/report/comparison.h"

char *kho_grid_letters(const char *verdict)
{
	GString *text = g_string_new(NULL);

	if (strlen(verdict) == 2 && g_ascii_isupper(verdict[0]))
		g_string_append(text, verdict);
	else
		for (const char *c = verdict; *c; c++)
			if (c == verdict || c[-1] == '-' || c[-1] == ' ')
				g_string_append_c(text, *c);
	return g_string_free(text, FALSE);
}

static guint place_of(GPtrArray *names, GHashTable *places, const char *name)
{
	guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, name));

	if (!place) {
		g_ptr_array_add(names, (gpointer)name);
		place = names->len;
		g_hash_table_insert(places, (gpointer)name, GUINT_TO_POINTER(place));
	}
	return place - 1;
}

/* Enough for any run: a row and a column of it have less than 2^32 each. */
static gint64 *square_key(guint row, guint column)
{
	gint64 key = (gint64)row << 32 | column;

	return g_memdup2(&key, sizeof(key));
}

static GArray *lookup(const struct kho_grid *grid, guint row, guint column)
{
	g_autofree gint64 *key = square_key(row, column);

	return g_hash_table_lookup(grid->squares, key);
}

static void place(struct kho_grid *grid, guint index)
{
	const struct kho_result *result = g_ptr_array_index(grid->run->results, index);
	guint row = place_of(grid->topologies, grid->rows, result->cell->topology->name);
	guint column = place_of(grid->specs, grid->columns, result->cell->scratch->text);
	GArray *cells = lookup(grid, row, column);

	if (!cells) {
		cells = g_array_new(FALSE, FALSE, sizeof(guint));
		g_hash_table_insert(grid->squares, square_key(row, column), cells);
		grid->filled++;
	}
	g_array_append_val(cells, index);
}

static void free_cells(gpointer data)
{
	g_array_unref(data);
}

void kho_grid_fill(struct kho_grid *grid, const struct kho_run *run, const char *kernel)
{
	*grid = (struct kho_grid){ .run = run, .topologies = g_ptr_array_new(), .specs = g_ptr_array_new() };
	grid->rows = g_hash_table_new(g_str_hash, g_str_equal);
	grid->columns = g_hash_table_new(g_str_hash, g_str_equal);
	grid->squares = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_cells);
	for (guint i = 0; i < run->results->len; i++)
		if (kho_is_of_kernel(g_ptr_array_index(run->results, i), kernel))
			place(grid, i);
}

void kho_grid_clear(struct kho_grid *grid)
{
	g_ptr_array_unref(grid->topologies);
	g_ptr_array_unref(grid->specs);
	g_hash_table_unref(grid->rows);
	g_hash_table_unref(grid->columns);
	g_hash_table_unref(grid->squares);
}

const GArray *kho_grid_cells(const struct kho_grid *grid, guint row, guint column)
{
	return lookup(grid, row, column);
}

#define DENSE  3  /* one in so many squares is filled */
#define NARROW 24 /* columns: no wider than a terminal, and worth a look whatever is in them */

bool kho_grid_is_dense(const struct kho_grid *grid)
{
	return grid->specs->len <= NARROW ||
	       (guint64)grid->topologies->len * grid->specs->len <= (guint64)grid->filled * DENSE;
}
