// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/expected.h"

#include <string.h>

#include "harness/judge/repeats.h"
#include "harness/model/error.h"

static const char head[] = "# What each cell is known to do: id, outcome, answer of the sparsemem estimator, verdict.\n"
			   "# Renewed by 'kho-runner matrix --update-expected'; read the diff before you commit it.\n";

static struct kho_expected *expected_new(const char *path)
{
	struct kho_expected *expected = g_new0(struct kho_expected, 1);

	expected->path = g_strdup(path);
	expected->ids = g_ptr_array_new_with_free_func(g_free);
	expected->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return expected;
}

void kho_expected_free(struct kho_expected *expected)
{
	g_free(expected->path);
	g_ptr_array_unref(expected->ids);
	g_hash_table_unref(expected->lines);
	g_free(expected);
}

static void put(struct kho_expected *expected, const char *id, const struct kho_expectation *expectation)
{
	if (!g_hash_table_contains(expected->lines, id))
		g_ptr_array_add(expected->ids, g_strdup(id));
	g_hash_table_replace(expected->lines, g_strdup(id), g_memdup2(expectation, sizeof(*expectation)));
}

/* NULL: the line was taken; otherwise what is wrong with it. */
static char *take_line(struct kho_expected *expected, const char *line)
{
	g_auto(GStrv) all = g_strsplit_set(line, " \t", -1);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	struct kho_expectation expectation;

	for (char **word = all; *word; word++)
		if (**word)
			g_ptr_array_add(words, *word);
	if (words->len != 4)
		return g_strdup_printf("%u words instead of 4 (id, outcome, answer, verdict)", words->len);
	if (g_hash_table_contains(expected->lines, words->pdata[0]))
		return g_strdup_printf("cell '%s' is listed twice", (char *)words->pdata[0]);
	if (!kho_outcome_from_text(words->pdata[1], &expectation.outcome))
		return g_strdup_printf("'%s' is not an outcome", (char *)words->pdata[1]);
	if (!kho_answer_from_text(words->pdata[2], &expectation.answer))
		return g_strdup_printf("'%s' is not an answer", (char *)words->pdata[2]);
	if (!kho_verdict_from_text(words->pdata[3], &expectation.verdict))
		return g_strdup_printf("'%s' is not a verdict", (char *)words->pdata[3]);
	put(expected, words->pdata[0], &expectation);
	return NULL;
}

struct kho_expected *kho_expected_parse(const char *path, const char *text, GError **error)
{
	g_autoptr(KhoExpected) expected = expected_new(path);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	expected->exists = true;
	for (guint i = 0; lines[i]; i++) {
		g_autofree char *wrong = NULL;

		if (!*lines[i] || *lines[i] == '#')
			continue;
		wrong = take_line(expected, lines[i]);
		if (wrong) {
			g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%u: %s", path, i + 1, wrong);
			return NULL;
		}
	}
	return g_steal_pointer(&expected);
}

