// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner shrink: the simplest machine on which an estimator is still wrong. */
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/one_cell.h"
#include "harness/command/paper_machine.h"
#include "harness/judge/forecast.h"
#include "harness/judge/shrinking.h"
#include "harness/model/name.h"
#include "harness/report/text.h"

#define BOOTS_MOST 60

static const char summary[] =
	"Makes a false positive or negative simpler: fewer nodes, ranges and CPUs, less memory and scratch, as long as "
	"the\n"
	"estimator is wrong in the same way. Real boots decide; cells of which a model on paper says that they cannot\n"
	"show it are not booted. Writes the simplest machine and a matrix with its one cell.\n"
	"\n"
	"Examples:\n"
	"  kho-runner shrink 6.19-x86_64/eight/4M,4M,16M\n"
	"  kho-runner shrink 6.19-x86_64/random-7-012/2M,2M,64M --topology=/tmp/random-7-012.yaml --into=/tmp/shrunk\n"
	"\n"
	"Exit status: 0 written; 1 the estimator is not wrong about that cell; 2 bad usage or bad input; 3 the harness "
	"or the\n"
	"host failed, or interrupted: what was found so far is written.";

struct shrink {
	const struct kho_options *options;
	const char *into, *name, *file;
	enum kho_estimator estimator;
	int most; /* boots */

	struct kho_one_cell *one;
	struct kho_campaign *campaign;
	struct kho_paper_options paper;
	GPtrArray *cells, *topologies; /* that were booted; the campaign borrows them */
	enum kho_verdict_name verdict; /* that must stay */
	bool replay_is_right;	       /* about the first cell: otherwise only boots tell */
	char *reason;		       /* of the last boot that shows the same */
	int boots;
	bool failed;
};

/* --- one boot --- */

/* What a boot shows; NULL: it was interrupted, or the host failed. */
static const struct kho_result *boot(struct shrink *shrink, const struct kho_topology *topology,
				     const struct kho_scratch_spec *scratch)
{
	const struct kho_cell *like = g_ptr_array_index(shrink->one->cells, 0);
	struct kho_topology *machine = kho_topology_copy(topology);
	struct kho_cell *cell;
	const struct kho_result *result;

	g_free(machine->name);
	machine->name = g_strdup_printf("%s-%02d", shrink->name, ++shrink->boots);
	g_ptr_array_add(shrink->topologies, machine);
	cell = kho_cell_new(like->kernel, like->successor, machine, scratch, like->payload);
	g_ptr_array_add(shrink->cells, cell);
	result = kho_campaign_add(shrink->campaign, cell);
	shrink->failed = !kho_campaign_go(shrink->campaign) || !result->ended;
	return shrink->failed ? NULL : result;
}

static enum kho_verdict_name verdict_of(const struct shrink *shrink, const struct kho_result *result)
{
	return result->estimates[shrink->estimator].verdict.name;
}

/* --- on paper --- */

/* The estimator says what is wrong, and replay, if it was right about the cell itself, says that it is. */
static bool may_show(const struct shrink *shrink, const struct kho_forecast *forecast)
{
	enum kho_answer wrong = shrink->verdict == KHO_VERDICT_FN ? KHO_ANSWER_SUFFICIENT : KHO_ANSWER_INSUFFICIENT;

	if (kho_paper_end(forecast->paper) != KHO_PAPER_LOADED ||
	    forecast->predictions[shrink->estimator].answer != wrong)
		return false;
	return !shrink->replay_is_right || forecast->predictions[KHO_ESTIMATOR_REPLAY].answer != wrong;
}

/* Where nothing can be laid out on paper, it takes a boot. */
static bool is_worth_a_boot(const struct shrink *shrink, const struct kho_simpler *simpler)
{
	g_autoptr(KhoPaperMachine) machine = kho_paper_machine_of(&shrink->paper, simpler->topology, NULL);
	g_autoptr(KhoForecast) forecast =
		machine ? kho_forecast_new(machine->result, simpler->scratch, machine->requests, NULL) : NULL;

	return !forecast || may_show(shrink, forecast);
}

static enum kho_shows ask(const struct kho_simpler *simpler, void *data)
{
	struct shrink *shrink = data;
	const struct kho_result *result;
	bool same;

