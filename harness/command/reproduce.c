// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner reproduce: runs a recorded cell again, from the files that were recorded, and compares. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/command/campaign.h"
#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/recorded.h"
#include "harness/handover/cmdline.h"
#include "harness/report/text.h"

static const char summary[] =
	"Runs a cell that failed again: with the kernel, initramfs, machine and words that its directory recorded, "
	"whatever\n"
	"is built today, and says whether the outcome and its reason are the same. CELL is a cell's directory, or an "
	"id,\n"
	"which the newest run in the results directory that recorded it answers to.\n"
	"\n"
	"Examples:\n"
	"  kho-runner reproduce 6.19-x86_64/two-even/16M,16M,16M\n"
	"  kho-runner reproduce ~/report/16M,16M,16M\n"
	"\n"
	"Exit status: 0 the same; 1 it differs; 2 bad usage, nothing recorded, or a file is missing or changed; 3 the\n"
	"harness or the host failed.";

struct comparison {
	const struct kho_recorded *recorded;
	bool ended, same;
	enum kho_outcome_name outcome;
};

static void warn_of_qemu(const struct kho_manifest *manifest, const struct kho_run *run)
{
	if (!g_str_equal(manifest->qemu_version, run->qemu_version))
		fprintf(stderr, "kho-runner: this is %s; recorded with %s\n", run->qemu_version,
			manifest->qemu_version);
}

/* Called at the end of the run, which has one cell. */
static void compare(const struct kho_run *run, void *data)
{
	struct comparison *comparison = data;
	const struct kho_manifest *manifest = comparison->recorded->manifest;
	const struct kho_result *result = g_ptr_array_index(run->results, 0);
	g_autofree char *reason = NULL;

	if (!result->ended)
		return;
	reason = kho_text_clean(result->outcome.reason);
	comparison->ended = true;
	comparison->outcome = result->outcome.name;
	comparison->same =
		result->outcome.name == manifest->outcome && kho_manifest_same_reason(manifest->reason, reason);
	warn_of_qemu(manifest, run);
	if (comparison->same)
		printf("the same as recorded: %s: %s\n", kho_outcome_text(manifest->outcome), reason);
	else
		printf("differs: recorded was %s: %s; seen is %s: %s\n", kho_outcome_text(manifest->outcome),
		       manifest->reason, kho_outcome_text(result->outcome.name), reason);
}

static enum kho_exit verdict(const struct comparison *comparison, enum kho_exit campaign)
{
	bool lost_again = comparison->same && comparison->outcome == KHO_OUTCOME_LOST;

	/* Whether it is as expected was another question. */
	if (!comparison->ended || (campaign != KHO_EXIT_OK && campaign != KHO_EXIT_DIFFERS && !lost_again))
		return campaign == KHO_EXIT_OK ? KHO_EXIT_HOST : campaign;
	return comparison->same ? KHO_EXIT_OK : KHO_EXIT_DIFFERS;
}

/* The harness makes the machine as it does today; where that is not as it was, a person should know. */
static bool check_command_line(const struct kho_recorded *recorded, GError **error)
{
	const struct kho_manifest *manifest = recorded->manifest;
	const struct kho_cmdline_config line = { .cell = g_ptr_array_index(recorded->cells, 0),
						 .run = manifest->run,
						 .first_extra = manifest->first_append,
						 .successor_extra = manifest->successor_append,
						 .no_folios = kho_recorded_without_folios(recorded) };
	g_autofree char *today = kho_cmdline_first(&line, error);

	if (!today)
		return false;
	if (!g_str_equal(today, manifest->command_line))
		fprintf(stderr,
			"kho-runner: this version passes another command line than was recorded; reproduce.sh has "
			"the recorded one\n");
	return true;
}

/* A run's results are beside it, not in it. */
static char *results_base(const char *results)
{
	g_autofree char *real = kho_recorded_is_run(results) ? realpath(results, NULL) : NULL;

	return real ? g_path_get_dirname(real) : g_strdup(results);
}

static enum kho_exit run(const char *results, const char *accel, const char *what)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	g_autoptr(KhoRecorded) recorded = paths ? kho_recorded_find(results, what, &error) : NULL;
	g_autofree char *base = results_base(results);
	struct comparison comparison = { .recorded = recorded };
	struct kho_campaign_config config = { .paths = paths,
					      .name = "reproduce",
					      .results = base,
					      .recorded = recorded,
					      .ended = compare,
					      .data = &comparison };

	if (!recorded || !check_command_line(recorded, &error))
		return kho_command_fail(error);
	config.cells = recorded->cells;
	config.accel = accel ?: recorded->manifest->accel;
	config.first_extra = recorded->manifest->first_append;
	config.successor_extra = recorded->manifest->successor_append;
	config.run = recorded->manifest->run;
	printf("%s: recorded in %s\n", recorded->manifest->cell, recorded->directory);
	fflush(stdout);
	return verdict(&comparison, kho_campaign_run(&config));
}

static bool check(int argc, const char *accel, GError **error)
{
	if (accel && !g_str_equal(accel, "auto") && !g_str_equal(accel, "kvm") && !g_str_equal(accel, "tcg"))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--accel=%s: is neither auto nor kvm nor tcg", accel);
	else if (argc != 2)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "one cell's id or directory is needed; try --help");
	else
		return true;
	return false;
}

enum kho_exit kho_command_reproduce(int argc, char **argv)
{
	g_autofree char *results = NULL, *accel = NULL;
	const GOptionEntry entries[] = {
		{ "results", 'r', 0, G_OPTION_ARG_FILENAME, &results,
		  "of earlier runs (results), or one of them; the new run's directory is made beside theirs", "DIR" },
		{ "accel", 'a', 0, G_OPTION_ARG_STRING, &accel, "auto, kvm or tcg (as recorded)", "NAME" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;

	if (!kho_options_take(entries, NULL, "CELL", summary, &argc, &argv, &error) || !check(argc, accel, &error))
		return kho_command_fail(error);
	return run(results ?: "results", accel, argv[1]);
}
