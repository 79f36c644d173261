// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/campaign.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/prepare.h"
#include "harness/command/recorder.h"
#include "harness/handover/handover.h"
#include "harness/handover/schedule.h"
#include "harness/judge/judge.h"
#include "harness/report/html.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "harness/report/results.h"
#include "harness/report/terminal.h"

#define PROGRESS_MILLISECONDS 500

struct campaign;

/* A control or a cell under way. */
struct task {
	struct campaign *campaign;
	guint index;
	struct kho_handover *handover; /* NULL: not running */
	char *directory;
};

struct campaign {
	const struct kho_campaign_config *config;
	struct kho_preparation *preparation;
	struct kho_run *run;
	struct kho_results *results;
	GPtrArray *all;		       /* of struct kho_result *: first the controls, then the cells */
	struct task *tasks;	       /* one for each of them */
	guint lot, lot_end;	       /* those whose turn it is: [lot, lot_end) */
	struct kho_schedule *schedule; /* of the lot */
	GMainLoop *loop;
	GError *failed; /* the host failed us */
	gint64 begun;	/* microseconds, monotonic */
	guint done;	/* of all */
	bool terminal;	/* standard output is one: show what is going on */
};

static struct kho_result *result_at(const struct campaign *campaign, guint index)
{
	return g_ptr_array_index(campaign->all, index);
}

static double seconds_since(gint64 begun)
{
	return (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
}

/* --- progress --- */

static void clear_progress(const struct campaign *campaign)
{
	if (campaign->terminal)
		fputs("\r\033[K", stdout);
}

static gboolean show_progress(gpointer data)
{
	struct campaign *campaign = data;
	guint total = campaign->all->len;
	double seconds = seconds_since(campaign->begun);
	double eta = campaign->done ? seconds / campaign->done * (total - campaign->done) : -1;
	g_autofree char *line = NULL;
	const char *what = "";

	for (guint i = 0; i < total && !*what; i++)
		if (campaign->tasks[i].handover)
			what = result_at(campaign, i)->cell->id;
	line = kho_terminal_progress(campaign->done - campaign->lot, campaign->lot_end - campaign->lot,
				     kho_schedule_running(campaign->schedule), seconds, eta, what);
	clear_progress(campaign);
	fputs(line, stdout);
	fflush(stdout);
	return G_SOURCE_CONTINUE;
}

static void print_result(const struct campaign *campaign, const struct kho_result *result)
{
	guint done = campaign->done - campaign->lot, total = campaign->lot_end - campaign->lot;
	g_autofree char *line = result->cell->control == KHO_CONTROL_NONE
					? kho_terminal_cell_line(result, done, total, campaign->terminal)
					: kho_terminal_control_line(result, done, total, campaign->terminal);

	clear_progress(campaign);
	puts(line);
	fflush(stdout);
}

/* --- one control or cell --- */

static void start_more(struct campaign *campaign);
static void next_lot(struct campaign *campaign);

static void fail(struct campaign *campaign, GError *error)
{
	if (campaign->failed)
		g_error_free(error);
	else
		campaign->failed = error;
	g_main_loop_quit(campaign->loop);
}

static bool write_record(struct campaign *campaign, struct kho_result *result, GError **error)
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
	struct campaign *campaign = task->campaign;
	struct kho_result *result = result_at(campaign, task->index);
	const struct kho_pair *pair = kho_preparation_pair(campaign->preparation, result->cell);
	g_autofree char *run = g_strdup(report->run);
	GError *error = NULL;

	result->outcome = outcome;
	result->ended = true;
	if (result->cell->control == KHO_CONTROL_NONE) {
		kho_judge_take_report(result, report, pair->kernel->carries_estimator);
		kho_judge_result(result);
		kho_expected_compare(pair->expected, result);
	}
	kho_handover_free(handover);
	task->handover = NULL;
	campaign->done++;
	kho_schedule_done(campaign->schedule, task->index - campaign->lot);
	print_result(campaign, result);
	if (!write_record(campaign, result, &error)) {
		fail(campaign, error);
		return;
	}
	kho_recorder_keep(campaign->preparation, campaign->config, result, run, task->directory);
	if (campaign->done == campaign->lot_end)
		next_lot(campaign);
	start_more(campaign);
}

