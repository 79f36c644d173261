// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner predict: what becomes of a handover, without booting anything. */
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/paper_machine.h"
#include "harness/command/sources.h"
#include "harness/report/forecast_text.h"

#define KERNEL_DEFAULT "200%" /* what kho_scratch= is where nobody says */

static const char summary[] =
	"Lays a handover out on paper and puts it to the estimators, without booting anything: where the machine "
	"would\n"
	"set its scratch aside, where kexec would load the successor, and whether that suffices. TOPOLOGY is a name "
	"in\n"
	"topologies/ or a file; SPEC is kho_scratch=, 200% as in the kernel where none is given. The machine need\n"
	"never have booted: its early boot is scaled from that of another one with the same kernel (references/).\n"
	"\n"
	"Examples:\n"
	"  kho-runner predict two-even/16M,128M,32M\n"
	"  kho-runner predict topologies/large.yaml --kho-scratch=64M,2G,512M --kho-scratch=100%\n"
	"  kho-runner predict two-even/200% --like=results/latest    # its own recorded boot instead\n"
	"  kho-runner predict four --compare=results/latest --json\n"
	"\n"
	"Exit status: 0 scratch suffices, as replay sees it, or all that --estimator names; 1 it does not, or it is "
	"not "
	"known,\n"
	"or there is no handover; 2 bad usage or bad input.";

struct predict_options {
	char **specs, **estimators, **compare;
	struct kho_paper_words paper;
	gboolean json;
};

/* What is asked for: machines, in order, each with its scratch specs. */
struct question {
	char *topology;
	GPtrArray *specs; /* of struct kho_scratch_spec * */
};

static void question_free(struct question *question)
{
	g_free(question->topology);
	g_ptr_array_unref(question->specs);
	g_free(question);
}

static bool add_spec(struct question *question, const char *text, GError **error)
{
	struct kho_scratch_spec *spec = kho_scratch_spec_parse(text, error);

	if (spec)
		g_ptr_array_add(question->specs, spec);
	return spec;
}

/* "two-even/16M,16M,16M", "dir/big.yaml/200%", or either without what is behind the last slash. */
static struct question *read_question(const char *argument, char *const *specs, GError **error)
{
	struct question *question = g_new0(struct question, 1);
	const char *file = strstr(argument, ".yaml"), *slash = strchr(file ?: argument, '/');
	bool good = true;

	question->specs = g_ptr_array_new_with_free_func((GDestroyNotify)kho_scratch_spec_free);
	question->topology = slash ? g_strndup(argument, slash - argument) : g_strdup(argument);
	if (slash)
		good = add_spec(question, slash + 1, error);
	for (; good && specs && *specs; specs++)
		good = add_spec(question, *specs, error);
	if (good && !question->specs->len)
		good = add_spec(question, KERNEL_DEFAULT, error);
	if (!good)
		g_clear_pointer(&question, question_free);
	return question;
}

/* --- comparing --- */

static bool is_same(const struct kho_result *real, const struct kho_paper_machine *machine,
		    const struct kho_scratch_spec *spec)
{
	const struct kho_cell *mine = machine->result->cell;

	return g_str_equal(real->cell->kernel, mine->kernel) && real->cell->scratch &&
	       g_str_equal(real->cell->topology->name, mine->topology->name) &&
	       g_str_equal(real->cell->scratch->text, spec->text);
}

static void check(struct kho_forecast *forecast, const struct kho_paper_machine *machine,
		  const struct kho_scratch_spec *spec, const GPtrArray *recordings)
{
	for (guint i = 0; recordings && i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		for (guint r = 0; r < recording->run->results->len; r++) {
			const struct kho_result *real = g_ptr_array_index(recording->run->results, r);
			g_autofree char *against = NULL;

			if (!is_same(real, machine, spec))
				continue;
			against = g_strdup_printf("%s in %s", real->cell->id, recording->directory);
			kho_forecast_check(forecast, real, against);
		}
	}
}

/* --- predicting --- */

static bool forecast_one(const struct kho_paper_machine *machine, const struct kho_scratch_spec *spec, gint64 start,
			 const GPtrArray *recordings, GPtrArray *forecasts, GError **error)
{
	struct kho_forecast *forecast = kho_forecast_new(machine->result, spec, machine->requests, error);

	if (!forecast)
		return false;
	forecast->seconds = (g_get_monotonic_time() - start) / 1e6;
	forecast->origin = g_strdup(machine->origin);
	check(forecast, machine, spec, recordings);
	g_ptr_array_add(forecasts, forecast);
	return true;
}

/* Forecasts borrow from their machines. */
struct answers {
	GPtrArray *machines;  /* of struct kho_paper_machine * */
	GPtrArray *forecasts; /* of struct kho_forecast * */
};

