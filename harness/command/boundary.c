// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner boundary: the smallest scratch with which a handover really survives. */
#include <stdio.h>
#include <string.h>

#include "harness/command/boundary_search.h"
#include "harness/command/command.h"
#include "harness/command/one_cell.h"
#include "harness/report/boundary_report.h"

#define REPEATS	      2
#define MOST_SURVEYED 10000

static const char summary[] =
	"Finds the smallest scratch with which a handover really survives, by real boots, and says beside it what "
	"each\n"
	"estimator thinks it is. AXIS is KERNEL/TOPOLOGY/KHO_SCRATCH[+PAYLOAD], with a * for what is to grow:\n"
	"\n"
	"  '*,64M,32M' lowmem    '16M,*,32M' global    '16M,64M,*' per node\n"
	"  '16M*,64M*,32M*' the total, in this ratio    '*%' percent\n"
	"\n"
	"or without one and with --axis. Sizes grow by pageblocks of 2 MiB: the kernel rounds the per-node size up to\n"
	"them, and gives all areas to CMA by whole ones. Both sides of the edge are tried twice (--repeat), and values "
	"further "
	"away\n"
	"are looked at as well: where survival is not monotonic, or repeats disagree, that is what it says.\n"
	"\n"
	"Examples:\n"
	"  kho-runner boundary '6.19-x86_64/two-even/16M,64M,*'\n"
	"  kho-runner boundary 6.19-x86_64/two-even/16M,64M,32M --axis=total --json=total.json\n"
	"  kho-runner boundary '6.19-x86_64/four/*%' --repeat=5 --survey=20\n"
	"  kho-runner boundary '6.19-x86_64/large/16M,*,16M' --low=64M --high=2G --step=16M\n"
	"\n"
	"Exit status: 0 the edge was found; 1 there is none, or it is not clean (survival is not monotonic, repeats\n"
	"disagree, or what lies at it shows nothing); 2 bad usage; 3 the harness or the host failed, or interrupted.";

struct more {
	char *axis, *step, *low, *high, *guess, *json;
	int survey;
};

static void clear_more(struct more *more)
{
	g_free(more->axis);
	g_free(more->step);
	g_free(more->low);
	g_free(more->high);
	g_free(more->guess);
	g_free(more->json);
}

static struct kho_axis *find_axis(const struct more *more, const char *scratch, GError **error)
{
	g_autoptr(KhoAxis) axis = NULL;
	enum kho_axis_kind kind;

	if (!more->axis) {
		axis = kho_axis_parse(scratch, error);
	} else if (kho_axis_kind_from_text(more->axis, &kind)) {
		axis = kho_axis_through(kind, scratch, error);
	} else {
		g_autofree char *quoted = kho_error_quote(more->axis);

		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "--axis=%s: is none of lowmem, global, pernode, total, percent", quoted);
	}
	if (axis && more->step && !kho_axis_set_step(axis, more->step, error))
		return NULL;
	return g_steal_pointer(&axis);
}

static bool find_range(const struct more *more, struct kho_boundary_search_config *config, GError **error)
{
	uint64_t most = kho_axis_most(config->axis, config->topology);

	config->low = 1;
	config->high = most;
	if (!most) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s has no room for one step on the axis %s",
			    config->topology->name, config->axis->text);
		return false;
	}
	if ((more->low && !kho_axis_value_parse(config->axis, more->low, &config->low, error)) ||
	    (more->high && !kho_axis_value_parse(config->axis, more->high, &config->high, error)) ||
	    (more->guess && !kho_axis_value_parse(config->axis, more->guess, &config->guess, error)))
		return false;
	config->have_guess = more->guess != NULL;
	config->high = MIN(config->high, most);
	if (config->low <= config->high)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--low=%s: is above the most that %s could set aside or --high",
		    more->low, config->topology->name);
	return false;
}

static bool write_json(const char *path, const struct kho_boundary_report *report, GError **error)
{
	g_autofree char *text = kho_boundary_json(report);
	g_autoptr(GError) cause = NULL;

	if (g_file_set_contents(path, text, -1, &cause))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, cause->message);
	return false;
}