static bool start_task(struct campaign *campaign, guint index, GError **error)
{
	struct task *task = &campaign->tasks[index];
	const struct kho_cell *cell = result_at(campaign, index)->cell;
	const struct kho_pair *pair = kho_preparation_pair(campaign->preparation, cell);
	struct kho_handover_config config = {
		.cell = cell,
		.kernel_image = pair->kernel->image,
		.initramfs = pair->initramfs,
		.vmlinux = pair->successor->symbols,
		.first_extra = campaign->config->first_extra,
		.successor_extra = campaign->config->successor_extra,
		.kvm = campaign->preparation->kvm,
		.run = campaign->config->run,
	};

	task->directory = kho_results_cell_dir(campaign->results, cell->id, error);
	if (!task->directory)
		return false;
	config.directory = task->directory;
	task->handover = kho_handover_start(&config, task_done, task, error);
	return task->handover != NULL;
}

static void start_more(struct campaign *campaign)
{
	GError *error = NULL;
	guint index;

	while (!campaign->failed && kho_schedule_next(campaign->schedule, &index)) {
		if (!start_task(campaign, campaign->lot + index, &error)) {
			fail(campaign, error);
			return;
		}
	}
}

/* --- all of them --- */

/* The controls, then the cells, which are judged by them; then it is over. */
static void next_lot(struct campaign *campaign)
{
	guint controls = campaign->run->controls->len;

	campaign->lot = campaign->lot_end;
	campaign->lot_end = campaign->lot < controls ? controls : campaign->all->len;
	g_clear_pointer(&campaign->schedule, kho_schedule_free);
	campaign->schedule = kho_schedule_new(campaign->run->jobs, campaign->preparation->memory);
	for (guint i = campaign->lot; i < campaign->lot_end; i++)
		kho_schedule_add(campaign->schedule, kho_preparation_memory(result_at(campaign, i)->cell));
	if (campaign->lot == campaign->lot_end)
		g_main_loop_quit(campaign->loop);
}

static gboolean interrupted(gpointer data)
{
	struct campaign *campaign = data;

	campaign->run->interrupted = true;
	g_main_loop_quit(campaign->loop);
	return G_SOURCE_CONTINUE;
}

static void run_all(struct campaign *campaign)
{
	guint sources[] = {
		g_unix_signal_add(SIGINT, interrupted, campaign),
		g_unix_signal_add(SIGTERM, interrupted, campaign),
		g_unix_signal_add(SIGHUP, interrupted, campaign),
		campaign->terminal ? g_timeout_add(PROGRESS_MILLISECONDS, show_progress, campaign) : 0,
	};

	campaign->begun = g_get_monotonic_time();
	next_lot(campaign);
	start_more(campaign);
	if (!campaign->failed)
		g_main_loop_run(campaign->loop);
	clear_progress(campaign);
	for (guint i = 0; i < campaign->all->len; i++)
		g_clear_pointer(&campaign->tasks[i].handover, kho_handover_free);
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
		if (sources[i])
			g_source_remove(sources[i]);
	campaign->run->seconds = seconds_since(campaign->begun);
}

static bool write_reports(struct campaign *campaign, GError **error)
{
	g_autofree char *json = kho_json_run(campaign->run);
	g_autofree char *junit = kho_junit(campaign->run);
	g_autofree char *html = kho_html(campaign->run);

	return kho_results_write(campaign->results, "results.json", json, error) &&
	       kho_results_write(campaign->results, "junit.xml", junit, error) &&
	       kho_results_write(campaign->results, "report.html", html, error);
}

