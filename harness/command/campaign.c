// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/campaign.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/prepare.h"
#include "harness/command/recorder.h"
#include "harness/command/window.h"
#include "harness/handover/handover.h"
#include "harness/handover/schedule.h"
#include "harness/judge/judge.h"
#include "harness/judge/repeats.h"
#include "harness/report/json.h"
#include "harness/report/reports.h"
#include "harness/report/results.h"
#include "harness/report/tally.h"
#include "harness/report/terminal.h"
#include "harness/report/terminal_live.h"

#define PROGRESS_MILLISECONDS 500

/* A run of a control or of a cell. */
struct task {
	struct kho_campaign *campaign;
	struct kho_result *result;     /* what it fills in */
	bool repeat;		       /* of a cell that has run before; the result is the task's own */
	guint piece;		       /* of the lot's schedule */
	struct kho_handover *handover; /* NULL: not running */
	char *directory;
	gint64 begun; /* microseconds, monotonic */
};

struct kho_campaign {
	const struct kho_campaign_config *config;
	struct kho_preparation *preparation;
	struct kho_run *run;
	struct kho_results *results;
	GPtrArray *tasks;	       /* of struct task *, in the order of lots */
	guint lot;		       /* those from here on are the lot whose turn it is, or will be */
	struct kho_schedule *schedule; /* of the lot */
	guint done, planned;	       /* of all */
	bool repeated;		       /* there are repeats */
	GMainLoop *loop;
	guint signals[3];
	GError *failed; /* the host failed us */
	gint64 begun;	/* microseconds, monotonic */
	bool terminal;	/* standard output is one: show what is going on */
	guint live;	/* lines of it that are shown */
};

static struct task *task_at(const struct kho_campaign *campaign, guint index)
{
	return g_ptr_array_index(campaign->tasks, index);
}

static bool is_control(const struct kho_result *result)
{
	return result->cell->control != KHO_CONTROL_NONE;
}