static enum kho_exit tell(const struct kho_boundary_report *report, void *data)
{
	const struct more *more = data;
	g_autofree char *text = kho_boundary_text(report);
	g_autoptr(GError) error = NULL;

	putchar('\n');
	fputs(text, stdout);
	fflush(stdout);
	if (more->json && !write_json(more->json, report, &error))
		return kho_command_fail(error);
	return kho_boundary_is_clean(report) ? KHO_EXIT_OK : KHO_EXIT_DIFFERS;
}

static enum kho_exit search(const struct kho_options *options, struct more *more, const struct kho_id_words *words,
			    struct kho_boundary_search_config *config, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autoptr(KhoTopology) topology = paths ? kho_topology_find(paths->data, words->topology, error) : NULL;
	g_autoptr(KhoAxis) axis = topology ? find_axis(more, words->scratch, error) : NULL;

	config->topology = topology;
	config->axis = axis;
	config->kernel = words->kernel;
	config->payload = words->payload;
	config->successor = words->successor;
	config->campaign.paths = paths;
	config->campaign.controls = true;
	config->tell = tell;
	config->data = more;
	if (!axis || !find_range(more, config, error))
		return KHO_EXIT_INPUT;
	kho_options_apply(options, &config->campaign);
	return kho_boundary_search(config, error);
}

static enum kho_exit run(const struct kho_options *options, struct more *more, const char *id)
{
	g_autoptr(GError) error = NULL;
	struct kho_id_words words = { 0 };
	struct kho_boundary_search_config config = { .repeats = options->repeat ?: REPEATS, .survey = more->survey };
	enum kho_exit status = KHO_EXIT_INPUT;

	if (options->update_expected)
		g_set_error(&error, KHO_ERROR, KHO_ERROR_INPUT, "--update-expected: nothing is expected of a boundary");
	else if (more->survey < 0 || more->survey > MOST_SURVEYED)
		g_set_error(&error, KHO_ERROR, KHO_ERROR_INPUT, "--survey=%d: is not between 0 and %d", more->survey,
			    MOST_SURVEYED);
	else if (kho_id_words_split(id, options->kernel, &words, &error))
		status = search(options, more, &words, &config, &error);
	kho_id_words_clear(&words);
	return error ? kho_command_fail(error) : status;
}

enum kho_exit kho_command_boundary(int argc, char **argv)
{
	struct kho_options options;
	struct more more = { .survey = 3 };
	const GOptionEntry entries[] = {
		{ "axis", 0, 0, G_OPTION_ARG_STRING, &more.axis,
		  "what grows, of an id without *: lowmem, global, pernode, total, percent", "NAME" },
		{ "step", 0, 0, G_OPTION_ARG_STRING, &more.step, "coarser steps than 2M or 1%", "SIZE" },
		{ "low", 0, 0, G_OPTION_ARG_STRING, &more.low, "nothing below this is tried", "SIZE" },
		{ "high", 0, 0, G_OPTION_ARG_STRING, &more.high, "nothing above this is tried", "SIZE" },
		{ "guess", 0, 0, G_OPTION_ARG_STRING, &more.guess, "look here first (where an estimator thinks it is)",
		  "SIZE" },
		{ "survey", 0, 0, G_OPTION_ARG_INT, &more.survey,
		  "how many values on either side of the edge are looked at beside it (3)", "N" },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, &more.json, "write what was found to a file as well", "FILE" },
		{ 0 },
	};
	enum kho_exit status;

	if (!kho_options_parse(&options, entries, "AXIS", summary, &argc, &argv, &status)) {
		clear_more(&more);
		return status;
	}
	if (argc == 2) {
		status = run(&options, &more, argv[1]);
	} else {
		g_autoptr(GError) error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "one axis is needed; try --help");

		status = kho_command_fail(error);
	}
	clear_more(&more);
	kho_options_clear(&options);
	return status;
}
