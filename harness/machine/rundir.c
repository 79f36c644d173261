// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/model/error.h"

#define PREFIX	   "kho-machine-"
#define OPEN_FILES 16
/* Between its making and its locking a directory looks abandoned, so a fresh one is left alone. */
#define FRESH_SECONDS 60

struct kho_rundir {
	char *path;
	int fd; /* locked for as long as the owner lives */
};

static int remove_one(const char *path, const struct stat *st G_GNUC_UNUSED, int type G_GNUC_UNUSED,
		      struct FTW *ftw G_GNUC_UNUSED)
{
	remove(path); /* what cannot be removed stays, and so does its directory */
	return 0;
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

/* Opens and locks; -1 when it is no directory or someone else holds it. */
static int lock_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void remove_if_abandoned(const char *path)
{
	int fd = lock_directory(path);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && time(NULL) - st.st_mtime > FRESH_SECONDS)
		remove_tree(path);
	close(fd);
}

static void remove_abandoned(const char *base)
{
	g_autoptr(GDir) directory = g_dir_open(base, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(base, name, NULL);

		if (g_str_has_prefix(name, PREFIX))
			remove_if_abandoned(path);
	}
}

struct kho_rundir *kho_rundir_new(const char *base, GError **error)
{
	struct kho_rundir *rundir = g_new0(struct kho_rundir, 1);

	if (!base)
		base = g_get_tmp_dir();
	remove_abandoned(base);
	rundir->path = g_build_filename(base, PREFIX "XXXXXX", NULL);
	rundir->fd = -1;
	if (g_mkdtemp_full(rundir->path, 0700))
		rundir->fd = lock_directory(rundir->path);
	if (rundir->fd >= 0)
		return rundir;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot make a directory in %s: %s", base, g_strerror(errno));
	g_free(rundir->path);
	g_free(rundir);
	return NULL;
}

const char *kho_rundir_path(const struct kho_rundir *rundir)
{
	return rundir->path;
}

void kho_rundir_free(struct kho_rundir *rundir)
{
	if (!rundir)
		return;
	remove_tree(rundir->path);
	close(rundir->fd);
	g_free(rundir->path);
	g_free(rundir);
}