static double seconds_since(gint64 begun)
{
	return (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
}

/* --- progress: of the controls, and then of the cells --- */

struct progress {
	guint done, total;
};

static struct progress progress_of(const struct kho_campaign *campaign, bool controls)
{
	guint count = campaign->run->controls->len;

	return controls ? (struct progress){ campaign->done, count }
			: (struct progress){ campaign->done - count,
					     MAX(campaign->planned, campaign->tasks->len) - count };
}

static void clear_progress(struct kho_campaign *campaign)
{
	if (campaign->live > 1)
		printf("\033[%uA", campaign->live - 1);
	if (campaign->live)
		fputs("\r\033[J", stdout);
	campaign->live = 0;
}

/* The machines of the lot that are running, of struct kho_live_machine. */
static GArray *machines_of(const struct kho_campaign *campaign)
{
	GArray *machines = g_array_new(FALSE, FALSE, sizeof(struct kho_live_machine));

	for (guint i = campaign->lot; i < campaign->tasks->len; i++) {
		const struct task *task = task_at(campaign, i);
		struct kho_live_machine machine = { .id = task->result->cell->id };

		if (!task->handover)
			continue;
		machine.stage = kho_handover_stage(task->handover);
		machine.seconds = seconds_since(task->begun);
		g_array_append_val(machines, machine);
	}
	return machines;
}

static void count_verdicts(const struct kho_campaign *campaign, struct kho_live *live)
{
	for (guint i = 0; i < campaign->tasks->len; i++) {
		const struct kho_result *result = task_at(campaign, i)->result;

		if (!result->ended)
			continue;
		live->surprises += kho_tally_surprises(result);
		if (!is_control(result))
			live->verdicts[result->estimates[KHO_ESTIMATOR_SPARSEMEM].verdict.name]++;
	}
}

static gboolean show_progress(gpointer data)
{
	struct kho_campaign *campaign = data;
	bool controls = is_control(task_at(campaign, campaign->lot)->result);
	struct progress progress = progress_of(campaign, controls);
	guint left = MAX(campaign->planned, campaign->tasks->len) - campaign->done;
	double seconds = seconds_since(campaign->begun);
	g_autoptr(GArray) machines = machines_of(campaign);
	struct kho_live live = {
		.done = progress.done,
		.total = progress.total,
		.controls = controls,
		.seconds = seconds,
		.left = campaign->done ? seconds / campaign->done * left : -1,
		.machines = (const struct kho_live_machine *)machines->data,
		.nr_machines = machines->len,
	};
	g_autofree char *text = NULL;

	count_verdicts(campaign, &live);
	text = kho_terminal_live(&live, kho_window_columns(), kho_window_lines() / 2, true);
	clear_progress(campaign);
	fputs(text, stdout);
	fflush(stdout);
	campaign->live = 1;
	for (const char *c = text; (c = strchr(c, '\n')); c++)
		campaign->live++;
	return G_SOURCE_CONTINUE;
}

static void print_result(struct kho_campaign *campaign, const struct kho_result *result)
{
	struct progress progress = progress_of(campaign, is_control(result));
	g_autofree char *line =
		is_control(result)
			? kho_terminal_control_line(result, progress.done, progress.total, campaign->terminal)
			: kho_terminal_cell_line(result, progress.done, progress.total, campaign->terminal);

	clear_progress(campaign);
	puts(line);
	fflush(stdout);
}

/* --- one run of a control or cell --- */

static void start_more(struct kho_campaign *campaign);

static void fail(struct kho_campaign *campaign, GError *error)
{
	if (campaign->failed)
		g_error_free(error);
	else
		campaign->failed = error;
	g_main_loop_quit(campaign->loop);
}

static bool write_record(struct kho_campaign *campaign, struct kho_result *result, GError **error)
{
	g_autofree char *name = g_strconcat(result->directory, "/record.json", NULL);
	g_autofree char *json = NULL;

	if (!kho_results_keep_trace(campaign->results, result, error))
		return false;
	json = kho_json_cell(result, true);
	return kho_results_append(campaign->results, result, error) &&
	       kho_results_write(campaign->results, name, json, error);
}

static void task_done(struct kho_handover *handover, const struct kho_report *report, struct kho_outcome outcome,
		      void *data)
{
	struct task *task = data;
	struct kho_campaign *campaign = task->campaign;
	struct kho_result *result = task->result;
	const struct kho_pair *pair = kho_preparation_pair(campaign->preparation, result->cell);
	g_autofree char *run = g_strdup(report->run);
	GError *error = NULL;

	result->outcome = outcome;
	result->ended = true;
	kho_judge_take_report(result, report, pair->kernel->carries_estimator);
	if (is_control(result)) {
		kho_expected_compare_control(pair->expected, result);
	} else {
		kho_judge_result(result);
		kho_expected_compare(pair->expected, result);
	}
	kho_handover_free(handover);
	task->handover = NULL;
	campaign->done++;
	kho_schedule_done(campaign->schedule, task->piece);
	print_result(campaign, result);
	if (!write_record(campaign, result, &error)) {
		fail(campaign, error);
		return;
	}
	kho_recorder_keep(campaign->preparation, campaign->config, result, run, task->directory);
	if (campaign->done == campaign->tasks->len)
		g_main_loop_quit(campaign->loop);
	start_more(campaign);
}

static bool start_task(struct kho_campaign *campaign, struct task *task, GError **error)
{
	const struct kho_cell *cell = task->result->cell;
	const struct kho_pair *pair = kho_preparation_pair(campaign->preparation, cell);
	struct kho_handover_config config = {
		.cell = cell,
		.backend = campaign->preparation->backend,
		.kernel_image = pair->kernel->image,
		.initramfs = pair->initramfs,
		.vmlinux = pair->successor->symbols,
		.first_extra = campaign->config->first_extra,
		.successor_extra = campaign->config->successor_extra,
		.no_folios = pair->no_folios,
		.kvm = kho_preparation_kvm(campaign->preparation, cell),
		.run = campaign->config->run,
	};

	task->directory = kho_results_cell_dir(campaign->results, task->result->directory + strlen("cells/"), error);
	if (!task->directory)
		return false;
	config.directory = task->directory;
	task->begun = g_get_monotonic_time();
	task->handover = kho_handover_start(&config, task_done, task, error);
	return task->handover != NULL;
}

static void start_more(struct kho_campaign *campaign)
{
	GError *error = NULL;
	guint piece;

	while (!campaign->failed && kho_schedule_next(campaign->schedule, &piece)) {
		if (!start_task(campaign, task_at(campaign, campaign->lot + piece), &error)) {
			fail(campaign, error);
			return;
		}
	}
}

/* --- a lot --- */

static void add_task(struct kho_campaign *campaign, struct kho_result *result, bool repeat)
{
	struct task *task = g_new0(struct task, 1);

	*task = (struct task){ .campaign = campaign, .result = result, .repeat = repeat };
	task->piece = campaign->tasks->len - campaign->lot;
	g_ptr_array_add(campaign->tasks, task);
}

static void free_task(gpointer data)
{
	struct task *task = data;

	g_clear_pointer(&task->handover, kho_handover_free);
	if (task->repeat)
		kho_result_free(task->result);
	g_free(task->directory);
	g_free(task);
}

static void link_controls(const struct kho_campaign *campaign, struct kho_result *result)
{
	const GPtrArray *controls = campaign->run->controls;

	for (guint i = 0; i < controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(controls, i);

		if (kho_cell_same_machine(control->cell, result->cell))
			result->controls[control->cell->control] = control;
	}
}

struct kho_result *kho_campaign_add(struct kho_campaign *campaign, const struct kho_cell *cell)
{
	struct kho_result *result = kho_result_new(cell);

	link_controls(campaign, result);
	g_ptr_array_add(campaign->run->results, result);
	add_task(campaign, result, false);
	return result;
}

static guint count_runs(const struct kho_campaign *campaign, const struct kho_cell *cell)
{
	guint count = 0;

	for (guint i = 0; i < campaign->tasks->len; i++)
		count += task_at(campaign, i)->result->cell == cell;
	return count;
}

struct kho_result *kho_campaign_repeat(struct kho_campaign *campaign, const struct kho_cell *cell)
{
	struct kho_result *result = kho_result_new(cell);

	result->repeat = count_runs(campaign, cell);
	link_controls(campaign, result);
	g_free(result->directory);
	result->directory = g_strdup_printf("cells/%s/repeat-%u", cell->id, result->repeat);
	add_task(campaign, result, true);
	campaign->repeated = true;
	return result;
}

static void add_controls(struct kho_campaign *campaign)
{
	const GPtrArray *cells = campaign->preparation->controls;

	for (guint i = 0; i < cells->len; i++) {
		struct kho_result *control = kho_result_new(g_ptr_array_index(cells, i));

		g_ptr_array_add(campaign->run->controls, control);
		add_task(campaign, control, false);
	}
}

static void run_lot(struct kho_campaign *campaign)
{
	guint progress = campaign->terminal ? g_timeout_add(PROGRESS_MILLISECONDS, show_progress, campaign) : 0;

	campaign->schedule = kho_schedule_new(campaign->run->jobs, campaign->preparation->memory);
	for (guint i = campaign->lot; i < campaign->tasks->len; i++)
		kho_schedule_add(campaign->schedule, kho_preparation_memory(task_at(campaign, i)->result->cell));
	start_more(campaign);
	if (!campaign->failed)
		g_main_loop_run(campaign->loop);
	clear_progress(campaign);
	for (guint i = campaign->lot; i < campaign->tasks->len; i++)
		g_clear_pointer(&task_at(campaign, i)->handover, kho_handover_free);
	g_clear_pointer(&campaign->schedule, kho_schedule_free);
	if (progress)
		g_source_remove(progress);
}

bool kho_campaign_go(struct kho_campaign *campaign)
{
	if (!campaign->failed && !campaign->run->interrupted && campaign->lot < campaign->tasks->len)
		run_lot(campaign);
	campaign->lot = campaign->tasks->len;
	return !campaign->failed && !campaign->run->interrupted;
}

static gboolean interrupted(gpointer data)
{
	struct kho_campaign *campaign = data;

	campaign->run->interrupted = true;
	g_main_loop_quit(campaign->loop);
	return G_SOURCE_CONTINUE;
}

/* --- all of it --- */

static bool open_results(struct kho_campaign *campaign, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *stamp = g_date_time_format(now, "%Y%m%dT%H%M%SZ");

	campaign->run->started = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	campaign->results = kho_results_open(campaign->config->results, stamp, error);
	if (!campaign->results || !kho_results_publish(campaign->results, error))
		return false;
	campaign->run->directory = g_strdup(kho_results_directory(campaign->results));
	return true;
}

struct kho_campaign *kho_campaign_open(const struct kho_campaign_config *config, GError **error)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	g_autoptr(KhoCampaign) campaign = g_new0(struct kho_campaign, 1);

	campaign->config = config;
	campaign->tasks = g_ptr_array_new_with_free_func(free_task);
	campaign->preparation = kho_prepare(config, error);
	campaign->run = campaign->preparation ? campaign->preparation->run : NULL;
	if (!campaign->run || !open_results(campaign, error))
		return NULL;
	campaign->loop = g_main_loop_new(NULL, FALSE);
	campaign->terminal = isatty(STDOUT_FILENO);
	campaign->begun = g_get_monotonic_time();
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
		campaign->signals[i] = g_unix_signal_add(numbers[i], interrupted, campaign);
	add_controls(campaign);
	return g_steal_pointer(&campaign);
}

