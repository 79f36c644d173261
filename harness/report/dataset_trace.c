// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/dataset_trace.h"

#include <string.h>

#include "harness/model/name.h"

#define MAX_NUMBERS 20 /* characters behind the name */
/* Beyond that many different lines, a base of its own is smaller and says more. */
#define MOST_DIFFERENT 8

char *kho_dataset_name(const char *name, guint number)
{
	return number > 1 ? g_strdup_printf("%s+%u", name, number) : g_strdup(name);
}

bool kho_dataset_name_valid(const char *name)
{
	g_autofree char *first = g_strndup(name, strcspn(name, "+"));
	const char *rest = name + strlen(first);

	return kho_name_valid(first) && strlen(rest) <= MAX_NUMBERS && strspn(rest, "+0123456789") == strlen(rest);
}

/* --- differences --- */

static void free_line(gpointer data)
{
	struct kho_trace_line *line = data;

	g_free(line->text);
	g_free(line);
}

struct kho_trace_delta *kho_trace_delta_new(const char *base)
{
	struct kho_trace_delta *delta = g_new0(struct kho_trace_delta, 1);

	delta->base = g_strdup(base);
	delta->lines = g_ptr_array_new_with_free_func(free_line);
	return delta;
}

void kho_trace_delta_free(struct kho_trace_delta *delta)
{
	g_free(delta->base);
	g_ptr_array_unref(delta->lines);
	g_free(delta);
}

void kho_trace_delta_add(struct kho_trace_delta *delta, guint number, const char *text)
{
	struct kho_trace_line *line = g_new0(struct kho_trace_line, 1);

	*line = (struct kho_trace_line){ .number = number, .text = g_strdup(text) };
	g_ptr_array_add(delta->lines, line);
}

char *kho_trace_delta_apply(const struct kho_trace_delta *delta, const char *base)
{
	g_auto(GStrv) lines = g_strsplit(base, "\n", -1);
	guint count = g_strv_length(lines), last = 0;

	for (guint i = 0; i < delta->lines->len; i++) {
		const struct kho_trace_line *line = g_ptr_array_index(delta->lines, i);

		/* The part behind the last newline is no line. */
		if (line->number <= last || line->number >= count)
			return NULL;
		last = line->number;
		g_free(lines[last - 1]);
		lines[last - 1] = g_strdup(line->text);
	}
	return g_strjoinv("\n", lines);
}

/* What makes @text of @base; NULL: too much, or it is not as long. */
static struct kho_trace_delta *difference(const char *name, const char *base, const char *text)
{
	g_auto(GStrv) from = g_strsplit(base, "\n", -1), to = g_strsplit(text, "\n", -1);
	g_autoptr(KhoTraceDelta) delta = kho_trace_delta_new(name);

	if (g_strv_length(from) != g_strv_length(to))
		return NULL;
	for (guint i = 0; from[i]; i++) {
		if (g_str_equal(from[i], to[i]))
			continue;
		if (delta->lines->len == MOST_DIFFERENT)
			return NULL;
		kho_trace_delta_add(delta, i + 1, to[i]);
	}
	return g_steal_pointer(&delta);
}

/* --- sets --- */

struct kho_trace_set *kho_trace_set_new(const char *machine)
{
	struct kho_trace_set *set = g_new0(struct kho_trace_set, 1);

	set->machine = g_strdup(machine);
	set->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	set->bases = g_ptr_array_new();
	return set;
}

void kho_trace_set_free(struct kho_trace_set *set)
{
	g_free(set->machine);
	g_ptr_array_unref(set->bases);
	g_hash_table_unref(set->texts);
	g_free(set);
}

void kho_trace_set_add(struct kho_trace_set *set, const char *text)
{
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(set->texts, text));

	g_hash_table_replace(set->texts, g_strdup(text), GUINT_TO_POINTER(count + 1));
}

static gint frequent_first(gconstpointer one, gconstpointer other, gpointer data)
{
	const char *a = *(const char *const *)one, *b = *(const char *const *)other;
	guint count_a = GPOINTER_TO_UINT(g_hash_table_lookup(data, a));
	guint count_b = GPOINTER_TO_UINT(g_hash_table_lookup(data, b));

	return count_a != count_b ? (count_a < count_b) - (count_a > count_b) : strcmp(a, b);
}

char *kho_trace_set_name(const struct kho_trace_set *set, guint base)
{
	return kho_dataset_name(set->machine, base + 1);
}

struct kho_trace_delta *kho_trace_set_delta(const struct kho_trace_set *set, const char *text)
{
	for (guint i = 0; i < set->bases->len; i++) {
		g_autofree char *name = kho_trace_set_name(set, i);
		struct kho_trace_delta *delta = difference(name, g_ptr_array_index(set->bases, i), text);

		if (delta)
			return delta;
	}
	return NULL;
}

void kho_trace_set_end(struct kho_trace_set *set)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	GHashTableIter iter;
	gpointer text;

	g_hash_table_iter_init(&iter, set->texts);
	while (g_hash_table_iter_next(&iter, &text, NULL))
		g_ptr_array_add(texts, text);
	g_ptr_array_sort_with_data(texts, frequent_first, set->texts);
	for (guint i = 0; i < texts->len; i++) {
		struct kho_trace_delta *delta = kho_trace_set_delta(set, g_ptr_array_index(texts, i));

		if (delta)
			kho_trace_delta_free(delta);
		else
			g_ptr_array_add(set->bases, g_ptr_array_index(texts, i));
	}
}
