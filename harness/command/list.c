// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner list: the names that other commands take; for people, and for a shell that completes them. */
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/options.h"
#include "harness/command/shown.h"
#include "harness/machine/paths.h"

static const char summary[] =
	"Lists names, a line each: of the matrices, topologies and kernels that there are, or of the cells and\n"
	"controls of a recorded run (results/latest).\n"
	"\n"
	"Examples:\n"
	"  kho-runner list kernels\n"
	"  kho-runner list cells results/20261126T011206Z\n"
	"\n"
	"Exit status: 0 listed; 2 bad usage, or there is no such run.";

static const struct {
	const char *name, *directory, *ending;
} kinds[] = {
	{ "matrices", "matrices", ".yaml" },
	{ "topologies", "topologies", ".yaml" },
	{ "kernels", "kernel/kernels", ".kernel" },
};

static gint by_name(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void print_sorted(GPtrArray *names)
{
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++)
		puts(g_ptr_array_index(names, i));
}

static bool list_files(const char *directory, const char *ending, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autofree char *path = paths ? g_build_filename(paths->data, directory, NULL) : NULL;
	g_autoptr(GDir) listing = path ? g_dir_open(path, 0, error) : NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (!listing)
		return false;
	while ((name = g_dir_read_name(listing)))
		if (g_str_has_suffix(name, ending))
			g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(ending)));
	print_sorted(names);
	return true;
}

static bool list_cells(const char *run, GError **error)
{
	g_autoptr(KhoShown) shown = kho_shown_load(run, error);

	if (!shown)
		return false;
	for (guint i = 0; i < shown->run->results->len; i++)
		puts(((const struct kho_result *)g_ptr_array_index(shown->run->results, i))->cell->id);
	for (guint i = 0; i < shown->run->controls->len; i++)
		puts(((const struct kho_result *)g_ptr_array_index(shown->run->controls, i))->cell->id);
	return true;
}

static bool list(const char *what, const char *run, GError **error)
{
	g_autofree char *quoted = kho_error_quote(what);

	if (g_str_equal(what, "cells"))
		return list_cells(run, error);
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_equal(what, kinds[i].name))
			return list_files(kinds[i].directory, kinds[i].ending, error);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: is neither matrices nor topologies nor kernels nor cells",
		    quoted);
	return false;
}

enum kho_exit kho_command_list(int argc, char **argv)
{
	const GOptionEntry entries[] = { { 0 } };
	g_autoptr(GError) error = NULL;

	if (!kho_options_take(entries, NULL, "matrices|topologies|kernels|cells [RUN]", summary, &argc, &argv, &error))
		return kho_command_fail(error);
	if (argc < 2 || argc > 3 || (argc == 3 && !g_str_equal(argv[1], "cells")))
		error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "list what? try list --help");
	if (error || !list(argv[1], argv[2], &error))
		return kho_command_fail(error);
	return KHO_EXIT_OK;
}
