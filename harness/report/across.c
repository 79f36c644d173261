// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/across.h"

#include <string.h>

#include "harness/report/html_grid.h"
#include "harness/report/text.h"

static void free_row(gpointer data)
{
	struct kho_across_row *row = data;

	g_free(row->name);
	g_free(row->results);
	g_free(row);
}

/* --- rows and columns --- */

static const char *column_name(const struct kho_run *run, guint column)
{
	const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, column);

	return kernel->name;
}

/* Ids are "KERNEL/TOPOLOGY/...": the run's kernel of that name is the column. */
static bool find_column(const struct kho_run *run, const char *id, guint *column)
{
	gsize length = strcspn(id, "/");

	for (*column = 0; *column < run->kernels->len; (*column)++) {
		const char *name = column_name(run, *column);

		if (strlen(name) == length && strncmp(name, id, length) == 0)
			return true;
	}
	return false;
}

static struct kho_across_row *find_row(GPtrArray *rows, GHashTable *by_name, const struct kho_run *run,
				       const char *name)
{
	struct kho_across_row *row = g_hash_table_lookup(by_name, name);

	if (row)
		return row;
	row = g_new0(struct kho_across_row, 1);
	row->name = g_strdup(name);
	row->results = g_new0(const struct kho_result *, run->kernels->len);
	g_ptr_array_add(rows, row);
	g_hash_table_insert(by_name, row->name, row);
	return row;
}

static guint count_results(const struct kho_across_row *row, guint columns)
{
	guint count = 0;

	for (guint i = 0; i < columns; i++)
		count += row->results[i] != NULL;
	return count;
}

static void compare(struct kho_across_row *row, guint columns)
{
	const struct kho_result *first = NULL;

	for (guint i = 0; i < columns; i++) {
		const struct kho_result *result = row->results[i];

		if (!result)
			continue;
		if (!first)
			first = result;
		row->differs |= result->ended != first->ended || result->outcome.name != first->outcome.name;
	}
}

GPtrArray *kho_across(const struct kho_run *run)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *rows = g_ptr_array_new_with_free_func(free_row);

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		const char *id = result->cell->id;
		guint column;

		if (find_column(run, id, &column))
			find_row(all, by_name, run, id + strcspn(id, "/") + 1)->results[column] = result;
	}
	for (guint i = 0; i < all->len; i++) {
		struct kho_across_row *row = g_ptr_array_index(all, i);

		compare(row, run->kernels->len);
		if (count_results(row, run->kernels->len) > 1)
			g_ptr_array_add(rows, row);
		else
			free_row(row);
	}
	return rows;
}

/* "panicked TP"; "survived" where the estimator under test is not judged; "" where there is no cell. */
static char *square_text(const struct kho_result *result)
{
	enum kho_verdict_name verdict = result ? result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name : 0;

	if (!result)
		return g_strdup("");
	if (!result->ended)
		return g_strdup("not ended");
	if (verdict == KHO_VERDICT_EXCLUDED)
		return g_strdup(kho_outcome_text(result->outcome.name));
	return g_strdup_printf("%s %s", kho_outcome_text(result->outcome.name), kho_verdict_text(verdict));
}

/* --- for a terminal --- */

static bool is_pair(const struct kho_run *run, guint column)
{
	return strchr(column_name(run, column), '>') != NULL;
}

/* Kernels and pairs have a table each: side by side they are wider than a terminal. */
struct table {
	const struct kho_run *run;
	const GPtrArray *rows;
	bool pairs;
};

static bool has_square(const struct table *table, const struct kho_across_row *row, guint column)
{
	return row->differs && row->results[column] && is_pair(table->run, column) == table->pairs;
}

static bool has_line(const struct table *table, const struct kho_across_row *row)
{
	for (guint i = 0; i < table->run->kernels->len; i++)
		if (has_square(table, row, i))
			return true;
	return false;
}

