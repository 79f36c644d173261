// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/boundary_search.h"

#include <stdio.h>

#include "harness/judge/judge.h"
#include "harness/judge/layout_of.h"

/* A run with a value. */
struct attempt {
	uint64_t value;
	const struct kho_result *result;
	bool taken; /* the search has been told of it */
};

struct search {
	const struct kho_boundary_search_config *config;
	struct kho_campaign *campaign;
	struct kho_boundary *boundary;
	GPtrArray *cells; /* of struct kho_cell *, one for each value that was tried */
	GArray *attempts; /* of struct attempt */
	struct kho_opinion opinions[KHO_NR_ESTIMATORS];
	const struct kho_result *known; /* what the opinions were made from; NULL: there are none yet */
};

static struct attempt *attempt_at(const struct search *search, guint index)
{
	return &g_array_index(search->attempts, struct attempt, index);
}

static struct kho_cell *new_cell(const struct kho_boundary_search_config *config, uint64_t value)
{
	g_autoptr(KhoScratchSpec) spec = kho_axis_spec(config->axis, value);

	return kho_cell_new(config->kernel, config->successor, config->topology, spec, config->payload);
}

/* --- what estimators think --- */

static bool is_usable(const struct kho_result *result)
{
	struct kho_layout layout;

	return result->ended && !kho_layout_of(result, &layout);
}

/* The control with ample scratch, or else any run that reported what is needed. */
static const struct kho_result *find_known(const struct search *search)
{
	const GPtrArray *controls = kho_campaign_seen(search->campaign)->controls;

	for (guint i = 0; i < controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(controls, i);

		if (control->cell->control == KHO_CONTROL_AMPLE && is_usable(control))
			return control;
	}
	for (guint i = 0; i < search->attempts->len; i++)
		if (is_usable(attempt_at(search, i)->result))
			return attempt_at(search, i)->result;
	return NULL;
}

static void ask_estimators(struct search *search)
{
	const struct kho_boundary_search_config *config = search->config;

	if (search->known)
		return;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_opinion_clear(&search->opinions[i]);
	search->known = find_known(search);
	kho_opinions(search->known, config->axis, config->low, config->high, search->opinions);
}

/* The last estimator that has an idea: they are listed from the simplest to the one that knows most. */
static void guess(const struct search *search, struct kho_boundary_config *config)
{
	config->have_guess = search->config->have_guess;
	config->guess = search->config->guess;
	for (int i = KHO_NR_ESTIMATORS - 1; i >= 0 && !config->have_guess; i--) {
		const struct kho_opinion *opinion = &search->opinions[i];

		config->have_guess = opinion->have && opinion->result.last.have_at;
		config->guess = opinion->result.last.at;
	}
}

/* --- rounds --- */

static const struct kho_cell *cell_of(const struct search *search, uint64_t value)
{
	for (guint i = 0; i < search->attempts->len; i++)
		if (attempt_at(search, i)->value == value)
			return attempt_at(search, i)->result->cell;
	return NULL;
}

static void line_up(struct search *search, uint64_t value)
{
	const struct kho_cell *before = cell_of(search, value);
	struct attempt attempt = { .value = value };

	if (before) {
		attempt.result = kho_campaign_repeat(search->campaign, before);
	} else {
		struct kho_cell *cell = new_cell(search->config, value);

		g_ptr_array_add(search->cells, cell);
		attempt.result = kho_campaign_add(search->campaign, cell);
	}
	g_array_append_val(search->attempts, attempt);
}

static void take(struct search *search)
{
	for (guint i = 0; i < search->attempts->len; i++) {
		struct attempt *attempt = attempt_at(search, i);

		if (attempt->taken || !attempt->result->ended)
			continue;
		attempt->taken = true;
		kho_boundary_see(search->boundary, attempt->value, kho_shown_by(attempt->result->outcome.name));
	}
}

/* False: it was interrupted, or the host failed. */
static bool run_rounds(struct search *search)
{
	for (;;) {
		g_autoptr(GArray) values = kho_boundary_next(search->boundary);
		bool goes_on;

		if (!values->len)
			return true;
		for (guint i = 0; i < values->len; i++)
			line_up(search, g_array_index(values, uint64_t, i));
		goes_on = kho_campaign_go(search->campaign);
		take(search);
		if (!goes_on)
			return false;
	}
}

