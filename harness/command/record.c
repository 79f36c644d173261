// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner record: makes a data set of what runs recorded. */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/dataset_origin.h"
#include "harness/command/sources.h"
#include "harness/judge/rejudge.h"
#include "harness/report/dataset_verdicts.h"

static const char summary[] =
	"Makes a data set of what runs recorded: small files that can live in a repository, and that kho-runner judge\n"
	"reads (docs/datasets.md). RUN is what kho-runner judge takes; a data set among them is made larger. The same\n"
	"runs give the same files, in whatever order they are named.\n"
	"\n"
	"Only cells of which all is known go in: where memory, scratch and the successor lay, and what the first "
	"kernel\n"
	"asked of memblock. The others are named. A cell that was recorded more than once keeps all its outcomes.\n"
	"\n"
	"Examples:\n"
	"  kho-runner record results/20261126T011206Z --into=datasets/6.19-x86_64\n"
	"  kho-runner record datasets/6.19-x86_64 results/latest --into=datasets/6.19-x86_64\n"
	"\n"
	"Exit status: 0 written; 2 bad usage or bad input, such as runs of different kernels; 3 it could not be "
	"written.";

struct record_options {
	char *into, *config, *kernel;
};

/* --- which cells --- */

/* Those that can go in; the others are said. */
static GPtrArray *choose(const GPtrArray *recordings, const char *kernel)
{
	g_autoptr(GPtrArray) results = kho_sources_results(recordings);
	GPtrArray *chosen = g_ptr_array_new();

	for (guint i = 0; i < results->len; i++) {
		struct kho_result *result = g_ptr_array_index(results, i);
		g_autofree char *name = g_strndup(result->cell->id, strcspn(result->cell->id, "/"));
		const char *lacks = kho_dataset_lacking(result);

		if (kernel && !g_str_equal(kernel, name))
			continue;
		if (lacks)
			printf("left out: %s: %s\n", result->cell->id, lacks);
		else
			g_ptr_array_add(chosen, result);
	}
	fflush(stdout);
	return chosen;
}

/* --- writing --- */

static bool write_file(const char *directory, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autoptr(GError) cause = NULL;

	if (g_file_set_contents(path, text, -1, &cause))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, cause->message);
	return false;
}

/* A trace that no cell needs any more would be there for ever. */
static void remove_traces(const char *directory, GHashTable *wanted)
{
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		if (g_str_has_suffix(name, ".trace") && !g_hash_table_contains(wanted, name))
			g_unlink(path);
	}
}

static bool write_traces(const char *directory, GHashTable *traces, GError **error)
{
	g_autofree char *path = g_build_filename(directory, KHO_DATASET_TRACES, NULL);
	GHashTableIter iter;
	gpointer name, text;

	if (g_mkdir_with_parents(path, 0755) != 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot create directory %s: %s", path,
			    g_strerror(errno));
		return false;
	}
	g_hash_table_iter_init(&iter, traces);
	while (g_hash_table_iter_next(&iter, &name, &text))
		if (!write_file(path, name, text, error))
			return false;
	remove_traces(path, traces);
	return true;
}

/* The verdicts of today. Judging takes recordings together, so it comes after the data set was made of them. */
static char *verdicts_of(const GPtrArray *results)
{
	g_autoptr(KhoRejudgement) rejudgement = kho_rejudgement_new();

	for (guint i = 0; i < results->len; i++)
		kho_rejudge_take(rejudgement, g_ptr_array_index(results, i));
	kho_rejudge_end(rejudgement);
	return kho_dataset_verdicts_format(rejudgement->results);
}

/* Bytes of all files that grow with cells. */
static gsize size_of(const struct kho_dataset *dataset, const char *verdicts)
{
	gsize size = strlen(dataset->machines) + strlen(dataset->cells) + strlen(verdicts);
	GHashTableIter iter;
	gpointer text;

	g_hash_table_iter_init(&iter, dataset->traces);
	while (g_hash_table_iter_next(&iter, NULL, &text))
		size += strlen(text);
	return size;
}

