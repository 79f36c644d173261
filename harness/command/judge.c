// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner judge: judges recorded cells again, without booting. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/renewal.h"
#include "harness/command/sources.h"
#include "harness/judge/run.h"
#include "harness/report/dataset.h"
#include "harness/report/dataset_verdicts.h"
#include "harness/report/html.h"
#include "harness/report/json.h"
#include "harness/report/judged_run.h"
#include "harness/report/junit.h"
#include "harness/report/terminal_summary.h"

static const char summary[] =
	"Judges what was recorded again: computes the predictions of all estimators anew from each cell's layout, and\n"
	"holds them against its outcome, without booting anything. Prints what a matrix run prints at its end, and\n"
	"which verdicts differ from those that were recorded. WHAT is the directory of a run (results/latest), its\n"
	"results.json or journal.jsonl, a data set (docs/datasets.md), or a directory of several of these.\n"
	"\n"
	"A cell that was recorded more than once counts once. Where its recordings show different outcomes, they are\n"
	"listed, and the cell is excluded as 'repeats-disagree'; a machine that was lost has shown nothing.\n"
	"\n"
	"Examples:\n"
	"  kho-runner judge\n"
	"  kho-runner judge results/20261126T011206Z --wrong --estimator=replay\n"
	"  kho-runner judge results --html=report.html\n"
	"  kho-runner judge results/latest --update-expected && git diff expected\n"
	"  kho-runner judge datasets/6.19-x86_64 --update-verdicts && git diff datasets\n"
	"\n"
	"Exit status: 0 nothing changed; 1 a verdict differs from the recorded one, or recordings disagree; 2 bad "
	"usage\n"
	"or bad input; 3 a report could not be written.";

struct judge_options {
	char *json, *html, *junit; /* files to write */
	char *estimator;
	gboolean wrong, update_verdicts, update_expected;
};

/* --- reports --- */

/* In place, not beside it and renamed: what a person names may be a pipe or /dev/stdout. */
static bool write_report(const char *path, char *text, GError **error)
{
	g_autofree char *owned = text;
	FILE *file = fopen(path, "we");
	bool written = file && fputs(owned, file) >= 0;

	if (file)
		written &= fclose(file) == 0;
	if (!written)
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, g_strerror(errno));
	return written;
}

static bool write_reports(const struct judge_options *options, const struct kho_run *run, GError **error)
{
	return (!options->json || write_report(options->json, kho_json_run(run), error)) &&
	       (!options->html || write_report(options->html, kho_html(run, "/"), error)) &&
	       (!options->junit || write_report(options->junit, kho_junit(run), error));
}

static void print(const struct judge_options *options, const struct kho_run *run,
		  const struct kho_rejudgement *rejudgement)
{
	g_autofree char *text =
		options->wrong ? kho_judged_wrong(run) : kho_terminal_summary(run, isatty(STDOUT_FILENO));
	g_autofree char *more = options->wrong ? NULL : kho_judged_text(run, rejudgement);

	fputs(text, stdout);
	fputs(more ?: "", stdout);
	fflush(stdout);
}

static bool update_verdicts(const GPtrArray *recordings, const struct kho_run *run, GError **error)
{
	const struct kho_recording *recording = g_ptr_array_index(recordings, 0);
	g_autofree char *path = g_build_filename(recording->directory, KHO_DATASET_VERDICTS, NULL);

	return write_report(path, kho_dataset_verdicts_format(run->results), error);
}

/* --- judging --- */

static bool check(const struct judge_options *options, const GPtrArray *recordings, GError **error)
{
	const struct kho_recording *first = g_ptr_array_index(recordings, 0);

	if (!options->update_verdicts || (recordings->len == 1 && first->about))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--update-verdicts: is for one data set");
	return false;
}

static bool hide_others(const struct judge_options *options, struct kho_run *run, GError **error)
{
	enum kho_estimator shown;
	g_autofree char *quoted = NULL;

	if (!options->estimator)
		return true;
	if (!kho_estimator_from_text(options->estimator, &shown)) {
		quoted = kho_error_quote(options->estimator);
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--estimator: %s is none", quoted);
		return false;
	}
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		run->hidden[i] = i != (int)shown;
	return true;
}

static void judge_all(struct kho_rejudgement *rejudgement, const GPtrArray *recordings)
{
	g_autoptr(GPtrArray) results = kho_sources_results(recordings);

	for (guint i = 0; i < results->len; i++)
		kho_rejudge_take(rejudgement, g_ptr_array_index(results, i));
	kho_rejudge_end(rejudgement);
}

static enum kho_exit judge(const struct judge_options *options, const GPtrArray *recordings)
{
	g_autoptr(KhoRejudgement) rejudgement = kho_rejudgement_new();
	g_autoptr(KhoRun) run = NULL;
	g_autoptr(GError) error = NULL;

	judge_all(rejudgement, recordings);
	run = kho_judged_run(recordings, rejudgement);
	if (!hide_others(options, run, &error) || !check(options, recordings, &error))
		return kho_command_fail(error);
	print(options, run, rejudgement);
	if (!write_reports(options, run, &error) ||
	    (options->update_verdicts && !update_verdicts(recordings, run, &error)) ||
	    (options->update_expected && !kho_renewal_of_run(run, &error)))
		return kho_command_fail(error);
	return kho_judged_differs(run, rejudgement) ? KHO_EXIT_DIFFERS : KHO_EXIT_OK;
}

static enum kho_exit run(const struct judge_options *options, const char *const *names)
{
	static const char *const latest[] = { "results/latest", NULL };
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) recordings = kho_sources_load(*names ? names : latest, &error);

	return recordings ? judge(options, recordings) : kho_command_fail(error);
}

enum kho_exit kho_command_judge(int argc, char **argv)
{
	struct judge_options options = { 0 };
	const GOptionEntry entries[] = {
		{ "estimator", 'e', 0, G_OPTION_ARG_STRING, &options.estimator, "show only this one", "NAME" },
		{ "wrong", 'w', 0, G_OPTION_ARG_NONE, &options.wrong,
		  "print only the cells that an estimator is wrong about, a line each, and why", NULL },
		{ "update-verdicts", 0, 0, G_OPTION_ARG_NONE, &options.update_verdicts,
		  "write today's verdicts into the data set", NULL },
		{ "update-expected", 0, 0, G_OPTION_ARG_NONE, &options.update_expected,
		  "write what was recorded into expected/", NULL },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, &options.json, "write results.json anew, into FILE", "FILE" },
		{ "html", 0, 0, G_OPTION_ARG_FILENAME, &options.html, "likewise report.html", "FILE" },
		{ "junit", 0, 0, G_OPTION_ARG_FILENAME, &options.junit, "likewise junit.xml", "FILE" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (kho_options_take(entries, NULL, "[WHAT...]", summary, &argc, &argv, &error))
		status = run(&options, (const char *const *)argv + 1);
	else
		status = kho_command_fail(error);
	g_free(options.estimator);
	g_free(options.json);
	g_free(options.html);
	g_free(options.junit);
	return status;
}
