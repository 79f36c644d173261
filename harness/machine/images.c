// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/images.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/machine/initramfs.h"
#include "harness/machine/keep.h"
#include "harness/model/arch.h"
#include "harness/model/error.h"
#include "harness/model/size.h"

#define MADE "run make (for another architecture it needs a compiler: ci/deps)"

/* Names of images that are being written, each with the writer's process id behind it. */
#define FIRST	  ".first-"
#define SUCCESSOR ".successor-"
/* A process of another container that shares the cache looks gone from here, but writes within seconds. */
#define FRESH_SECONDS 60

/* A static one for the guest: kho-kernel finds it. */
static char *find_busybox(const struct kho_paths *paths, const struct kho_arch *arch, GError **error)
{
	g_autofree char *program = g_build_filename(paths->data, "kernel", "kho-kernel", NULL);
	const char *argv[] = { program, "busybox", arch->name, NULL };
	g_autofree char *path = NULL;
	int status;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &path, NULL, &status, error))
		return NULL;
	if (status == 0)
		return g_strchomp(g_steal_pointer(&path));
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "busybox for %s cannot be had: see kho-kernel's message above",
		    arch->name);
	return NULL;
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
	g_autofree char *hash = kho_file_sha256(path, NULL, error);
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
	g_autofree char *successor = g_strdup_printf("%s/" SUCCESSOR "%d", directory, getpid());
	g_autofree char *first = g_strdup_printf("%s/" FIRST "%d", directory, getpid());
	char *kept = NULL;

	if (kho_initramfs_write_successor(successor, programs, error) &&
	    kho_initramfs_write_first(first, programs, kernel, successor, error))
		kept = keep_by_content(directory, first, error);
	g_unlink(successor);
	g_unlink(first);
	return kept;
}

/* --- what writers that were killed have left --- */

/* The id in the name of an image that is (or was) being written; 0: it is none. */
static pid_t writer_of(const char *name)
{
	static const char *const prefixes[] = { FIRST, SUCCESSOR };

	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		const char *end;
		uint64_t pid;

		/* kho_initramfs_write() puts ".XXXXXX" behind a name until the image is whole. */
		if (g_str_has_prefix(name, prefixes[i]) && kho_number_parse(name + strlen(prefixes[i]), &end, &pid) &&
		    (!*end || *end == '.') && pid <= G_MAXINT)
			return pid;
	}
	return 0;
}

static bool is_abandoned(const char *path, pid_t writer)
{
	struct stat st;

	return kill(writer, 0) < 0 && errno == ESRCH && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       time(NULL) - st.st_mtime > FRESH_SECONDS;
}

void kho_images_sweep(const char *directory)
{
	g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
	const char *name;

	while (entries && (name = g_dir_read_name(entries))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		pid_t writer = writer_of(name);

		if (writer && is_abandoned(path, writer))
			g_unlink(path);
	}
}

char *kho_images_first(const struct kho_paths *paths, const struct kho_kernel *successor, GError **error)
{
	g_autofree char *directory = g_build_filename(paths->cache, "images", NULL);
	const struct kho_arch *arch = kho_arch_of(successor->name);
	const char *where = arch->is_pc ? "." : arch->name;
	g_autofree char *init = g_build_filename(paths->guest, where, "init", NULL);
	g_autofree char *probe = g_build_filename(paths->guest, where, "kho_probe", NULL);
	g_autofree char *busybox = NULL;

	if (!check_program(init, MADE, error) || !check_program(probe, MADE, error))
		return NULL;
	busybox = find_busybox(paths, arch, error);
	if (!busybox)
		return NULL;
	if (g_mkdir_with_parents(directory, 0755) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", directory, g_strerror(errno));
		return NULL;
	}
	kho_images_sweep(directory);
	return write_images(directory,
			    &(struct kho_initramfs_programs){ .init = init, .probe = probe, .busybox = busybox },
			    successor->image, error);
}
