// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/recorded.h"

#include <stdio.h>
#include <string.h>

#include "harness/handover/cmdline.h"
#include "harness/machine/keep.h"
#include "harness/model/error.h"

/* --- finding it --- */

static char *below(const char *directory, const char *name, GFileTest test)
{
	char *path = g_build_filename(directory, name, NULL);

	if (!g_file_test(path, test))
		g_clear_pointer(&path, g_free);
	return path;
}

bool kho_recorded_is_run(const char *path)
{
	g_autofree char *cells = below(path, "cells", G_FILE_TEST_IS_DIR);

	return cells != NULL;
}

/* KERNEL/TOPOLOGY/KHO_SCRATCH[+PAYLOAD], and as such a path that stays below cells/. */
static bool looks_like_id(const char *what)
{
	g_auto(GStrv) words = g_strsplit(what, "/", -1);

	for (char **word = words; *word; word++)
		if (!**word || g_str_equal(*word, ".") || g_str_equal(*word, ".."))
			return false;
	return g_strv_length(words) == 3;
}

static gint newer_first(gconstpointer one, gconstpointer other)
{
	return -strcmp(*(char *const *)one, *(char *const *)other);
}

/* The directories of all runs, the newest (by name: a UTC time) first. */
static GPtrArray *find_runs(const char *results)
{
	GPtrArray *runs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) directory = g_dir_open(results, 0, NULL);
	bool itself = kho_recorded_is_run(results);
	const char *name;

	if (itself)
		g_ptr_array_add(runs, g_strdup(results));
	while (!itself && directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(results, name, NULL);

		if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && kho_recorded_is_run(path))
			g_ptr_array_add(runs, g_steal_pointer(&path));
	}
	return runs;
}

static char *find_in_runs(const char *results, const char *id, GError **error)
{
	g_autoptr(GPtrArray) runs = find_runs(results);
	g_autofree char *quoted = kho_error_quote(id);
	bool ran = false;

	g_ptr_array_sort(runs, newer_first);
	for (guint i = 0; i < runs->len; i++) {
		g_autofree char *cells = g_build_filename(g_ptr_array_index(runs, i), "cells", NULL);
		g_autofree char *directory = below(cells, id, G_FILE_TEST_IS_DIR);
		g_autofree char *manifest = directory ? below(directory, KHO_MANIFEST_NAME, G_FILE_TEST_EXISTS) : NULL;

		if (manifest)
			return g_steal_pointer(&directory);
		ran |= directory != NULL;
	}
	if (ran)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s has not failed in any run in %s, so nothing is recorded: use kho-runner cell", quoted,
			    results);
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s is in no run in %s: use kho-runner cell", quoted,
			    results);
	return NULL;
}

static char *find_directory(const char *results, const char *what, GError **error)
{
	g_autofree char *quoted = kho_error_quote(what);
	g_autofree char *manifest = NULL, *record = NULL;

	if (!g_file_test(what, G_FILE_TEST_IS_DIR)) {
		if (looks_like_id(what))
			return find_in_runs(results, what, error);
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s is neither a directory nor KERNEL/TOPOLOGY/KHO_SCRATCH[+PAYLOAD]", quoted);
		return NULL;
	}
	manifest = below(what, KHO_MANIFEST_NAME, G_FILE_TEST_EXISTS);
	record = below(what, "record.json", G_FILE_TEST_EXISTS);
	if (manifest)
		return g_strdup(what);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", what,
		    record ? "the cell has not failed, so nothing is recorded: use kho-runner cell"
			   : "no " KHO_MANIFEST_NAME ": this is not the directory of a cell that failed");
	return NULL;
}

/* --- its files --- */

static char *path_of(const struct kho_recorded *recorded, enum kho_recorded_file which)
{
	const char *name = recorded->manifest->files[which].name;

	return g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(recorded->directory, name, NULL);
}

static char *check_file(const struct kho_recorded *recorded, enum kho_recorded_file which, GError **error)
{
	const struct kho_manifest_file *file = &recorded->manifest->files[which];
	g_autofree char *path = path_of(recorded, which);
	g_autoptr(GError) cause = NULL;
	g_autofree char *sum = NULL;

	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: is missing: %s lists it", path, KHO_MANIFEST_NAME);
		return NULL;
	}
	sum = kho_file_sha256(path, NULL, &cause);
	if (sum && g_str_equal(sum, file->sha256))
		return g_steal_pointer(&path);
	if (cause)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s", cause->message);
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: is not the file that was recorded (its SHA-256 differs)", path);
	return NULL;
}

