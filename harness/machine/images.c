// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/images.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "harness/machine/initramfs.h"
#include "harness/model/error.h"

#define BUSYBOX "/bin/busybox" /* Debian: busybox-static */

static char *content_hash(const char *path, GError **error)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);

	if (!file)
		return NULL;
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)g_mapped_file_get_contents(file),
					   g_mapped_file_get_length(file));
}

static bool check_program(const char *path, const char *how, GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: not there: %s", path, how);
	return false;
}

/* Moves a file that was just written to the name of its content. */
static char *keep_by_content(const char *directory, const char *path, GError **error)
{
	g_autofree char *hash = content_hash(path, error);
	g_autofree char *name = hash ? g_strdup_printf("%.16s.cpio", hash) : NULL;
	g_autofree char *kept = name ? g_build_filename(directory, name, NULL) : NULL;

	if (!kept)
		return NULL;
	if (g_rename(path, kept) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", kept, g_strerror(errno));
		return NULL;
	}
	return g_steal_pointer(&kept);
}

static char *write_images(const char *directory, const struct kho_initramfs_programs *programs, const char *kernel,
			  GError **error)
{
	g_autofree char *successor = g_strdup_printf("%s/.successor-%d", directory, getpid());
	g_autofree char *first = g_strdup_printf("%s/.first-%d", directory, getpid());
	char *kept = NULL;

	if (kho_initramfs_write_successor(successor, programs, error) &&
	    kho_initramfs_write_first(first, programs, kernel, successor, error))
		kept = keep_by_content(directory, first, error);
	g_unlink(successor);
	g_unlink(first);
	return kept;
}

char *kho_images_first(const struct kho_paths *paths, const struct kho_kernel *successor, GError **error)
{
	g_autofree char *directory = g_build_filename(paths->cache, "images", NULL);
	g_autofree char *init = g_build_filename(paths->guest, "init", NULL);
	g_autofree char *probe = g_build_filename(paths->guest, "kho_probe", NULL);
	const struct kho_initramfs_programs programs = { .init = init, .probe = probe, .busybox = BUSYBOX };

	if (!check_program(init, "run make", error) || !check_program(probe, "run make", error) ||
	    !check_program(BUSYBOX, "install the package busybox-static (ci/deps does)", error))
		return NULL;
	if (g_mkdir_with_parents(directory, 0755) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", directory, g_strerror(errno));
		return NULL;
	}
	return write_images(directory, &programs, successor->image, error);
}
