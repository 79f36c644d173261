// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/model/error.h"
#include "harness/report/dataset.h"

#define RESULTS "results.json"
#define JOURNAL "journal.jsonl"

/* --- finding files --- */

struct search {
	GPtrArray *recordings;
	GHashTable *known; /* of char *: real paths of files that were read */
};

static void settle(char **path, const char *directory)
{
	char *absolute;

	if (!*path || g_path_is_absolute(*path))
		return;
	absolute = g_canonicalize_filename(*path, directory);
	g_free(*path);
	*path = absolute;
}

static void settle_all(const GPtrArray *results, const char *directory)
{
	for (guint i = 0; i < results->len; i++) {
		struct kho_result *result = g_ptr_array_index(results, i);

		settle(&result->directory, directory);
		settle(&result->trace, directory);
	}
}

static bool take(struct search *search, struct kho_recording *recording)
{
	g_autofree char *directory = NULL;

	if (!recording)
		return false;
	directory = g_canonicalize_filename(recording->directory, NULL);
	settle_all(recording->run->results, directory);
	settle_all(recording->run->controls, directory);
	g_ptr_array_add(search->recordings, recording);
	if (recording->torn)
		fprintf(stderr, "kho-runner: %s: the last line is torn, and void\n", recording->path);
	return true;
}

static bool is_known(struct search *search, const char *path)
{
	g_autofree char *real = realpath(path, NULL);

	return real && !g_hash_table_add(search->known, g_strdup(real));
}

static bool read_dataset(struct search *search, const char *directory, GError **error)
{
	return is_known(search, directory) || take(search, kho_dataset_load(directory, error));
}

static bool read_file(struct search *search, const char *path, GError **error)
{
	g_autofree char *directory = g_path_get_dirname(path), *name = g_path_get_basename(path);

	/* A part of a data set is nothing by itself. */
	if (kho_dataset_is(directory) && !g_str_equal(name, RESULTS) && !g_str_equal(name, JOURNAL))
		return read_dataset(search, directory, error);
	return is_known(search, path) || take(search, kho_recording_load(path, error));
}

/* The file in @directory that has its cells; NULL: it has none. A run that was killed left a journal alone. */
static char *file_in(const char *directory)
{
	static const char *const names[] = { RESULTS, JOURNAL, KHO_DATASET_ABOUT };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		char *path = g_build_filename(directory, names[i], NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return path;
		g_free(path);
	}
	return NULL;
}

static gint by_name(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Files of the directories in @directory, in the order of their names. Links, such as latest, are to one of them. */
static GPtrArray *files_below(const char *directory)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		char *file = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : file_in(path);

		if (file)
			g_ptr_array_add(files, file);
	}
	g_ptr_array_sort(files, by_name);
	return files;
}

static bool read_directory(struct search *search, const char *directory, GError **error)
{
	g_autofree char *file = file_in(directory);
	g_autoptr(GPtrArray) below = NULL;

	if (file)
		return read_file(search, file, error);
	below = files_below(directory);
	if (!below->len) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: no results.json, no journal.jsonl and no data set, neither in it nor one level below",
			    directory);
		return false;
	}
	for (guint i = 0; i < below->len; i++)
		if (!read_file(search, g_ptr_array_index(below, i), error))
			return false;
	return true;
}

/* --- all of them --- */

/* Nothing can be said of nothing. */
static bool check_cells(const GPtrArray *recordings, GError **error)
{
	for (guint i = 0; i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		if (recording->run->results->len)
			return true;
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: there is no cell in it",
		    ((const struct kho_recording *)g_ptr_array_index(recordings, 0))->path);
	return false;
}

GPtrArray *kho_sources_load(const char *const *names, GError **error)
{
	g_autoptr(GPtrArray) recordings = g_ptr_array_new_with_free_func((GDestroyNotify)kho_recording_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct search search = { recordings, known };

	for (; *names; names++) {
		bool directory = g_file_test(*names, G_FILE_TEST_IS_DIR);

		if (directory ? !read_directory(&search, *names, error) : !read_file(&search, *names, error))
			return NULL;
	}
	return check_cells(recordings, error) ? g_steal_pointer(&recordings) : NULL;
}

GPtrArray *kho_sources_results(const GPtrArray *recordings)
{
	GPtrArray *results = g_ptr_array_new();

	for (guint i = 0; i < recordings->len; i++) {
		const struct kho_recording *recording = g_ptr_array_index(recordings, i);

		g_ptr_array_extend(results, recording->run->results, NULL, NULL);
	}
	return results;
}
