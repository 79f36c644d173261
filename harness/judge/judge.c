// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/judge.h"

#include "harness/judge/estimators.h"
#include "harness/judge/expected.h"
#include "harness/judge/kernel_estimate.h"
#include "harness/judge/layout_of.h"
#include "harness/judge/repeats.h"
#include "harness/judge/run.h"
#include "harness/model/linux_view.h"

/* How the places of an estimator contradict each other, or one of them itself; NULL: they do not. To be freed. */
static char *disagreement(const struct kho_estimate *estimate)
{
	for (int a = 0; a < KHO_NR_PLACES; a++)
		if (estimate->places[a].contradiction)
			return g_strdup(estimate->places[a].contradiction);
	for (int a = 0; a < KHO_NR_PLACES; a++) {
		for (int b = a + 1; b < KHO_NR_PLACES; b++) {
			g_autofree char *text = kho_prediction_disagreement(&estimate->places[a], &estimate->places[b]);

			if (text)
				return g_strdup_printf("%s and %s differ: %s", kho_place_text(a), kho_place_text(b),
						       text);
		}
	}
	return NULL;
}

static struct kho_verdict excluded(const char *reason)
{
	return (struct kho_verdict){ .name = KHO_VERDICT_EXCLUDED, .excluded = reason };
}

struct kho_verdict kho_verdict_of(const struct kho_estimate *estimate, enum kho_outcome_name outcome)
{
	bool failed = kho_outcome_failed(outcome);

	if (!failed && outcome != KHO_OUTCOME_SURVIVED)
		return excluded(kho_outcome_text(outcome));
	if (estimate->disagreement)
		return excluded("places-disagree");
	switch (kho_estimate_prediction(estimate)->answer) {
	case KHO_ANSWER_INSUFFICIENT:
		return (struct kho_verdict){ .name = failed ? KHO_VERDICT_TP : KHO_VERDICT_FP };
	case KHO_ANSWER_SUFFICIENT:
		return (struct kho_verdict){ .name = failed ? KHO_VERDICT_FN : KHO_VERDICT_TN };
	case KHO_ANSWER_SKIPPED:
		return excluded("prediction-skipped");
	case KHO_ANSWER_ABSENT:
	case KHO_NR_ANSWERS:
		break;
	}
	return excluded("no-prediction");
}

const char *kho_control_exclusion(const struct kho_result *result)
{
	const char *reason = NULL;

	for (int i = 0; i < KHO_NR_CONTROLS; i++) {
		const struct kho_result *control = result->controls[i];

		if (!control || (control->ended && control->outcome.name == KHO_OUTCOME_SURVIVED))
			continue;
		if (control->ended && kho_outcome_failed(control->outcome.name))
			return "control-died";
		reason = "control-void";
	}
	return reason;
}

/* Why no estimator is judged by this cell; NULL: they are. */
static const char *exclusion(const struct kho_result *result)
{
	if (result->unlike)
		return KHO_NOT_AS_DESCRIBED;
	return kho_control_exclusion(result) ?: (kho_repeats_disagree(result) ? KHO_REPEATS_DISAGREE : NULL);
}

/* --- from a report --- */

static void copy_texts(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}

/* Both kernels must have seen what the topology describes, as far as they were heard. */
static char *find_unlike(const struct kho_cell *cell, const struct kho_report *report)
{
	const struct kho_arch *arch = kho_arch_of(cell->kernel);
	bool fake = kho_cell_payload(cell).fake; /* the successor is told to see other nodes */
	const struct {
		const char *name;
		const GArray *ranges;
	} kernels[] = { { "the first kernel", report->ranges }, { "the successor", report->successor_ranges } };

	for (gsize i = 0; i < G_N_ELEMENTS(kernels); i++) {
		g_autofree char *differs = (i == 0 || !fake) && kernels[i].ranges->len
						   ? kho_linux_view_differs(cell->topology, arch, kernels[i].ranges)
						   : NULL;

		if (differs)
			return g_strdup_printf("%s: %s", kernels[i].name, differs);
	}
	return NULL;
}

static void take_facts(struct kho_result *result, const struct kho_report *report)
{
	result->first_release = g_strdup(report->first.release);
	result->successor_release = g_strdup(report->successor.release);
	result->have_geometry = report->have_geometry;
	result->geometry = report->geometry;
	g_array_append_vals(result->ranges, report->ranges->data, report->ranges->len);
	g_array_append_vals(result->scratch, report->scratch->data, report->scratch->len);
	g_array_append_vals(result->preserved, report->preserved_at->data, report->preserved_at->len);
	g_array_append_vals(result->segments, report->segments->data, report->segments->len);
	g_array_append_vals(result->events, report->events->data, report->events->len);
	copy_texts(result->warnings, report->warnings);
	copy_texts(result->missing, report->missing);
	result->unlike = find_unlike(result->cell, report);
}