void kho_campaign_free(struct kho_campaign *campaign)
{
	g_ptr_array_unref(campaign->tasks);
	for (gsize i = 0; i < G_N_ELEMENTS(campaign->signals); i++)
		if (campaign->signals[i])
			g_source_remove(campaign->signals[i]);
	g_clear_pointer(&campaign->results, kho_results_free);
	g_clear_pointer(&campaign->loop, g_main_loop_unref);
	g_clear_pointer(&campaign->preparation, kho_preparation_free);
	g_clear_error(&campaign->failed);
	g_free(campaign);
}

guint kho_campaign_width(const struct kho_campaign *campaign, const struct kho_cell *cell)
{
	uint64_t fit = campaign->preparation->memory / MAX(kho_preparation_memory(cell), 1);

	return CLAMP(fit, 1, campaign->run->jobs);
}

const struct kho_run *kho_campaign_seen(const struct kho_campaign *campaign)
{
	return campaign->run;
}

/* --- the end of it --- */

static struct task *task_of(const struct kho_campaign *campaign, const struct kho_result *result)
{
	for (guint i = 0; i < campaign->tasks->len; i++)
		if (task_at(campaign, i)->result == result)
			return task_at(campaign, i);
	g_assert_not_reached();
}

/* All runs of a cell by its first; not owned. */
static GPtrArray *runs_of(const struct kho_campaign *campaign, struct kho_result *first)
{
	GPtrArray *runs = g_ptr_array_new();

	for (guint i = 0; i < campaign->tasks->len; i++)
		if (task_at(campaign, i)->result->cell == first->cell)
			g_ptr_array_add(runs, task_at(campaign, i)->result);
	return runs;
}