/* Nothing runs from symbols, so without them there is only less to be seen. */
static void find_symbols(struct kho_recorded *recorded)
{
	g_autoptr(GError) error = NULL;

	if (!recorded->manifest->files[KHO_RECORDED_VMLINUX].name)
		return;
	recorded->vmlinux = check_file(recorded, KHO_RECORDED_VMLINUX, &error);
	if (error)
		fprintf(stderr, "kho-runner: %s; going on without symbols\n", error->message);
}

static bool find_files(struct kho_recorded *recorded, GError **error)
{
	g_autofree char *topology = NULL;

	recorded->image = check_file(recorded, KHO_RECORDED_KERNEL, error);
	recorded->initramfs = recorded->image ? check_file(recorded, KHO_RECORDED_INITRAMFS, error) : NULL;
	topology = recorded->initramfs ? check_file(recorded, KHO_RECORDED_TOPOLOGY, error) : NULL;
	recorded->topology = topology ? kho_topology_load(topology, error) : NULL;
	if (!recorded->topology)
		return false;
	/* It goes by its own name, not by that of the file it was kept in. */
	g_free(recorded->topology->name);
	recorded->topology->name = g_strdup(recorded->manifest->topology);
	find_symbols(recorded);
	return true;
}

/* --- all of it --- */

static bool make_cell(struct kho_recorded *recorded, GError **error)
{
	const struct kho_manifest *manifest = recorded->manifest;
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse(manifest->kho_scratch, error);

	if (!scratch)
		return false;
	g_ptr_array_add(recorded->cells, kho_cell_new(manifest->kernel, manifest->successor, recorded->topology,
						      scratch, manifest->payload));
	return true;
}

struct kho_recorded *kho_recorded_find(const char *results, const char *what, GError **error)
{
	g_autoptr(KhoRecorded) recorded = g_new0(struct kho_recorded, 1);
	g_autofree char *found = NULL, *path = NULL;

	recorded->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	found = find_directory(results, what, error);
	if (!found)
		return NULL;
	/* Machines run in directories of their own. */
	recorded->directory = g_canonicalize_filename(found, NULL);
	path = g_build_filename(recorded->directory, KHO_MANIFEST_NAME, NULL);
	recorded->manifest = kho_manifest_load(path, error);
	if (!recorded->manifest || !find_files(recorded, error) || !make_cell(recorded, error))
		return NULL;
	return g_steal_pointer(&recorded);
}

void kho_recorded_free(struct kho_recorded *recorded)
{
	g_clear_pointer(&recorded->manifest, kho_manifest_free);
	g_clear_pointer(&recorded->topology, kho_topology_free);
	g_ptr_array_unref(recorded->cells);
	g_free(recorded->directory);
	g_free(recorded->image);
	g_free(recorded->initramfs);
	g_free(recorded->vmlinux);
	g_free(recorded);
}

struct kho_kernel *kho_recorded_kernel(const struct kho_recorded *recorded, const char *name)
{
	const struct kho_manifest *manifest = recorded->manifest;
	struct kho_kernel *kernel = g_new0(struct kho_kernel, 1);
	bool first = g_str_equal(name, manifest->kernel), successor = g_str_equal(name, manifest->successor);
	const char *release = first ? manifest->first_release : manifest->successor_release;

	kernel->name = g_strdup(name);
	kernel->directory = g_strdup(recorded->directory);
	kernel->image = first ? g_strdup(recorded->image) : NULL;
	kernel->release = *release ? g_strdup(release) : NULL;
	kernel->carries_estimator = first && g_str_equal(manifest->estimator, "yes");
	kernel->vmlinux = successor ? g_strdup(recorded->vmlinux) : NULL;
	kernel->symbols = kernel->vmlinux ? kho_vmlinux_open(kernel->vmlinux, NULL) : NULL;
	return kernel;
}

bool kho_recorded_without_folios(const struct kho_recorded *recorded)
{
	return strstr(recorded->manifest->command_line, KHO_CMDLINE_NO_FOLIOS) != NULL;
}
