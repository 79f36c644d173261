// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/model/error.h"

#define PIECE (1 << 20)

/* Returns false, so that callers can return it. */
static bool fail(GError **error, const char *path, int cause)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, g_strerror(cause));
	return false;
}

static bool checksum(int fd, GChecksum *sum, uint64_t *size)
{
	g_autofree guchar *piece = g_malloc(PIECE);
	ssize_t got;

	for (*size = 0; (got = read(fd, piece, PIECE)) != 0; *size += got) {
		if (got < 0)
			return false;
		g_checksum_update(sum, piece, got);
	}
	return true;
}

char *kho_file_sha256(const char *path, uint64_t *size, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t bytes;
	char *text = NULL;

	if (fd >= 0 && checksum(fd, sum, &bytes))
		text = g_strdup(g_checksum_get_string(sum));
	else
		fail(error, path, errno);
	if (text && size)
		*size = bytes;
	if (fd >= 0)
		close(fd);
	return text;
}

static bool copy_bytes(int from, int to)
{
	ssize_t sent;

	if (ioctl(to, FICLONE, from) == 0)
		return true;
	while ((sent = sendfile(to, from, NULL, PIECE)) > 0)
		;
	return sent == 0;
}

static bool copy(const char *source, const char *destination, GError **error)
{
	int from = open(source, O_RDONLY | O_CLOEXEC), to, cause = 0;

	if (from < 0)
		return fail(error, source, errno);
	to = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (to < 0 || !copy_bytes(from, to))
		cause = errno;
	close(from);
	if (to >= 0 && close(to) < 0 && !cause)
		cause = errno;
	if (!cause)
		return true;
	if (to >= 0)
		unlink(destination);
	return fail(error, destination, cause);
}

bool kho_file_link(const char *source, const char *destination)
{
	/* What a symlink points to, not the symlink. */
	return linkat(AT_FDCWD, source, AT_FDCWD, destination, AT_SYMLINK_FOLLOW) == 0;
}

bool kho_file_keep(const char *source, const char *destination, bool immutable, GError **error)
{
	return (immutable && kho_file_link(source, destination)) || copy(source, destination, error);
}