static struct kho_boundary *new_boundary(const struct search *search, const struct kho_cell *cell)
{
	struct kho_boundary_config config = {
		.low = search->config->low,
		.high = search->config->high,
		.repeats = search->config->repeats,
		.width = kho_campaign_width(search->campaign, cell),
		.survey = search->config->survey,
	};

	guess(search, &config);
	return kho_boundary_new(&config);
}

/* --- what was found --- */

static uint64_t scratch_bytes(const struct kho_result *result)
{
	uint64_t sum = 0;

	for (guint i = 0; i < result->scratch->len; i++)
		sum += g_array_index(result->scratch, struct kho_scratch_area, i).size;
	return sum;
}

static void fill_row(const struct search *search, struct kho_boundary_row *row)
{
	for (guint i = 0; i < search->attempts->len; i++) {
		const struct attempt *attempt = attempt_at(search, i);
		const struct kho_outcome *outcome = &attempt->result->outcome;

		if (attempt->value != row->value || !attempt->taken)
			continue;
		row->id = attempt->result->cell->id;
		row->outcomes[outcome->name]++;
		if (outcome->name != KHO_OUTCOME_SURVIVED && !row->reason)
			row->reason = outcome->reason;
		row->scratch_bytes = row->scratch_bytes ?: scratch_bytes(attempt->result);
	}
}

static GArray *make_rows(const struct search *search)
{
	const GArray *points = kho_boundary_points(search->boundary);
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct kho_boundary_row));

	for (guint i = 0; i < points->len; i++) {
		struct kho_boundary_row row = {
			.value = g_array_index(points, struct kho_boundary_point, i).value,
		};

		fill_row(search, &row);
		g_array_append_val(rows, row);
	}
	return rows;
}

static enum kho_exit tell(struct search *search, const struct kho_cell *cell, bool finished)
{
	const struct kho_boundary_search_config *config = search->config;
	g_autoptr(GArray) rows = make_rows(search);
	enum kho_exit host = kho_campaign_conclude(search->campaign), status;
	struct kho_boundary_report report = {
		.cell = cell,
		.axis = config->axis,
		.low = config->low,
		.high = config->high,
		.repeats = config->repeats,
		.survey = config->survey,
		.rows = rows,
		.opinions = search->opinions,
		.finished = finished,
		.seconds = kho_campaign_seen(search->campaign)->seconds,
		.directory = kho_campaign_seen(search->campaign)->directory,
	};

	ask_estimators(search);
	report.known = search->known ? search->known->cell->id : NULL;
	kho_boundary_result(search->boundary, &report.result);
	status = config->tell(&report, config->data);
	/* A machine that was lost was tried again; what the host failed at is an end of it. */
	return finished ? status : host;
}

/* Do the controls allow to tell anything? */
static bool check_controls(const struct search *search, const struct kho_cell *cell)
{
	const GPtrArray *controls = kho_campaign_seen(search->campaign)->controls;
	struct kho_result *result = kho_result_new(cell);
	const char *reason;

	for (guint i = 0; i < controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(controls, i);

		result->controls[control->cell->control] = control;
	}
	reason = kho_control_exclusion(result);
	kho_result_free(result);
	if (reason)
		printf("%s: the machine dies of something else than scratch, or shows nothing: no boundary\n", reason);
	return !reason;
}

static enum kho_exit run(struct search *search, const struct kho_cell *cell)
{
	if (!kho_campaign_go(search->campaign) || !check_controls(search, cell))
		return kho_campaign_conclude(search->campaign);
	ask_estimators(search);
	search->boundary = new_boundary(search, cell);
	return tell(search, cell, run_rounds(search));
}

enum kho_exit kho_boundary_search(struct kho_boundary_search_config *config, GError **error)
{
	g_autoptr(GPtrArray) machine = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	struct search search = { .config = config };
	enum kho_exit status = KHO_EXIT_HOST;

	g_ptr_array_add(machine, new_cell(config, config->low));
	config->campaign.name = "boundary";
	config->campaign.cells = machine;
	config->campaign.unexpected = true;
	config->campaign.quiet = true;
	search.cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	search.attempts = g_array_new(FALSE, FALSE, sizeof(struct attempt));
	search.campaign = kho_campaign_open(&config->campaign, error);
	if (search.campaign)
		status = run(&search, g_ptr_array_index(machine, 0));
	g_clear_pointer(&search.campaign, kho_campaign_free);
	g_clear_pointer(&search.boundary, kho_boundary_free);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_opinion_clear(&search.opinions[i]);
	g_array_unref(search.attempts);
	g_ptr_array_unref(search.cells);
	return status;
}