	if (!is_worth_a_boot(shrink, simpler))
		return KHO_SHOWS_OTHER;
	if (shrink->boots >= shrink->most)
		return KHO_SHOWS_NO_MORE;
	result = boot(shrink, simpler->topology, simpler->scratch);
	if (!result)
		return KHO_SHOWS_NO_MORE;
	same = verdict_of(shrink, result) == shrink->verdict;
	printf("  %s: %s\n", simpler->what, same ? "still wrong, goes on from there" : "no longer wrong");
	fflush(stdout);
	if (!same)
		return KHO_SHOWS_OTHER;
	g_free(shrink->reason);
	shrink->reason = kho_text_clean(result->outcome.reason);
	return KHO_SHOWS_SAME;
}

/* --- what was found --- */

static bool write_file(const char *directory, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autoptr(GError) cause = NULL;

	if (!g_file_set_contents(path, text, -1, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s", cause->message);
		return false;
	}
	printf("%s\n", path);
	return true;
}

static char *topology_text(const struct shrink *shrink, const struct kho_shrunk *shrunk)
{
	const struct kho_cell *like = g_ptr_array_index(shrink->one->cells, 0);
	g_autofree char *text = kho_topology_format(shrunk->topology);

	return g_strdup_printf(
		"# Shrunk from %s by kho-runner shrink, in %u steps: %s is wrong (%s) with kho_scratch=%s.\n"
		"# The successor: %s\n%s",
		like->id, shrunk->steps, kho_estimator_text(shrink->estimator), kho_verdict_text(shrink->verdict),
		shrunk->scratch->text, shrink->reason, text);
}

static char *matrix_text(const struct shrink *shrink, const struct kho_shrunk *shrunk)
{
	const struct kho_cell *like = g_ptr_array_index(shrink->one->cells, 0);

	return g_strdup_printf("# The one cell of %s.yaml.\n"
			       "description: where %s is wrong\n"
			       "kernels: [%s]\n"
			       "groups:\n"
			       "  - topologies: [%s]\n"
			       "    kho_scratch: [\"%s\"]\n"
			       "    payloads: [%s]\n",
			       shrink->name, kho_estimator_text(shrink->estimator), like->kernel, shrink->name,
			       shrunk->scratch->text, like->payload);
}

static bool write_files(const struct shrink *shrink, const struct kho_shrunk *shrunk, GError **error)
{
	const char *directory = shrink->into ?: kho_campaign_seen(shrink->campaign)->directory;
	g_autofree char *topology = topology_text(shrink, shrunk), *matrix = matrix_text(shrink, shrunk);
	g_autofree char *file = g_strconcat(shrink->name, ".yaml", NULL);
	g_autofree char *matrix_file = g_strconcat(shrink->name, "-matrix.yaml", NULL);

	if (g_mkdir_with_parents(directory, 0777)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: cannot be made", directory);
		return false;
	}
	printf("%s after %d boots and %u steps: %s, kho_scratch=%s\n",
	       shrunk->finished ? "Nothing simpler shows it" : "Not finished", shrink->boots, shrunk->steps,
	       kho_verdict_text(shrink->verdict), shrunk->scratch->text);
	return write_file(directory, file, topology, error) && write_file(directory, matrix_file, matrix, error);
}

/* --- all of it --- */

/* The verdict on an estimator that says the opposite of the one that is wrong. */
static enum kho_verdict_name right_of(enum kho_verdict_name wrong)
{
	return wrong == KHO_VERDICT_FN ? KHO_VERDICT_TP : KHO_VERDICT_TN;
}

static enum kho_exit shrink_it(struct shrink *shrink)
{
	const struct kho_cell *cell = g_ptr_array_index(shrink->one->cells, 0);
	const struct kho_result *first = boot(shrink, cell->topology, cell->scratch);
	g_autoptr(GError) error = NULL;
	struct kho_shrunk shrunk;
	bool written;

	if (!first)
		return KHO_EXIT_HOST;
	shrink->verdict = verdict_of(shrink, first);
	shrink->replay_is_right = first->estimates[KHO_ESTIMATOR_REPLAY].verdict.name == right_of(shrink->verdict);
	shrink->reason = kho_text_clean(first->outcome.reason);
	if (shrink->verdict != KHO_VERDICT_FP && shrink->verdict != KHO_VERDICT_FN) {
		printf("%s is not wrong about %s: %s\n", kho_estimator_text(shrink->estimator), cell->id,
		       kho_text_verdict(first, shrink->estimator));
		return KHO_EXIT_DIFFERS;
	}
	kho_shrink(cell->topology, cell->scratch, ask, shrink, &shrunk);
	written = write_files(shrink, &shrunk, &error);
	kho_shrunk_clear(&shrunk);
	if (!written)
		return kho_command_fail(error);
	return shrink->failed ? KHO_EXIT_HOST : KHO_EXIT_OK;
}

static enum kho_exit run(struct shrink *shrink)
{
	struct kho_campaign_config config = shrink->one->config;
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	config.name = "shrink";
	config.unexpected = true;
	config.quiet = true;
	config.controls = false;
	shrink->campaign = kho_campaign_open(&config, &error);
	if (!shrink->campaign)
		return kho_command_fail(error);
	status = shrink_it(shrink);
	kho_campaign_conclude(shrink->campaign);
	g_clear_pointer(&shrink->campaign, kho_campaign_free);
	return status;
}

static enum kho_exit prepare_and_run(struct shrink *shrink, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoOneCell) one = kho_one_cell_find_in(shrink->options, id, shrink->file, &error);
	g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	g_autoptr(GPtrArray) topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);
	g_autofree char *name = NULL;
	enum kho_exit status;

	if (!one)
		return kho_command_fail(error);
	name = g_strdup_printf("%s-shrunk", one->topology->name);
	shrink->name = shrink->name ?: name;
	if (!kho_name_valid(shrink->name)) {
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "%s: too long for a name: give one with --name",
				    shrink->name);
		return kho_command_fail(error);
	}
	shrink->one = one;
	shrink->cells = cells;
	shrink->topologies = topologies;
	shrink->paper = (struct kho_paper_options){ .paths = one->paths };
	status = run(shrink);
	g_free(shrink->reason);
	return status;
}

