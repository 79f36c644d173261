// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/trials.h"

#include <inttypes.h>

#include "estimator/early_boot.h"
#include "estimator/replay.h"
#include "harness/judge/estimators.h"

static void trial_free(struct kho_trial *trial)
{
	g_free(trial->reason);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		g_free(trial->reasons[i]);
	g_free(trial);
}

struct kho_trials *kho_trials_new(const struct kho_result *machine, const GArray *requests)
{
	struct kho_trials *trials = g_new0(struct kho_trials, 1);

	trials->machine = machine;
	trials->requests = requests;
	trials->by_spec = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)trial_free);
	return trials;
}

void kho_trials_free(struct kho_trials *trials)
{
	g_hash_table_unref(trials->by_spec);
	g_free(trials->problem);
	g_free(trials);
}

/* --- trying --- */

static uint64_t scratch_bytes(const struct kho_layout *layout)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < layout->nr_scratch; i++)
		bytes += layout->scratch[i].size;
	return bytes;
}

static char *reason_of(const struct kho_prediction *prediction)
{
	if (prediction->note || prediction->reason)
		return g_strdup(prediction->note ?: prediction->reason);
	if (prediction->answer != KHO_ANSWER_INSUFFICIENT)
		return NULL;
	return g_strdup_printf("node %u has %" PRIu64 " MiB, needs %" PRIu64 " MiB", prediction->node,
			       (uint64_t)prediction->usable_bytes >> 20, (uint64_t)prediction->required_bytes >> 20);
}

static void ask_all(struct kho_trial *trial, const struct kho_layout *layout)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct kho_prediction prediction = { 0 };

		kho_estimator_predict(i, layout, &prediction);
		trial->answers[i] = prediction.answer;
		trial->reasons[i] = reason_of(&prediction);
		kho_prediction_clear(&prediction);
	}
}

static struct kho_trial *lay_out(struct kho_trials *trials, const struct kho_scratch_spec *spec)
{
	struct kho_trial *trial = g_new0(struct kho_trial, 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaper) paper = kho_paper_new_loading(trials->machine, spec, trials->requests, &error);

	trial->end = KHO_PAPER_DISABLED;
	if (!paper) {
		trial->reason = g_strdup(error->message);
		if (!trials->problem)
			trials->problem = g_strdup(error->message);
		return trial;
	}
	trial->end = kho_paper_end(paper);
	trial->lack = kho_paper_lack(paper);
	trial->reason = g_strdup(kho_paper_reason(paper));
	trial->bytes = scratch_bytes(kho_paper_layout(paper));
	if (trial->end == KHO_PAPER_LOADED || trial->end == KHO_PAPER_NOT_LOADED)
		ask_all(trial, kho_paper_layout(paper));
	return trial;
}

const struct kho_trial *kho_trials_of(struct kho_trials *trials, const char *text)
{
	struct kho_trial *trial = g_hash_table_lookup(trials->by_spec, text);
	g_autoptr(KhoScratchSpec) spec = NULL;

	if (trial)
		return trial;
	spec = kho_scratch_spec_parse(text, NULL);
	if (!spec)
		return NULL;
	trial = lay_out(trials, spec);
	g_hash_table_insert(trials->by_spec, g_strdup(text), trial);
	return trial;
}

bool kho_trials_accept(struct kho_trials *trials, const char *text, enum kho_estimator estimator)
{
	const struct kho_trial *trial = kho_trials_of(trials, text);

	return trial && trial->answers[estimator] == KHO_ANSWER_SUFFICIENT;
}

uint64_t kho_trials_bytes(struct kho_trials *trials, const char *text)
{
	const struct kho_trial *trial = kho_trials_of(trials, text);

	return trial ? trial->bytes : 0;
}

/* --- the bounce buffer --- */

uint64_t kho_trials_bounce_wanted(const struct kho_trials *trials)
{
	const GArray *events = trials->machine->events;

	for (guint i = 0; i < events->len; i++) {
		const struct kho_early_event *event = &g_array_index(events, struct kho_early_event, i);

		if (event->kind == KHO_EARLY_ALLOC && kho_early_called_by(event, "swiotlb_init_remap"))
			return event->size;
	}
	return 0;
}

bool kho_trials_bounce(const struct kho_trials *trials, const char *text, uint64_t *bytes)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(text, NULL);
	g_autoptr(KhoPaper) paper = spec ? kho_paper_new_loading(trials->machine, spec, trials->requests, NULL) : NULL;
	g_autofree void *workspace = NULL;
	struct kho_replay replay;

	if (!paper || kho_paper_end(paper) != KHO_PAPER_LOADED)
		return false;
	workspace = g_malloc(kho_replay_workspace(kho_paper_layout(paper)));
	kho_replay_run(kho_paper_layout(paper), workspace, NULL, NULL, &replay);
	*bytes = replay.bounce_bytes;
	return replay.end == KHO_REPLAY_FREE;
}
