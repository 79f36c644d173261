// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/opinion.h"

#include "harness/judge/estimators.h"
#include "harness/judge/paper_layout.h"

/* Paper is cheap: rather look once too often. */
#define SURVEY 16

/* One estimator's look at values. */
struct look {
	const struct kho_result *known;
	const struct kho_axis *axis;
	enum kho_estimator estimator;
	char *note; /* why it had no answer, the last time that it had none; NULL: it always had */
	bool answered;
};

static enum kho_shown take_answer(struct look *look, const struct kho_prediction *prediction)
{
	switch (prediction->answer) {
	case KHO_ANSWER_SUFFICIENT:
		look->answered = true;
		return KHO_SHOWN_SURVIVED;
	case KHO_ANSWER_INSUFFICIENT:
		look->answered = true;
		return KHO_SHOWN_FAILED;
	case KHO_ANSWER_ABSENT:
	case KHO_ANSWER_SKIPPED:
	case KHO_NR_ANSWERS:
		break;
	}
	g_free(look->note);
	look->note = g_strdup(prediction->note ?: kho_answer_text(prediction->answer));
	return KHO_SHOWN_NOTHING;
}

static enum kho_shown ask(struct look *look, const struct kho_paper *paper)
{
	struct kho_prediction prediction = { 0 };
	enum kho_shown shown = KHO_SHOWN_NOTHING;

	switch (kho_paper_end(paper)) {
	case KHO_PAPER_DISABLED:
		return KHO_SHOWN_DISABLED;
	case KHO_PAPER_REJECTED:
		return KHO_SHOWN_REJECTED;
	case KHO_PAPER_NOT_LOADED:
	case KHO_PAPER_LOADED:
		break;
	}
	kho_estimator_predict(look->estimator, kho_paper_layout(paper), &prediction);
	shown = take_answer(look, &prediction);
	kho_prediction_clear(&prediction);
	return shown;
}

static struct kho_paper *lay_out(const struct look *look, uint64_t value, GError **error)
{
	g_autoptr(KhoScratchSpec) spec = kho_axis_spec(look->axis, value);

	return kho_paper_new(look->known, spec, error);
}

static enum kho_shown look_at(struct look *look, uint64_t value)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaper) paper = lay_out(look, value, &error);

	if (paper)
		return ask(look, paper);
	g_free(look->note);
	look->note = g_strdup(error->message);
	return KHO_SHOWN_NOTHING;
}

static void search(struct look *look, struct kho_boundary *boundary)
{
	for (;;) {
		g_autoptr(GArray) values = kho_boundary_next(boundary);

		if (!values->len)
			return;
		for (guint i = 0; i < values->len; i++) {
			uint64_t value = g_array_index(values, uint64_t, i);

			kho_boundary_see(boundary, value, look_at(look, value));
		}
	}
}

static uint64_t scratch_bytes(const struct look *look, uint64_t value)
{
	g_autoptr(KhoPaper) paper = lay_out(look, value, NULL);
	const struct kho_layout *layout = paper ? kho_paper_layout(paper) : NULL;
	uint64_t sum = 0;

	for (size_t i = 0; layout && i < layout->nr_scratch; i++)
		sum += layout->scratch[i].size;
	return sum;
}

static void form(struct look *look, uint64_t low, uint64_t high, struct kho_opinion *opinion)
{
	const struct kho_boundary_config config = {
		.low = low, .high = high, .repeats = 1, .width = 1, .survey = SURVEY
	};
	g_autoptr(KhoBoundary) boundary = kho_boundary_new(&config);

	search(look, boundary);
	opinion->have = look->answered;
	kho_boundary_result(boundary, &opinion->result);
	if (!opinion->have)
		opinion->note = g_strdup(look->note ?: "on paper, nothing is handed over with any value");
	else if (opinion->result.last.have_at)
		opinion->scratch_bytes = scratch_bytes(look, opinion->result.last.at);
}

void kho_opinions(const struct kho_result *known, const struct kho_axis *axis, uint64_t low, uint64_t high,
		  struct kho_opinion *opinions)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct look look = { .known = known, .axis = axis, .estimator = i };

		opinions[i] = (struct kho_opinion){ 0 };
		if (known)
			form(&look, low, high, &opinions[i]);
		else
			opinions[i].note = g_strdup("nothing is known of the machine to lay scratch out with");
		g_free(look.note);
	}
}

void kho_opinion_clear(struct kho_opinion *opinion)
{
	g_clear_pointer(&opinion->note, g_free);
}