struct kho_expected *kho_expected_load(const char *directory, const char *kernel, GError **error)
{
	g_autofree char *name = g_strconcat(kernel, ".txt", NULL);
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) failed = NULL;

	if (g_file_get_contents(path, &text, NULL, &failed))
		return kho_expected_parse(path, text, error);
	if (g_error_matches(failed, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return expected_new(path);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", path, failed->message);
	return NULL;
}

/* The part of a cell's id behind its kernel. */
static const char *id_of(const struct kho_result *result)
{
	const char *slash = strchr(result->cell->id, '/');

	return slash ? slash + 1 : result->cell->id;
}

static struct kho_expectation seen(const struct kho_result *result)
{
	const struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	return (struct kho_expectation){
		.outcome = result->outcome.name,
		.answer = kho_estimate_prediction(estimate)->answer,
		.verdict = estimate->verdict.name,
	};
}

static bool is_difference(enum kho_verdict_name verdict)
{
	return verdict == KHO_VERDICT_FP || verdict == KHO_VERDICT_FN;
}

static bool is_right(enum kho_verdict_name verdict)
{
	return verdict == KHO_VERDICT_TP || verdict == KHO_VERDICT_TN;
}

static bool same(const struct kho_expectation *a, const struct kho_expectation *b)
{
	return a->outcome == b->outcome && a->answer == b->answer && a->verdict == b->verdict;
}

static enum kho_standing standing(const struct kho_expectation *was, const struct kho_expectation *now)
{
	if (same(was, now))
		return is_difference(now->verdict) ? KHO_STANDING_KNOWN : KHO_STANDING_SAME;
	if (is_difference(was->verdict) && is_right(now->verdict))
		return KHO_STANDING_FIXED;
	return KHO_STANDING_NEW;
}

void kho_expected_compare(const struct kho_expected *expected, struct kho_result *result)
{
	const struct kho_expectation *was = g_hash_table_lookup(expected->lines, id_of(result));
	struct kho_expectation now = seen(result);

	result->have_expectation = was != NULL;
	if (was)
		result->expectation = *was;
	if (!expected->exists)
		result->standing = KHO_STANDING_UNLISTED;
	else
		result->standing = was && result->ended ? standing(was, &now) : KHO_STANDING_NEW;
}

void kho_expected_again(struct kho_result *result)
{
	struct kho_expectation now = seen(result);

	if (result->ended && result->have_expectation)
		result->standing = standing(&result->expectation, &now);
}

/* What it shows is the machine's way: whoever boots it again sees it again. */
static bool is_telling(const struct kho_result *result)
{
	return result->ended && result->outcome.name != KHO_OUTCOME_LOST &&
	       result->outcome.name != KHO_OUTCOME_FIRST_BOOT_FAILED;
}

static bool has_telling_controls(const struct kho_result *result)
{
	for (int i = 0; i < KHO_NR_CONTROLS; i++)
		if (result->controls[i] && !is_telling(result->controls[i]))
			return false;
	return true;
}

bool kho_expected_renew(struct kho_expected *expected, const struct kho_result *result)
{
	struct kho_expectation now = seen(result);

	if (!result->ended || result->outcome.name == KHO_OUTCOME_LOST ||
	    result->estimates[KHO_ESTIMATOR_SPARSEMEM].disagreement || !has_telling_controls(result) ||
	    kho_repeats_disagree_for(result, KHO_ESTIMATOR_SPARSEMEM))
		return false;
	put(expected, id_of(result), &now);
	return true;
}

static void drop(struct kho_expected *expected, const char *id)
{
	guint index;

	g_hash_table_remove(expected->lines, id);
	if (g_ptr_array_find_with_equal_func(expected->ids, id, g_str_equal, &index))
		g_ptr_array_remove_index(expected->ids, index);
}

void kho_expected_renew_control(struct kho_expected *expected, const struct kho_result *control)
{
	struct kho_expectation now = seen(control);

	if (!is_telling(control))
		return;
	if (control->outcome.name == KHO_OUTCOME_SURVIVED)
		drop(expected, id_of(control));
	else
		put(expected, id_of(control), &now);
}

void kho_expected_compare_control(const struct kho_expected *expected, struct kho_result *control)
{
	const struct kho_expectation *was = g_hash_table_lookup(expected->lines, id_of(control));

	control->have_expectation = was != NULL;
	if (was)
		control->expectation = *was;
}

bool kho_expected_control_is_known(const struct kho_result *control)
{
	enum kho_outcome_name wanted = control->have_expectation ? control->expectation.outcome : KHO_OUTCOME_SURVIVED;

	return control->ended && control->outcome.name == wanted;
}

char *kho_expected_format(const struct kho_expected *expected)
{
	g_autoptr(GString) text = g_string_new(head);
	int width = 0;

	for (guint i = 0; i < expected->ids->len; i++)
		width = MAX(width, (int)strlen(g_ptr_array_index(expected->ids, i)));
	for (guint i = 0; i < expected->ids->len; i++) {
		const char *id = g_ptr_array_index(expected->ids, i);
		const struct kho_expectation *line = g_hash_table_lookup(expected->lines, id);

		g_string_append_printf(text, "%-*s  %-17s  %-12s  %s\n", width, id, kho_outcome_text(line->outcome),
				       kho_answer_text(line->answer), kho_verdict_text(line->verdict));
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}