static bool write_dataset(const char *into, const struct kho_dataset_origin *origin, const GPtrArray *results,
			  GError **error)
{
	g_autoptr(KhoDataset) dataset = kho_dataset_make(results);
	g_autofree char *verdicts = verdicts_of(results);
	g_autofree char *about = NULL;

	origin->about->cells = dataset->nr_cells;
	origin->about->recordings = dataset->nr_recordings;
	about = kho_dataset_about_format(origin->about);
	/* What makes it one comes last. */
	if (!write_traces(into, dataset->traces, error) ||
	    !write_file(into, KHO_DATASET_CONFIG, origin->config, error) ||
	    !write_file(into, KHO_DATASET_MACHINES, dataset->machines, error) ||
	    !write_file(into, KHO_DATASET_CELLS, dataset->cells, error) ||
	    !write_file(into, KHO_DATASET_VERDICTS, verdicts, error) ||
	    !write_file(into, KHO_DATASET_ABOUT, about, error))
		return false;
	printf("%u cells, recorded %u times, in %s; %zu bytes a cell\n", dataset->nr_cells, dataset->nr_recordings,
	       into, size_of(dataset, verdicts) / dataset->nr_cells);
	return true;
}

/* --- all of it --- */

/* Nothing of somebody else's is written over. */
static bool check_into(const char *into, GError **error)
{
	g_autoptr(GDir) listing = g_dir_open(into, 0, NULL);

	if (!g_file_test(into, G_FILE_TEST_EXISTS) || kho_dataset_is(into) || (listing && !g_dir_read_name(listing)))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--into=%s: is neither a data set nor an empty directory", into);
	return false;
}

static bool check_pair(const GPtrArray *results, GError **error)
{
	const struct kho_result *first = g_ptr_array_index(results, 0);

	for (guint i = 1; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (g_str_equal(result->cell->kernel, first->cell->kernel) &&
		    g_str_equal(result->cell->successor, first->cell->successor))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s and %s: a data set is of one kernel pair: choose one with --kernel=NAME",
			    first->cell->id, result->cell->id);
		return false;
	}
	return true;
}

static bool record(const struct record_options *options, const char *const *names, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autoptr(GPtrArray) recordings =
		paths && check_into(options->into, error) ? kho_sources_load(names, error) : NULL;
	g_autoptr(GPtrArray) results = recordings ? choose(recordings, options->kernel) : NULL;
	g_autoptr(KhoDatasetOrigin) origin = NULL;

	if (!results)
		return false;
	if (!results->len) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "no cell that could be in a data set");
		return false;
	}
	if (!check_pair(results, error))
		return false;
	origin = kho_dataset_origin_find(paths, recordings, results, options->config, error);
	return origin && write_dataset(options->into, origin, results, error);
}

static bool parse(struct record_options *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{ "into", 'i', 0, G_OPTION_ARG_FILENAME, &options->into, "the data set's directory", "DIR" },
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
		  "the kernel's .config (that of its build in the cache)", "FILE" },
		{ "kernel", 'k', 0, G_OPTION_ARG_STRING, &options->kernel,
		  "only cells of this kernel, or pair FIRST>SUCCESSOR", "NAME" },
		{ 0 },
	};

	if (!kho_options_take(entries, NULL, "RUN...", summary, argc, argv, error))
		return false;
	if (*argc >= 2 && options->into)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "runs and --into=DIR are needed; try --help");
	return false;
}

enum kho_exit kho_command_record(int argc, char **argv)
{
	struct record_options options = { 0 };
	g_autoptr(GError) error = NULL;
	enum kho_exit status = KHO_EXIT_OK;

	if (!parse(&options, &argc, &argv, &error) || !record(&options, (const char *const *)argv + 1, &error))
		status = kho_command_fail(error);
	g_free(options.into);
	g_free(options.config);
	g_free(options.kernel);
	return status;
}
