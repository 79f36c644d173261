// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner advise: which kho_scratch= a machine needs, without booting anything. */
#include <stdio.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/paper_machine.h"
#include "harness/model/error.h"
#include "harness/report/advice_text.h"

static const char summary[] =
	"Finds the smallest kho_scratch= that each estimator accepts for a machine, on paper: the least scratch in "
	"all,\n"
	"and the least percent; and says what to set, with a margin. TOPOLOGY is a name in topologies/ or a file; the\n"
	"machine need never have booted (see kho-runner predict).\n"
	"\n"
	"With --live it is the machine that this runs on. What cannot be read of it is named; nothing of it is "
	"changed,\n"
	"KHO need not be on, and one need not be root, although root can read more.\n"
	"\n"
	"Examples:\n"
	"  kho-runner advise large\n"
	"  kho-runner advise topologies/large.yaml --initrd-size=80M --margin=50%\n"
	"  kho-runner advise two-even --boundary    # and then prove it, by real boots\n"
	"  kho-runner advise --live --image=/boot/vmlinuz --initrd-size=/boot/initrd.img\n"
	"\n"
	"Exit status: 0 there is advice; 1 nothing that the machine can set aside is enough, or not known; 2 bad usage "
	"or\n"
	"bad input. With --boundary, that of kho-runner boundary.";

struct advise_options {
	struct kho_paper_words paper;
	char *margin, *estimator, *dmesg;
	gboolean live, json, boundary;
};

/* --- options --- */

static bool fail(GError **error, const char *option, const char *value, const char *what)
{
	g_autofree char *quoted = kho_error_quote(value);

	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--%s: %s %s", option, quoted, what);
	return false;
}

static bool read_margin(const struct advise_options *options, struct kho_advice_margin *margin, GError **error)
{
	*margin = KHO_ADVICE_MARGIN;
	return !options->margin || kho_advice_margin_parse(options->margin, margin) ||
	       fail(error, "margin", options->margin, "is neither percent nor a size");
}

/* Who is asked. */
static bool read_estimator(const struct advise_options *options, bool *asked, GError **error)
{
	enum kho_estimator only;

	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		asked[i] = !options->estimator;
	if (!options->estimator)
		return true;
	if (!kho_estimator_from_text(options->estimator, &only))
		return fail(error, "estimator", options->estimator, "is none");
	asked[only] = true;
	return true;
}

static bool check(const struct advise_options *options, int nr_arguments, GError **error)
{
	if (options->live ? nr_arguments == 0 : nr_arguments == 1) {
		if (!options->live || (!options->paper.like && !options->boundary))
			return true;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--live: goes neither with --like nor with --boundary");
		return false;
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "either one topology is needed, or --live; try --help");
	return false;
}

/* --- advising --- */

/* Proves it by real boots: around what is advised, all three sizes in their ratio. */
static enum kho_exit prove(const struct kho_paper_machine *machine, const struct kho_advice_report *report)
{
	enum kho_estimator best = kho_advice_best(report);
	g_autofree char *id = NULL;
	char *arguments[4] = { (char *)"boundary", NULL, (char *)"--axis=total", NULL };

	if (best == KHO_NR_ESTIMATORS)
		return KHO_EXIT_DIFFERS;
	id = g_strdup_printf("%s/%s/%s", machine->result->cell->kernel, machine->result->cell->topology->name,
			     report->advices[best]->sizes.spec);
	arguments[1] = id;
	fflush(stdout);
	return kho_command_boundary(3, arguments);
}

static enum kho_exit report_all(const struct advise_options *options, const struct kho_paper_machine *machine,
				const struct kho_advice_report *report)
{
	g_autofree char *text = options->json ? kho_advice_json(report) : kho_advice_text(report);

	fputs(text, stdout);
	if (options->boundary)
		return prove(machine, report);
	return kho_advice_best(report) == KHO_NR_ESTIMATORS ? KHO_EXIT_DIFFERS : KHO_EXIT_OK;
}

static enum kho_exit advise(const struct advise_options *options, const struct kho_paper_machine *machine,
			    struct kho_advice_margin margin, const bool *asked)
{
	g_autofree char *name =
		g_strdup_printf("%s/%s", machine->result->cell->kernel, machine->result->cell->topology->name);
	struct kho_advice_report report = { .machine = name, .origin = machine->origin, .unknown = machine->unknown };
	struct kho_advice advices[KHO_NR_ESTIMATORS] = { 0 };
	gint64 start = g_get_monotonic_time();
	g_autoptr(KhoTrials) trials = kho_trials_new(machine->result, machine->requests);
	g_autoptr(KhoForecast) as_is = NULL;
	enum kho_exit status;

	if (options->live && machine->result->scratch->len)
		as_is = kho_forecast_as_is(machine->result, machine->requests, NULL);
	if (as_is)
		as_is->origin = g_strdup("the scratch that it has now");
	report.as_is = as_is;
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (!asked[i])
			continue;
		kho_advice_find(trials, i, margin, &advices[i]);
		report.advices[i] = &advices[i];
	}
	report.tries = g_hash_table_size(trials->by_spec);
	report.seconds = (g_get_monotonic_time() - start) / 1e6;
	status = report_all(options, machine, &report);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		if (asked[i])
			kho_advice_clear(&advices[i]);
	return status;
}

static enum kho_exit run(const struct advise_options *options, int nr_arguments, char **arguments)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaths) paths = kho_paths_find(&error);
	struct kho_paper_options paper = kho_paper_options_of(&options->paper, paths);
	g_autoptr(KhoPaperMachine) machine = NULL;
	bool asked[KHO_NR_ESTIMATORS];
	struct kho_advice_margin margin;

	paper.dmesg = options->dmesg;
	if (!paths || !check(options, nr_arguments, &error) || !read_margin(options, &margin, &error) ||
	    !read_estimator(options, asked, &error))
		return kho_command_fail(error);
	machine = options->live ? kho_paper_machine_live(&paper, &error)
				: kho_paper_machine_find(&paper, arguments[0], &error);
	return machine ? advise(options, machine, margin, asked) : kho_command_fail(error);
}

static void options_clear(struct advise_options *options)
{
	kho_paper_words_clear(&options->paper);
	g_free(options->margin);
	g_free(options->estimator);
	g_free(options->dmesg);
}

enum kho_exit kho_command_advise(int argc, char **argv)
{
	struct advise_options options = { 0 };
	const GOptionEntry entries[] = {
		{ "live", 0, 0, G_OPTION_ARG_NONE, &options.live, "the machine that this runs on", NULL },
		{ "dmesg", 0, 0, G_OPTION_ARG_FILENAME, &options.dmesg,
		  "its log from the beginning, where /dev/kmsg cannot be read or has lost it", "FILE" },
		{ "margin", 'm', 0, G_OPTION_ARG_STRING, &options.margin,
		  "how much more than the smallest (25%, and 16M at least)", "N%|SIZE" },
		{ "estimator", 'e', 0, G_OPTION_ARG_STRING, &options.estimator, "ask only this one", "NAME" },
		{ "boundary", 0, 0, G_OPTION_ARG_NONE, &options.boundary,
		  "then find out by real boots where the edge is (kho-runner boundary)", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print JSON (docs/predicting.md)", NULL },
		{ 0 },
	};
	const GOptionEntry paper[] = KHO_PAPER_ENTRIES(&options.paper);
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	status = kho_options_take(entries, paper, "TOPOLOGY", summary, &argc, &argv, &error)
			 ? run(&options, argc - 1, argv + 1)
			 : kho_command_fail(error);
	options_clear(&options);
	return status;
}
