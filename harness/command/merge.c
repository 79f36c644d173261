// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner merge: joins the shards of a matrix. */
#include "harness/judge/merge.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/evidence_files.h"
#include "harness/command/options.h"
#include "harness/judge/judge.h"
#include "harness/report/recording.h"
#include "harness/report/reports.h"
#include "harness/report/results.h"
#include "harness/report/terminal_summary.h"

static const char summary[] =
	"Joins the shards of a matrix (kho-runner matrix --shard=I/N) into the run that it would have been in one "
	"piece:\n"
	"results.json, journal, JUnit, report and evidence, in a directory of results of its own. DIR is the directory "
	"of a\n"
	"shard's run, or one whose newest run is meant (results/, with its latest). Each shard must be there once, "
	"and\n"
	"all must be of the same matrix and ran the same builds of kernels, the same QEMU and the same accelerator.\n"
	"\n"
	"Examples:\n"
	"  kho-runner matrix full --shard=1/2 --results=one; kho-runner matrix full --shard=2/2 --results=two\n"
	"  kho-runner merge one/latest two/latest\n"
	"  kho-runner merge shards/* --results=merged\n"
	"\n"
	"Exit status: that of the whole run: 0 everything as expected; 1 a cell differs; 2 bad usage, or these are not "
	"all\n"
	"shards of one matrix; 3 a shard was interrupted, a machine was lost, or the results could not be written.";

/* --- the shards --- */

/* The directory of a run: @name itself, or the newest below it. */
static char *run_in(const char *name)
{
	g_autofree char *journal = g_build_filename(name, "journal.jsonl", NULL);
	g_autofree char *results = g_build_filename(name, "results.json", NULL);

	return g_file_test(journal, G_FILE_TEST_EXISTS) || g_file_test(results, G_FILE_TEST_EXISTS)
		       ? g_strdup(name)
		       : g_build_filename(name, "latest", NULL);
}

static struct kho_recording *load(const char *name, GError **error)
{
	g_autofree char *run = run_in(name);
	g_autofree char *file = g_build_filename(run, "results.json", NULL);
	g_autofree char *journal = g_build_filename(run, "journal.jsonl", NULL);

	if (g_file_test(file, G_FILE_TEST_EXISTS))
		return kho_recording_load(file, error);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", name,
		    g_file_test(journal, G_FILE_TEST_EXISTS)
			    ? "was killed before its end: there is a journal, and no results.json; run that shard again"
			    : "no results.json in it, nor in a latest run below it");
	return NULL;
}

static GPtrArray *load_all(char **names, GError **error)
{
	g_autoptr(GPtrArray) recordings = g_ptr_array_new_with_free_func((GDestroyNotify)kho_recording_free);

	for (; *names; names++) {
		struct kho_recording *recording = load(*names, error);

		if (!recording)
			return NULL;
		g_ptr_array_add(recordings, recording);
	}
	return g_steal_pointer(&recordings);
}

static struct kho_run *join(const GPtrArray *recordings, GError **error)
{
	g_autofree struct kho_merge_part *parts = g_new0(struct kho_merge_part, recordings->len);

	for (guint i = 0; i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		parts[i] = (struct kho_merge_part){ .path = recording->path, .run = recording->run };
	}
	return kho_merge(parts, recordings->len, error);
}

/* --- the results --- */

static bool is_of(const GPtrArray *results, const struct kho_result *result)
{
	return g_ptr_array_find((GPtrArray *)results, result, NULL);
}

static bool take(const GPtrArray *recordings, struct kho_results *into, const struct kho_result *result, GError **error)
{
	for (guint i = 0; i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		if (is_of(recording->run->results, result) || is_of(recording->run->controls, result))
			return kho_evidence_files_take(recording->directory, into, result, error);
	}
	g_return_val_if_reached(false);
}

static bool take_all(const GPtrArray *recordings, struct kho_results *into, const GPtrArray *results, GError **error)
{
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (result->ended &&
		    (!take(recordings, into, result, error) || !kho_results_append(into, result, error)))
			return false;
	}
	return true;
}

static bool write_results(const GPtrArray *recordings, struct kho_run *run, const char *base, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *stamp = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
	g_autoptr(KhoResults) results = kho_results_open(base, stamp, error);

	if (!results || !take_all(recordings, results, run->controls, error) ||
	    !take_all(recordings, results, run->results, error))
		return false;
	run->directory = g_strdup(kho_results_directory(results));
	return kho_reports_write(results, run, error) && kho_results_publish(results, error);
}

static enum kho_exit merge(const GPtrArray *recordings, const char *base)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRun) run = join(recordings, &error);
	g_autofree char *text = NULL;

	if (!run || !write_results(recordings, run, base, &error))
		return kho_command_fail(error);
	text = kho_terminal_summary(run, isatty(STDOUT_FILENO));
	printf("%s%u shards joined\n", text, recordings->len);
	return kho_judge_exit(run);
}

enum kho_exit kho_command_merge(int argc, char **argv)
{
	g_autofree char *base = NULL;
	const GOptionEntry entries[] = {
		{ "results", 'r', 0, G_OPTION_ARG_FILENAME, &base, "where the merged run's directory is made (results)",
		  "DIR" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) recordings = NULL;

	if (!kho_options_take(entries, NULL, "DIR...", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	if (argc < 2)
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT,
				    "which shards? name the directories of their runs; try merge --help");
	else
		recordings = load_all(argv + 1, &error);
	return recordings ? merge(recordings, base ?: "results") : kho_command_fail(error);
}