static bool is_used(const struct table *table, guint column)
{
	for (guint i = 0; i < table->rows->len; i++)
		if (has_square(table, g_ptr_array_index(table->rows, i), column))
			return true;
	return false;
}

static gsize name_width(const struct table *table)
{
	gsize width = 0;

	for (guint i = 0; i < table->rows->len; i++) {
		const struct kho_across_row *row = g_ptr_array_index(table->rows, i);

		if (has_line(table, row))
			width = MAX(width, strlen(row->name));
	}
	return width;
}

static gsize column_width(const struct table *table, guint column)
{
	gsize width = strlen(column_name(table->run, column));

	for (guint i = 0; i < table->rows->len; i++) {
		const struct kho_across_row *row = g_ptr_array_index(table->rows, i);
		g_autofree char *text = square_text(row->results[column]);

		if (has_line(table, row))
			width = MAX(width, strlen(text));
	}
	return width;
}

/* NULL: the heads of the columns. */
static void add_line(GString *text, const struct table *table, const struct kho_across_row *row)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *name = kho_text_clean(row ? row->name : "");

	g_string_append_printf(line, "  %-*s", (int)name_width(table), name);
	for (guint i = 0; i < table->run->kernels->len; i++) {
		g_autofree char *square = row ? square_text(row->results[i]) : g_strdup(column_name(table->run, i));

		if (is_used(table, i))
			g_string_append_printf(line, "  %-*s", (int)column_width(table, i), square);
	}
	g_strchomp(line->str);
	g_string_append_printf(text, "%s\n", line->str);
}

static void add_table(GString *text, const struct table *table)
{
	bool any = false;

	for (guint i = 0; i < table->rows->len; i++) {
		const struct kho_across_row *row = g_ptr_array_index(table->rows, i);

		if (!has_line(table, row))
			continue;
		if (!any)
			add_line(text, table, NULL);
		add_line(text, table, row);
		any = true;
	}
}

void kho_across_text(GString *text, const struct kho_run *run)
{
	g_autoptr(GPtrArray) rows = kho_across(run);
	guint same = 0;

	if (!rows->len)
		return;
	g_string_append(text, "The same machine and scratch under several kernels\n");
	add_table(text, &(struct table){ run, rows, false });
	add_table(text, &(struct table){ run, rows, true });
	for (guint i = 0; i < rows->len; i++)
		same += !((const struct kho_across_row *)g_ptr_array_index(rows, i))->differs;
	if (same)
		g_string_append_printf(text, "  the same outcome under all: %u of %u\n", same, rows->len);
	g_string_append_c(text, '\n');
}

/* --- for the page --- */

static void add_html_square(GString *page, const struct kho_result *result)
{
	g_autofree char *square = square_text(result);

	g_string_append_printf(page, "<td class=\"%s\">%s</td>",
			       result ? kho_html_class(result, KHO_ESTIMATOR_SPARSEMEM) : "", square);
}

void kho_across_html(GString *page, const struct kho_run *run)
{
	g_autoptr(GPtrArray) rows = kho_across(run);

	if (!rows->len)
		return;
	g_string_append(page, "<h2>The same machine and scratch under several kernels</h2>\n"
			      "<div class=\"wide\"><table>\n<tr><th></th>");
	for (guint i = 0; i < run->kernels->len; i++) {
		g_autofree char *name = kho_text_markup(column_name(run, i));

		g_string_append_printf(page, "<th>%s</th>", name);
	}
	g_string_append(page, "</tr>\n");
	for (guint i = 0; i < rows->len; i++) {
		const struct kho_across_row *row = g_ptr_array_index(rows, i);
		g_autofree char *name = kho_text_markup(row->name);

		g_string_append_printf(page, "<tr><th>%s</th>", name);
		for (guint column = 0; column < run->kernels->len; column++)
			add_html_square(page, row->results[column]);
		g_string_append(page, "</tr>\n");
	}
	g_string_append(page, "</table></div>\n");
}