static bool check(const struct shrink *shrink, const char *estimator, int argc, enum kho_estimator *found,
		  GError **error)
{
	*found = KHO_ESTIMATOR_SPARSEMEM;
	if (argc != 2)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "one cell's id is needed; try --help");
	else if (estimator && !kho_estimator_from_text(estimator, found))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--estimator: '%s' is none", estimator);
	else if (shrink->name && !kho_name_valid(shrink->name))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--name: '%s' is not a name: %s", shrink->name,
			    KHO_NAME_RULE);
	else if (shrink->most < 1)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--boots: %d is less than one", shrink->most);
	else
		return true;
	return false;
}

enum kho_exit kho_command_shrink(int argc, char **argv)
{
	g_autofree char *into = NULL, *name = NULL, *file = NULL, *estimator = NULL;
	struct shrink shrink = { .most = BOOTS_MOST };
	const GOptionEntry more[] = {
		{ "topology", 't', 0, G_OPTION_ARG_FILENAME, &file, "the machine is in this file, not in topologies/",
		  "FILE" },
		{ "estimator", 'e', 0, G_OPTION_ARG_STRING, &estimator, "which one is wrong (sparsemem)", "NAME" },
		{ "into", 'i', 0, G_OPTION_ARG_FILENAME, &into, "where to write (the run's directory)", "DIR" },
		{ "name", 'n', 0, G_OPTION_ARG_STRING, &name, "of the machine that is written (TOPOLOGY-shrunk)",
		  "NAME" },
		{ "boots", 'b', 0, G_OPTION_ARG_INT, &shrink.most, "at most (60)", "N" },
		{ 0 },
	};
	g_autoptr(GError) error = NULL;
	struct kho_options options;
	enum kho_exit status;

	if (!kho_options_parse(&options, more, "ID", summary, &argc, &argv, &status))
		return status;
	shrink.options = &options;
	shrink.into = into;
	shrink.name = name;
	shrink.file = file;
	status = check(&shrink, estimator, argc, &shrink.estimator, &error) ? prepare_and_run(&shrink, argv[1])
									    : kho_command_fail(error);
	kho_options_clear(&options);
	return status;
}
