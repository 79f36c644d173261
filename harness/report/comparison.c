// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/comparison.h"

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

#define NO_PREDICTION "no-prediction"

bool kho_is_of_kernel(const struct kho_result *result, const char *name)
{
	const char *id = result->cell->id;

	return strlen(name) == strcspn(id, "/") && g_str_has_prefix(id, name);
}

bool kho_compared(const struct kho_run *run, const struct kho_run_kernel *kernel, enum kho_estimator estimator)
{
	const struct kho_confusion *confusion = &kernel->confusion[estimator];

	if (run->hidden[estimator])
		return false;
	if (kho_confusion_judged(confusion))
		return true;
	/* Where nothing proves anything, no estimator has a chance: then all are shown alike. */
	return !confusion->excluded || !kho_tally_excluded(confusion, NO_PREDICTION);
}

bool kho_compared_anywhere(const struct kho_run *run, enum kho_estimator estimator)
{
	for (guint i = 0; i < run->kernels->len; i++)
		if (kho_compared(run, g_ptr_array_index(run->kernels, i), estimator))
			return true;
	return false;
}

const char *kho_silence(const struct kho_run *run, const struct kho_run_kernel *kernel, enum kho_estimator estimator)
{
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		const struct kho_estimate *estimate = &result->estimates[estimator];

		if (result->ended && kho_is_of_kernel(result, kernel->name) &&
		    g_strcmp0(estimate->verdict.excluded, NO_PREDICTION) == 0)
			return kho_estimate_prediction(estimate)->note;
	}
	return NULL;
}

/* --- what is excluded --- */

char *kho_exclusions(const struct kho_confusion *confusion)
{
	g_autoptr(GPtrArray) reasons = kho_tally_exclusions(confusion);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < reasons->len; i++) {
		const char *reason = g_ptr_array_index(reasons, i);

		g_string_append_printf(text, "%s%u %s", i ? ", " : "", kho_tally_excluded(confusion, reason), reason);
	}
	return g_string_free(text, FALSE);
}

/* Of the compared estimators from @first on, the names of those with these exclusions; all others: @rest is set. */
static char *names_with(const struct kho_run *run, const struct kho_run_kernel *kernel, const char *exclusions,
			bool *rest)
{
	GString *names = g_string_new(NULL);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		g_autofree char *own = kho_exclusions(&kernel->confusion[i]);

		if (!kho_compared(run, kernel, i))
			continue;
		if (g_str_equal(own, exclusions))
			g_string_append_printf(names, "%s%s", names->len ? ", " : "", kho_estimator_text(i));
		else
			*rest = true;
	}
	return g_string_free(names, FALSE);
}

GPtrArray *kho_exclusion_lines(const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		g_autofree char *exclusions = kho_exclusions(&kernel->confusion[i]);
		bool rest = false;
		g_autofree char *names = names_with(run, kernel, exclusions, &rest);
		g_autofree char *line = rest ? g_strdup_printf("%s: %s", names, exclusions) : g_strdup(exclusions);

		if (kho_compared(run, kernel, i) && *exclusions &&
		    !g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL))
			g_ptr_array_add(lines, g_steal_pointer(&line));
	}
	return lines;
}

/* --- verdicts --- */

char *kho_predictions_with(const struct kho_run *run, const struct kho_result *result, enum kho_verdict_name verdict)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; result->ended && i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_estimate *estimate = &result->estimates[i];
		g_autofree char *prediction = kho_text_prediction(kho_estimate_prediction(estimate));

		if (!run->hidden[i] && estimate->verdict.name == verdict)
			g_string_append_printf(text, "%s%s: %s", text->len ? "; " : "", kho_estimator_text(i),
					       prediction);
	}
	return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

static guint count_of(const struct kho_confusion *confusion, enum kho_verdict_name verdict)
{
	switch (verdict) {
	case KHO_VERDICT_TP:
		return confusion->tp;
	case KHO_VERDICT_FP:
		return confusion->fp;
	case KHO_VERDICT_TN:
		return confusion->tn;
	case KHO_VERDICT_FN:
		return confusion->fn;
	case KHO_VERDICT_EXCLUDED:
		return kho_confusion_excluded(confusion);
	case KHO_NR_VERDICTS:
		break;
	}
	return 0;
}

char *kho_verdicts_by_estimator(const struct kho_run *run, const struct kho_run_kernel *kernel,
				enum kho_verdict_name verdict)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		guint count = count_of(&kernel->confusion[i], verdict);

		if (count && !run->hidden[i])
			g_string_append_printf(text, "%s%u of %s", text->len ? ", " : "", count, kho_estimator_text(i));
	}
	return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

char *kho_share_text(const struct kho_share *share)
{
	g_autofree char *value = kho_text_decimal(share->value * 100, 1);
	g_autofree char *low = kho_text_decimal(share->low * 100, 1);
	g_autofree char *high = kho_text_decimal(share->high * 100, 1);

	return share->defined ? g_strdup_printf("%s%% [%s-%s]", value, low, high) : g_strdup("-");
}
