// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/paths.h"

#include <errno.h>
#include <stdbool.h>

#include "harness/model/error.h"

static bool is_data(const char *path)
{
	g_autofree char *kernel = g_build_filename(path, "kernel", "kho-kernel", NULL);

	return g_file_test(kernel, G_FILE_TEST_IS_EXECUTABLE);
}

/* build/kho-runner lies in its tree's build/; an installed one in PREFIX/bin. */
static bool find_by_program(struct kho_paths *paths, const char *directory)
{
	g_autofree char *tree = g_build_filename(directory, "..", NULL);
	g_autofree char *share = g_build_filename(directory, "..", "share", "kho-matrix", NULL);

	if (is_data(tree)) {
		paths->data = g_canonicalize_filename(tree, NULL);
		paths->guest = g_build_filename(directory, "guest", NULL);
		return true;
	}
	if (is_data(share)) {
		paths->data = g_canonicalize_filename(share, NULL);
		paths->guest = g_build_filename(paths->data, "guest", NULL);
		return true;
	}
	return false;
}

static bool find(struct kho_paths *paths, GError **error)
{
	const char *data = g_getenv("KHO_MATRIX_DATA");
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *directory = program ? g_path_get_dirname(program) : NULL;

	if (data && is_data(data)) {
		paths->data = g_canonicalize_filename(data, NULL);
		paths->guest = g_build_filename(directory ?: paths->data, "guest", NULL);
		return true;
	}
	if (!data && directory && find_by_program(paths, directory))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST,
		    "%s: no kernel/kho-kernel there: run the program from its tree, install it, or set KHO_MATRIX_DATA",
		    data ?: (directory ?: "?"));
	return false;
}

struct kho_paths *kho_paths_find(GError **error)
{
	g_autoptr(KhoPaths) paths = g_new0(struct kho_paths, 1);

	paths->cache = g_build_filename(g_get_user_cache_dir(), "kho-matrix", NULL);
	if (!find(paths, error))
		return NULL;
	if (g_mkdir_with_parents(paths->cache, 0755) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", paths->cache, g_strerror(errno));
		return NULL;
	}
	return g_steal_pointer(&paths);
}

void kho_paths_free(struct kho_paths *paths)
{
	g_free(paths->data);
	g_free(paths->guest);
	g_free(paths->cache);
	g_free(paths);
}
