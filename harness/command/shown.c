// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/shown.h"

#include <string.h>

#include "harness/command/sources.h"
#include "harness/judge/judge.h"
#include "harness/judge/run.h"
#include "harness/model/error.h"
#include "harness/report/judged_run.h"

#define LATEST	   "results/latest"
#define NAMES_MOST 5 /* in a message */

/* A journal has no counts, and neither has a run of which nothing ended. */
static bool is_counted(const struct kho_run *run)
{
	for (guint i = 0; i < run->kernels->len; i++) {
		const struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);
		const struct kho_confusion *confusion = &kernel->confusion[KHO_ESTIMATOR_SPARSEMEM];

		if (confusion->tp || confusion->fp || confusion->tn || confusion->fn ||
		    kho_confusion_excluded(confusion))
			return true;
	}
	return false;
}

static void judge_anew(struct kho_shown *shown)
{
	g_autoptr(GPtrArray) results = kho_sources_results(shown->recordings);

	shown->rejudgement = kho_rejudgement_new();
	for (guint i = 0; i < results->len; i++)
		kho_rejudge_take(shown->rejudgement, g_ptr_array_index(results, i));
	kho_rejudge_end(shown->rejudgement);
	shown->run = kho_judged_run(shown->recordings, shown->rejudgement);
}

static bool check(const GPtrArray *recordings, const char *name, GError **error)
{
	if (recordings->len == 1)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: has %u runs in it: name one", name, recordings->len);
	return false;
}

struct kho_shown *kho_shown_load(const char *what, GError **error)
{
	const char *const names[] = { what ?: LATEST, NULL };
	g_autoptr(GPtrArray) recordings = NULL;
	struct kho_recording *recording;
	struct kho_shown *shown;

	if (!what && !g_file_test(LATEST, G_FILE_TEST_EXISTS)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "there is no " LATEST " here: name a run, or make one with kho-runner matrix");
		return NULL;
	}
	recordings = kho_sources_load(names, error);
	if (!recordings || !check(recordings, names[0], error))
		return NULL;
	recording = g_ptr_array_index(recordings, 0);
	shown = g_new0(struct kho_shown, 1);
	shown->run = recording->run;
	shown->recordings = g_steal_pointer(&recordings);
	if (recording->about)
		judge_anew(shown);
	else if (!is_counted(shown->run))
		kho_judge_count(shown->run);
	if (!shown->run->directory)
		shown->run->directory = g_strdup(recording->directory);
	return shown;
}

void kho_shown_free(struct kho_shown *shown)
{
	if (shown->rejudgement) {
		kho_run_free(shown->run);
		kho_rejudgement_free(shown->rejudgement);
	}
	g_ptr_array_unref(shown->recordings);
	g_free(shown);
}

/* --- a cell --- */

static const struct kho_result *search(const GPtrArray *results, const char *name, GPtrArray *similar)
{
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (g_str_equal(result->cell->id, name))
			return result;
		if (strstr(result->cell->id, name))
			g_ptr_array_add(similar, (gpointer)result);
	}
	return NULL;
}

static void fail(const char *name, const GPtrArray *similar, GError **error)
{
	g_autofree char *quoted = kho_error_quote(name);
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < similar->len && i < NAMES_MOST; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "",
				       ((const struct kho_result *)g_ptr_array_index(similar, i))->cell->id);
	if (similar->len)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: which of %u cells? %s%s", quoted, similar->len,
			    names->str, similar->len > NAMES_MOST ? ", ..." : "");
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: neither a run nor a cell of it", quoted);
}

const struct kho_result *kho_shown_find(const struct kho_shown *shown, const char *name, GError **error)
{
	g_autoptr(GPtrArray) similar = g_ptr_array_new();
	const struct kho_result *found = search(shown->run->results, name, similar);

	if (!found)
		found = search(shown->run->controls, name, similar);
	if (!found && similar->len == 1)
		found = g_ptr_array_index(similar, 0);
	if (!found)
		fail(name, similar, error);
	return found;
}