/* A cell counts once: one of its runs stands for all in the run's results, and the others become the task's own. */
static void fold_repeats(struct kho_campaign *campaign)
{
	GPtrArray *results = campaign->run->results;

	for (guint i = 0; campaign->repeated && i < results->len; i++) {
		struct kho_result *first = g_ptr_array_index(results, i), *all;
		g_autoptr(GPtrArray) runs = runs_of(campaign, first);

		if (runs->len == 1)
			continue;
		all = kho_repeats_fold(runs);
		task_of(campaign, first)->repeat = true;
		task_of(campaign, all)->repeat = false;
		results->pdata[i] = all;
	}
}

static void print_summary(const struct kho_campaign *campaign)
{
	g_autofree char *summary = kho_terminal_summary(campaign->run, campaign->terminal);

	fputs(summary, stdout);
	fflush(stdout);
}

enum kho_exit kho_campaign_conclude(struct kho_campaign *campaign)
{
	const struct kho_campaign_config *config = campaign->config;
	GError *error = NULL;

	campaign->run->seconds = seconds_since(campaign->begun);
	fold_repeats(campaign);
	kho_judge_count(campaign->run);
	if (config->update_expected && !kho_preparation_renew_expected(campaign->preparation, campaign->run, &error))
		fail(campaign, g_steal_pointer(&error));
	if (!kho_reports_write(campaign->results, campaign->run, &error))
		fail(campaign, error);
	if (!config->quiet)
		print_summary(campaign);
	if (campaign->failed)
		kho_command_fail(campaign->failed);
	if (config->ended)
		config->ended(campaign->run, config->data);
	return campaign->failed ? KHO_EXIT_HOST : kho_judge_exit(campaign->run);
}

enum kho_exit kho_campaign_run(const struct kho_campaign_config *config)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoCampaign) campaign = kho_campaign_open(config, &error);

	if (!campaign)
		return kho_command_fail(error);
	campaign->planned = campaign->tasks->len + config->cells->len * MAX(config->repeat, 1);
	kho_campaign_go(campaign);
	/* All of them, so that a run which was interrupted says what it lacks. */
	for (guint i = 0; i < config->cells->len; i++)
		kho_campaign_add(campaign, g_ptr_array_index(config->cells, i));
	kho_campaign_go(campaign);
	for (int repeat = 1; repeat < config->repeat; repeat++) {
		for (guint i = 0; i < config->cells->len; i++)
			kho_campaign_repeat(campaign, g_ptr_array_index(config->cells, i));
		kho_campaign_go(campaign);
	}
	return kho_campaign_conclude(campaign);
}
