// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/evidence_files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/machine/keep.h"
#include "harness/model/error.h"
#include "harness/report/trace_file.h"

#define MAX_DEPTH 8

static bool host_fails(GError **error, const char *path)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, g_strerror(errno));
	return false;
}

static bool take_tree(const char *from, const char *to, int depth, GError **error);

/* The trees of shards that shared a machine have the same controls: what is there stays. */
static bool take_entry(const char *from, const char *to, int depth, GError **error)
{
	struct stat status;

	if (lstat(from, &status) < 0)
		return host_fails(error, from);
	if (S_ISDIR(status.st_mode))
		return take_tree(from, to, depth + 1, error);
	if (!S_ISREG(status.st_mode) || g_file_test(to, G_FILE_TEST_EXISTS))
		return true;
	return kho_file_keep(from, to, true, error) && (chmod(to, status.st_mode & 0777) == 0 || host_fails(error, to));
}

static bool take_tree(const char *from, const char *to, int depth, GError **error)
{
	g_autoptr(GDir) listing = depth < MAX_DEPTH ? g_dir_open(from, 0, NULL) : NULL;
	const char *name;

	if (listing && g_mkdir_with_parents(to, 0755) < 0)
		return host_fails(error, to);
	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);

		if (!take_entry(source, target, depth, error))
			return false;
	}
	return true;
}

static bool take_below(const char *from, const struct kho_results *results, const char *name, GError **error)
{
	g_autofree char *source = g_build_filename(from, name, NULL);
	g_autofree char *target = g_build_filename(kho_results_directory(results), name, NULL);
	g_autofree char *parent = g_path_get_dirname(target);

	if (!g_file_test(source, G_FILE_TEST_EXISTS))
		return true;
	if (g_mkdir_with_parents(parent, 0755) < 0)
		return host_fails(error, parent);
	return take_entry(source, target, 0, error);
}

/* An id is made of names, sizes and words (kho_read_cell()): it leads nowhere else. */
static bool is_own(const struct kho_result *result)
{
	g_autofree char *own = g_strconcat("cells/", result->cell->id, NULL);

	return g_str_has_prefix(result->directory, own) &&
	       (!result->directory[strlen(own)] || (g_str_has_prefix(result->directory + strlen(own), "/repeat-") &&
						    !strchr(result->directory + strlen(own) + 1, '/')));
}

static bool check(const char *from, const struct kho_result *result, GError **error)
{
	bool own = !result->directory || is_own(result);

	if (own && (!result->trace || kho_trace_name_valid(result->trace)))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: cell '%s': its %s is not where a run puts it", from,
		    result->cell->id, own ? "trace" : "directory");
	return false;
}

bool kho_evidence_files_take(const char *from, const struct kho_results *results, const struct kho_result *result,
			     GError **error)
{
	g_autofree char *cell = g_strconcat("cells/", result->cell->id, NULL);

	return check(from, result, error) && (!result->directory || take_below(from, results, cell, error)) &&
	       (!result->trace || take_below(from, results, result->trace, error));
}