static enum kho_exit exit_status(const struct campaign *campaign)
{
	bool differs = false;

	if (campaign->failed || campaign->run->interrupted)
		return KHO_EXIT_HOST;
	for (guint i = 0; i < campaign->all->len; i++) {
		const struct kho_result *result = result_at(campaign, i);

		if (!result->ended || result->outcome.name == KHO_OUTCOME_LOST)
			return KHO_EXIT_HOST;
		if (result->cell->control != KHO_CONTROL_NONE) {
			/* Its cells are excluded, and a run that proves nothing must not pass. */
			differs |= result->outcome.name != KHO_OUTCOME_SURVIVED;
			continue;
		}
		differs |=
			result->standing == KHO_STANDING_NEW || result->outcome.name == KHO_OUTCOME_FIRST_BOOT_FAILED;
		for (int j = 0; j < KHO_NR_ESTIMATORS; j++)
			differs |= result->estimates[j].disagreement != NULL;
	}
	return differs ? KHO_EXIT_DIFFERS : KHO_EXIT_OK;
}

static bool open_campaign(struct campaign *campaign, GError **error)
{
	const struct kho_campaign_config *config = campaign->config;
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *stamp = g_date_time_format(now, "%Y%m%dT%H%M%SZ");

	campaign->preparation = kho_prepare(config, error);
	if (!campaign->preparation)
		return false;
	campaign->run = campaign->preparation->run;
	campaign->run->started = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	campaign->all = g_ptr_array_new();
	g_ptr_array_extend(campaign->all, campaign->run->controls, NULL, NULL);
	g_ptr_array_extend(campaign->all, campaign->run->results, NULL, NULL);
	campaign->tasks = g_new0(struct task, campaign->all->len);
	for (guint i = 0; i < campaign->all->len; i++)
		campaign->tasks[i] = (struct task){ .campaign = campaign, .index = i };
	campaign->results = kho_results_open(config->results, stamp, error);
	if (!campaign->results || !kho_results_publish(campaign->results, error))
		return false;
	campaign->run->directory = g_strdup(kho_results_directory(campaign->results));
	campaign->loop = g_main_loop_new(NULL, FALSE);
	campaign->terminal = isatty(STDOUT_FILENO);
	return true;
}

static void close_campaign(struct campaign *campaign)
{
	if (campaign->tasks)
		for (guint i = 0; i < campaign->all->len; i++)
			g_free(campaign->tasks[i].directory);
	g_free(campaign->tasks);
	g_clear_pointer(&campaign->all, g_ptr_array_unref);
	g_clear_pointer(&campaign->schedule, kho_schedule_free);
	g_clear_pointer(&campaign->results, kho_results_free);
	g_clear_pointer(&campaign->loop, g_main_loop_unref);
	g_clear_pointer(&campaign->preparation, kho_preparation_free);
	g_clear_error(&campaign->failed);
}

static void conclude(struct campaign *campaign)
{
	g_autofree char *summary = NULL;
	GError *error = NULL;

	kho_judge_count(campaign->run);
	if (campaign->config->update_expected &&
	    !kho_preparation_renew_expected(campaign->preparation, campaign->run, &error))
		fail(campaign, g_steal_pointer(&error));
	if (!write_reports(campaign, &error))
		fail(campaign, error);
	summary = kho_terminal_summary(campaign->run, campaign->terminal);
	fputs(summary, stdout);
	fflush(stdout);
	if (campaign->failed)
		kho_command_fail(campaign->failed);
}

enum kho_exit kho_campaign_run(const struct kho_campaign_config *config)
{
	struct campaign campaign = { .config = config };
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (!open_campaign(&campaign, &error)) {
		status = kho_command_fail(error);
	} else {
		run_all(&campaign);
		conclude(&campaign);
		if (config->ended)
			config->ended(campaign.run, config->data);
		status = exit_status(&campaign);
	}
	close_campaign(&campaign);
	return status;
}
