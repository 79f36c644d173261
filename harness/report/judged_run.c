// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/judged_run.h"

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/judge/run.h"
#include "harness/report/recording.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

/* --- one run of many --- */

/* Adds @more to what is listed in *@text, unless it is there. */
static void list(char **text, const char *more)
{
	g_auto(GStrv) listed = g_strsplit(*text ?: "", ", ", -1);
	char *longer;

	if (!more || (*text && g_strv_contains((const char *const *)listed, more)))
		return;
	longer = *text ? g_strdup_printf("%s, %s", *text, more) : g_strdup(more);
	g_free(*text);
	*text = longer;
}

static void take_fields(struct kho_run *run, const struct kho_run *from)
{
	if (from->started && (!run->started || strcmp(from->started, run->started) < 0)) {
		g_free(run->started);
		run->started = g_strdup(from->started);
	}
	run->seconds += from->seconds;
	run->interrupted |= from->interrupted;
	run->jobs = MAX(run->jobs, from->jobs);
	list(&run->matrix, from->matrix);
	list(&run->accel, from->accel);
	list(&run->qemu_version, from->qemu_version);
}

static void take_kernels(struct kho_run *run, const struct kho_run *from)
{
	for (guint i = 0; i < from->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(from->kernels, i);
		struct kho_run_kernel *own =
			kho_run_kernel_of(run, kernel->name) ?: kho_run_add_kernel(run, kernel->name);

		list(&own->release, kernel->release);
		list(&own->source_hash, kernel->source_hash);
		list(&own->key, kernel->key);
		own->carries_estimator |= kernel->carries_estimator;
		own->have_expectations |= kernel->have_expectations;
	}
}

static void take_control(GPtrArray *controls, struct kho_result *control)
{
	for (guint i = 0; i < controls->len; i++) {
		struct kho_result *known = g_ptr_array_index(controls, i);

		if (!g_str_equal(known->cell->id, control->cell->id))
			continue;
		if (kho_tally_survived(known))
			g_ptr_array_index(controls, i) = control;
		return;
	}
	g_ptr_array_add(controls, control);
}

struct kho_run *kho_judged_run(const GPtrArray *recordings, const struct kho_rejudgement *rejudgement)
{
	struct kho_run *run = kho_run_new();

	g_ptr_array_set_free_func(run->controls, NULL);
	g_ptr_array_set_free_func(run->results, NULL);
	for (guint i = 0; i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		take_fields(run, recording->run);
		take_kernels(run, recording->run);
		list(&run->directory, recording->directory);
		for (guint c = 0; c < recording->run->controls->len; c++)
			take_control(run->controls, g_ptr_array_index(recording->run->controls, c));
	}
	g_ptr_array_extend(run->results, rejudgement->results, NULL, NULL);
	kho_judge_count(run);
	return run;
}

/* --- what changed --- */

static const char *verdict_text(const struct kho_verdict *verdict)
{
	return verdict->excluded ?: kho_verdict_text(verdict->name);
}

static guint count_changes(const struct kho_run *run, const struct kho_rejudgement *rejudgement)
{
	guint count = 0;

	for (guint i = 0; i < rejudgement->changes->len; i++)
		count += !run->hidden[g_array_index(rejudgement->changes, struct kho_change, i).estimator];
	return count;
}

static void add_changes(GString *text, const struct kho_run *run, const struct kho_rejudgement *rejudgement)
{
	guint count = count_changes(run, rejudgement);

	if (count)
		g_string_append_printf(text, "Verdicts that changed: %u\n", count);
	for (guint i = 0; i < rejudgement->changes->len; i++) {
		const struct kho_change *change = &g_array_index(rejudgement->changes, struct kho_change, i);
		g_autofree char *id = kho_text_clean(change->result->cell->id);

		if (!run->hidden[change->estimator])
			g_string_append_printf(text, "  %s: %s: was %s, is %s\n", id,
					       kho_estimator_text(change->estimator), verdict_text(&change->was),
					       verdict_text(&change->is));
	}
}

/* --- repeats --- */

static guint count_disagreeing(const struct kho_run *run)
{
	guint count = 0;

	for (guint i = 0; i < run->results->len; i++)
		count += kho_tally_flaky(run, g_ptr_array_index(run->results, i));
	return count;
}

static guint recordings_of(const struct kho_result *result)
{
	guint count = 0;

	for (int i = 0; i < KHO_NR_OUTCOMES; i++)
		count += result->seen[i];
	return MAX(count, 1);
}

/* --- all of it --- */

static void add_builds(GString *text, const struct kho_run *run)
{
	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);
		g_autofree char *key = kho_text_clean(kernel->key);

		if (kernel->key && strstr(kernel->key, ", "))
			g_string_append_printf(text, "%s: these recordings are of more than one build: %s\n",
					       kernel->name, key);
	}
}

static void add_sum(GString *text, const struct kho_run *run, const struct kho_rejudgement *rejudgement)
{
	guint all = 0, repeated = 0;

	for (guint i = 0; i < run->results->len; i++) {
		guint count = recordings_of(g_ptr_array_index(run->results, i));

		all += count;
		repeated += count > 1;
	}
	g_string_append_printf(text, "Judged again: %u cells, recorded %u times", run->results->len, all);
	if (repeated)
		g_string_append_printf(text, " (%u of them more than once, %u disagree)", repeated,
				       count_disagreeing(run));
	g_string_append_printf(text, "; %u verdicts changed\n", count_changes(run, rejudgement));
}

char *kho_judged_text(const struct kho_run *run, const struct kho_rejudgement *rejudgement)
{
	GString *text = g_string_new(NULL);

	add_builds(text, run);
	add_changes(text, run, rejudgement);
	add_sum(text, run, rejudgement);
	return g_string_free(text, FALSE);
}

bool kho_judged_differs(const struct kho_run *run, const struct kho_rejudgement *rejudgement)
{
	return count_changes(run, rejudgement) || count_disagreeing(run);
}

/* --- what is wrong --- */

static void add_wrong(GString *text, const struct kho_result *result, enum kho_estimator estimator)
{
	const struct kho_verdict *verdict = &result->estimates[estimator].verdict;
	g_autofree char *prediction = kho_text_prediction(kho_estimate_prediction(&result->estimates[estimator]));
	g_autofree char *reason = kho_text_clean(result->outcome.reason);
	g_autofree char *remark = kho_text_clean(kho_tally_remark(result));
	g_autofree char *id = kho_text_clean(result->cell->id);

	g_string_append_printf(text, "%s %s %s: %s; %s%s%s%s%s\n", kho_estimator_text(estimator),
			       kho_verdict_text(verdict->name), id, prediction, kho_outcome_text(result->outcome.name),
			       *reason ? ": " : "", reason, *remark ? "; but " : "", remark);
}

char *kho_judged_wrong(const struct kho_run *run)
{
	GString *text = g_string_new(NULL);

	for (int estimator = 0; estimator < KHO_NR_ESTIMATORS; estimator++) {
		for (guint i = 0; !run->hidden[estimator] && i < run->results->len; i++) {
			const struct kho_result *result = g_ptr_array_index(run->results, i);
			enum kho_verdict_name verdict = result->estimates[estimator].verdict.name;

			if (result->ended && (verdict == KHO_VERDICT_FP || verdict == KHO_VERDICT_FN))
				add_wrong(text, result, estimator);
		}
	}
	return g_string_free(text, FALSE);
}