static void take_guest(struct kho_prediction *prediction, const struct kho_report *report)
{
	kho_prediction_copy(&report->guest, prediction);
	if (!report->guest.nodes) {
		g_free(prediction->note);
		prediction->note = g_strdup("the probe reported no estimate");
	}
}

void kho_judge_take_report(struct kho_result *result, const struct kho_report *report, bool carries_estimator)
{
	struct kho_prediction *places = result->estimates[KHO_ESTIMATOR_SPARSEMEM].places;

	take_facts(result, report);
	kho_kernel_prediction(report, carries_estimator, &places[KHO_PLACE_KERNEL]);
	take_guest(&places[KHO_PLACE_GUEST], report);
}

/* --- a result --- */

static void predict_on_host(struct kho_result *result)
{
	struct kho_layout layout;
	const char *lacking = kho_layout_of(result, &layout);

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct kho_prediction *prediction = &result->estimates[i].places[KHO_PLACE_HOST];

		kho_prediction_clear(prediction);
		if (lacking)
			kho_predict_absent(prediction, lacking);
		else
			kho_estimator_predict(i, &layout, prediction);
	}
}

void kho_judge_result(struct kho_result *result)
{
	const char *reason = exclusion(result);

	predict_on_host(result);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct kho_estimate *estimate = &result->estimates[i];

		g_free(estimate->disagreement);
		estimate->disagreement = disagreement(estimate);
		estimate->verdict = reason ? excluded(reason) : kho_verdict_of(estimate, result->outcome.name);
	}
}

/* --- a run --- */

void kho_judge_count(const struct kho_run *run)
{
	static const struct kho_verdict not_run = { .name = KHO_VERDICT_EXCLUDED, .excluded = "not-run" };

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);
		struct kho_run_kernel *kernel = kho_run_kernel_of(run, result->cell->id);

		for (int j = 0; kernel && j < KHO_NR_ESTIMATORS; j++)
			kho_confusion_count(&kernel->confusion[j],
					    result->ended ? &result->estimates[j].verdict : &not_run);
	}
}

void kho_confusion_init(struct kho_confusion *confusion)
{
	*confusion = (struct kho_confusion){ .excluded = g_hash_table_new(g_str_hash, g_str_equal) };
}

void kho_confusion_clear(struct kho_confusion *confusion)
{
	g_clear_pointer(&confusion->excluded, g_hash_table_unref);
}

static void count_excluded(struct kho_confusion *confusion, const char *reason)
{
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(confusion->excluded, reason));

	g_hash_table_replace(confusion->excluded, (gpointer)reason, GUINT_TO_POINTER(count + 1));
}

void kho_confusion_count(struct kho_confusion *confusion, const struct kho_verdict *verdict)
{
	switch (verdict->name) {
	case KHO_VERDICT_TP:
		confusion->tp++;
		return;
	case KHO_VERDICT_FP:
		confusion->fp++;
		return;
	case KHO_VERDICT_TN:
		confusion->tn++;
		return;
	case KHO_VERDICT_FN:
		confusion->fn++;
		return;
	case KHO_VERDICT_EXCLUDED:
		count_excluded(confusion, verdict->excluded);
		return;
	case KHO_NR_VERDICTS:
		break;
	}
	g_assert_not_reached();
}

guint kho_confusion_excluded(const struct kho_confusion *confusion)
{
	GHashTableIter iter;
	gpointer count;
	guint sum = 0;

	g_hash_table_iter_init(&iter, confusion->excluded);
	while (g_hash_table_iter_next(&iter, NULL, &count))
		sum += GPOINTER_TO_UINT(count);
	return sum;
}

static bool differs(const struct kho_result *result)
{
	bool contradicts = kho_repeats_disagree(result);

	/* Its cells are excluded, and a run that proves nothing must not pass, unless that is known of the machine. */
	if (result->cell->control != KHO_CONTROL_NONE)
		return !kho_expected_control_is_known(result);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		contradicts |= result->estimates[i].disagreement != NULL;
	return contradicts || result->unlike || result->standing == KHO_STANDING_NEW ||
	       result->outcome.name == KHO_OUTCOME_FIRST_BOOT_FAILED;
}

static enum kho_exit exit_of(const GPtrArray *results)
{
	bool any = false;

	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (!result->ended || result->outcome.name == KHO_OUTCOME_LOST || result->seen[KHO_OUTCOME_LOST])
			return KHO_EXIT_HOST;
		any |= differs(result);
	}
	return any ? KHO_EXIT_DIFFERS : KHO_EXIT_OK;
}

enum kho_exit kho_judge_exit(const struct kho_run *run)
{
	enum kho_exit controls = exit_of(run->controls), cells = exit_of(run->results);

	return run->interrupted ? KHO_EXIT_HOST : MAX(controls, cells);
}
