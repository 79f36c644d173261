// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/dataset_verdicts.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/report/read_prediction.h"

static const char head[] = "# What each estimator's verdict on each cell was; the truth is in cells.jsonl.\n"
			   "# Renewed by 'kho-runner judge --update-verdicts'; read the diff before you commit it.\n";

/* --- writing --- */

static gint by_id(gconstpointer one, gconstpointer other)
{
	const struct kho_result *a = *(struct kho_result *const *)one, *b = *(struct kho_result *const *)other;

	return strcmp(a->cell->id, b->cell->id);
}

static void add_line(GString *text, const struct kho_result *result, int width)
{
	g_string_append_printf(text, "%-*s ", width, result->cell->id);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_verdict *verdict = &result->estimates[i].verdict;

		g_string_append_printf(text, " %s=%s", kho_estimator_text(i),
				       verdict->excluded ?: kho_verdict_text(verdict->name));
	}
	g_string_append_c(text, '\n');
}

char *kho_dataset_verdicts_format(const GPtrArray *results)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GString *text = g_string_new(head);
	int width = 0;

	g_ptr_array_extend(sorted, (GPtrArray *)results, NULL, NULL);
	g_ptr_array_sort(sorted, by_id);
	for (guint i = 0; i < sorted->len; i++)
		width = MAX(width, (int)strlen(((struct kho_result *)g_ptr_array_index(sorted, i))->cell->id));
	for (guint i = 0; i < sorted->len; i++)
		add_line(text, g_ptr_array_index(sorted, i), width);
	return g_string_free(text, FALSE);
}

/* --- reading --- */

struct line {
	struct kho_verdict verdicts[KHO_NR_ESTIMATORS];
};

static bool verdict_from_text(const char *text, struct kho_verdict *verdict)
{
	*verdict = (struct kho_verdict){ 0 };
	if (kho_verdict_from_text(text, &verdict->name))
		return verdict->name != KHO_VERDICT_EXCLUDED;
	verdict->excluded = kho_read_is_word(text) ? g_intern_string(text) : NULL;
	return verdict->excluded != NULL;
}

/* "sparsemem=FP". NULL: the word was taken; otherwise what is wrong with it. */
static char *take_word(struct line *line, const char *word)
{
	const char *equals = strchr(word, '=');
	g_autofree char *name = equals ? g_strndup(word, equals - word) : NULL;
	g_autofree char *quoted = kho_error_quote(word);
	enum kho_estimator estimator;

	if (!name || !kho_estimator_from_text(name, &estimator))
		return g_strdup_printf("%s is not ESTIMATOR=VERDICT", quoted);
	if (g_strcmp0(line->verdicts[estimator].excluded, KHO_NOT_RECORDED) != 0)
		return g_strdup_printf("%s: the estimator is there twice", quoted);
	if (!verdict_from_text(equals + 1, &line->verdicts[estimator]))
		return g_strdup_printf("%s: is not a verdict", quoted);
	return NULL;
}

static struct line *new_line(void)
{
	struct line *line = g_new0(struct line, 1);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		line->verdicts[i].excluded = KHO_NOT_RECORDED;
	return line;
}

static char *take_line(GHashTable *lines, const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
	struct line *line;
	char *wrong = NULL;

	if (!*words[0])
		return g_strdup("does not begin with a cell's id");
	if (g_hash_table_contains(lines, words[0]))
		return g_strdup_printf("cell '%s' is listed twice", words[0]);
	line = new_line();
	g_hash_table_insert(lines, g_strdup(words[0]), line);
	for (guint i = 1; words[i] && !wrong; i++)
		wrong = *words[i] ? take_word(line, words[i]) : NULL;
	return wrong;
}

static void apply(GHashTable *lines, struct kho_result *result, GHashTable *met)
{
	const struct line *line = g_hash_table_lookup(lines, result->cell->id);

	if (line)
		g_hash_table_add(met, result->cell->id);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		result->estimates[i].verdict =
			line ? line->verdicts[i] : (struct kho_verdict){ .excluded = KHO_NOT_RECORDED };
}

static bool fail(GError **error, const char *path, guint number, const char *wrong)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%u: %s", path, number, wrong);
	return false;
}

/* A line of a cell that is not there is of one that got lost, or of another data set. */
static bool check_ids(const char *path, const char *const *text, GHashTable *met, GError **error)
{
	for (guint i = 0; text[i]; i++) {
		g_autofree char *id = g_strndup(text[i], strcspn(text[i], " \t"));
		g_autofree char *wrong = g_strdup_printf("cell '%s' is not in the data set", id);

		if (*id && *id != '#' && !g_hash_table_contains(met, id))
			return fail(error, path, i + 1, wrong);
	}
	return true;
}

bool kho_dataset_verdicts_apply(const char *path, const char *text, const GPtrArray *results, GError **error)
{
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) all = g_strsplit(text, "\n", -1);

	for (guint i = 0; all[i]; i++) {
		g_autofree char *wrong = *all[i] && *all[i] != '#' ? take_line(lines, all[i]) : NULL;

		if (wrong)
			return fail(error, path, i + 1, wrong);
	}
	for (guint i = 0; i < results->len; i++)
		apply(lines, g_ptr_array_index(results, i), met);
	return check_ids(path, (const char *const *)all, met, error);
}