static bool answer(const struct question *question, const struct kho_paper_options *options,
		   const GPtrArray *recordings, struct answers *answers, GError **error)
{
	gint64 start = g_get_monotonic_time();
	struct kho_paper_machine *machine = kho_paper_machine_find(options, question->topology, error);

	if (!machine)
		return false;
	g_ptr_array_add(answers->machines, machine);
	for (guint i = 0; i < question->specs->len; i++) {
		if (!forecast_one(machine, g_ptr_array_index(question->specs, i), start, recordings, answers->forecasts,
				  error))
			return false;
		start = g_get_monotonic_time();
	}
	return true;
}

static bool answer_all(char **arguments, const struct predict_options *options, struct answers *answers, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	const struct kho_paper_options paper = kho_paper_options_of(&options->paper, paths);
	g_autoptr(GPtrArray) recordings = NULL;

	if (!paths)
		return false;
	if (options->compare) {
		recordings = kho_sources_load((const char *const *)options->compare, error);
		if (!recordings)
			return false;
	}
	for (; *arguments; arguments++) {
		struct question *question = read_question(*arguments, options->specs, error);
		bool good = question && answer(question, &paper, recordings, answers, error);

		if (question)
			question_free(question);
		if (!good)
			return false;
	}
	return true;
}

/* --- the outcome --- */

/* Those that decide on the exit status. */
static bool choose_estimators(char *const *names, bool *chosen, GError **error)
{
	if (!names || !*names)
		chosen[KHO_ESTIMATOR_REPLAY] = true;
	for (; names && *names; names++) {
		enum kho_estimator estimator;

		if (!kho_estimator_from_text(*names, &estimator)) {
			g_autofree char *quoted = kho_error_quote(*names);

			g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--estimator: %s is none", quoted);
			return false;
		}
		chosen[estimator] = true;
	}
	return true;
}

static bool all_good(const GPtrArray *forecasts, const bool *chosen)
{
	for (guint i = 0; i < forecasts->len; i++)
		for (int e = 0; e < KHO_NR_ESTIMATORS; e++)
			if (chosen[e] && !kho_forecast_good(g_ptr_array_index(forecasts, i), e))
				return false;
	return true;
}

static void print(const GPtrArray *forecasts, bool json)
{
	g_autofree char *whole = json ? kho_forecast_json(forecasts) : NULL;

	fputs(whole ?: "", stdout);
	for (guint i = 0; !json && i < forecasts->len; i++) {
		g_autofree char *text = kho_forecast_text(g_ptr_array_index(forecasts, i));

		fputs(text, stdout);
	}
}

static enum kho_exit run(char **arguments, const struct predict_options *options)
{
	g_autoptr(GPtrArray) machines = g_ptr_array_new_with_free_func((GDestroyNotify)kho_paper_machine_free);
	g_autoptr(GPtrArray) forecasts = g_ptr_array_new_with_free_func((GDestroyNotify)kho_forecast_free);
	struct answers answers = { machines, forecasts };
	bool chosen[KHO_NR_ESTIMATORS] = { false };
	g_autoptr(GError) error = NULL;

	if (!choose_estimators(options->estimators, chosen, &error) ||
	    !answer_all(arguments, options, &answers, &error))
		return kho_command_fail(error);
	print(forecasts, options->json);
	return all_good(forecasts, chosen) ? KHO_EXIT_OK : KHO_EXIT_DIFFERS;
}

static void options_clear(struct predict_options *options)
{
	g_strfreev(options->specs);
	g_strfreev(options->estimators);
	g_strfreev(options->compare);
	kho_paper_words_clear(&options->paper);
}

enum kho_exit kho_command_predict(int argc, char **argv)
{
	struct predict_options options = { 0 };
	const GOptionEntry entries[] = {
		{ "kho-scratch", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.specs, "a scratch spec; may be repeated",
		  "SPEC" },
		{ "estimator", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &options.estimators,
		  "who decides on the exit status (replay); may be repeated", "NAME" },
		{ "compare", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.compare,
		  "say how the layout differs from the same cell in this run or data set", "RECORDED" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print JSON (docs/predicting.md)", NULL },
		{ 0 },
	};
	const GOptionEntry paper[] = KHO_PAPER_ENTRIES(&options.paper);
	g_autoptr(GError) error = NULL;
	enum kho_exit status;

	if (kho_options_take(entries, paper, "TOPOLOGY[/SPEC]...", summary, &argc, &argv, &error) && argc < 2)
		g_set_error(&error, KHO_ERROR, KHO_ERROR_INPUT, "a topology is needed; try --help");
	status = error ? kho_command_fail(error) : run(argv + 1, &options);
	options_clear(&options);
	return status;
}
