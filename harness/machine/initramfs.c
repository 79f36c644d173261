// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/model/error.h"

#define CHUNK (64 * 1024)

struct image {
	const char *path; /* the final name, for messages */
	struct archive *archive;
	unsigned int inodes; /* given out so far */
};

static bool write_error(const struct image *image, GError **error)
{
	int code = archive_errno(image->archive);

	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", image->path,
		    code > 0 ? g_strerror(code) : archive_error_string(image->archive));
	return false;
}

static bool read_error(const char *path, int code, GError **error)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot read %s: %s", path, g_strerror(code));
	return false;
}

static mode_t file_type(enum kho_entry_kind kind)
{
	switch (kind) {
	case KHO_ENTRY_DIRECTORY:
		return AE_IFDIR;
	case KHO_ENTRY_FILE:
	case KHO_ENTRY_DATA:
		return AE_IFREG;
	case KHO_ENTRY_SYMLINK:
		return AE_IFLNK;
	case KHO_ENTRY_CHAR:
		return AE_IFCHR;
	}
	g_assert_not_reached();
}

static bool write_header(struct image *image, const struct kho_initramfs_entry *entry, gsize size, GError **error)
{
	struct archive_entry *header = archive_entry_new();
	int status;

	archive_entry_set_pathname(header, entry->path);
	archive_entry_set_mode(header, file_type(entry->kind) | entry->mode);
	archive_entry_set_nlink(header, entry->kind == KHO_ENTRY_DIRECTORY ? 2 : 1);
	archive_entry_set_ino(header, ++image->inodes);
	archive_entry_set_size(header, size);
	archive_entry_set_mtime(header, 0, 0);
	if (entry->kind == KHO_ENTRY_SYMLINK)
		archive_entry_set_symlink(header, entry->source);
	if (entry->kind == KHO_ENTRY_CHAR) {
		archive_entry_set_rdevmajor(header, entry->major);
		archive_entry_set_rdevminor(header, entry->minor);
	}
	status = archive_write_header(image->archive, header);
	archive_entry_free(header);
	return status == ARCHIVE_OK || write_error(image, error);
}

static bool write_data(struct image *image, const void *data, gsize size, GError **error)
{
	return archive_write_data(image->archive, data, size) == (la_ssize_t)size || write_error(image, error);
}

static bool copy_file(struct image *image, int fd, const char *path, gsize size, GError **error)
{
	g_autofree char *buffer = g_malloc(CHUNK);
	ssize_t n;

	while ((n = read(fd, buffer, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return read_error(path, errno, error);
		if ((gsize)n > size)
			break;
		if (!write_data(image, buffer, n, error))
			return false;
		size -= n;
	}
	if (n == 0 && size == 0)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot read %s: it changed while it was read", path);
	return false;
}

static bool write_file(struct image *image, const struct kho_initramfs_entry *entry, GError **error)
{
	int fd = open(entry->source, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0)
		return read_error(entry->source, errno, error);
	if (fstat(fd, &st) < 0)
		ok = read_error(entry->source, errno, error);
	else if (!S_ISREG(st.st_mode))
		ok = read_error(entry->source, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, error);
	else
		ok = write_header(image, entry, st.st_size, error) &&
		     copy_file(image, fd, entry->source, st.st_size, error);
	close(fd);
	return ok;
}

static bool write_entry(struct image *image, const struct kho_initramfs_entry *entry, GError **error)
{
	switch (entry->kind) {
	case KHO_ENTRY_FILE:
		return write_file(image, entry, error);
	case KHO_ENTRY_DATA:
		return write_header(image, entry, entry->size, error) &&
		       write_data(image, entry->data, entry->size, error);
	case KHO_ENTRY_DIRECTORY:
	case KHO_ENTRY_SYMLINK:
	case KHO_ENTRY_CHAR:
		return write_header(image, entry, 0, error);
	}
	g_assert_not_reached();
}

static bool write_archive(struct image *image, int fd, const struct kho_initramfs_entry *entries, unsigned int count,
			  GError **error)
{
	struct archive *archive = image->archive;

	/* 512 as cpio pads it, and a multiple of the 4 that Linux wants between two images. */
	if (archive_write_set_format_cpio_newc(archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(archive, CHUNK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(archive, 512) != ARCHIVE_OK ||
	    archive_write_open_fd(archive, fd) != ARCHIVE_OK)
		return write_error(image, error);
	for (unsigned int i = 0; i < count; i++) {
		if (!write_entry(image, &entries[i], error))
			return false;
	}
	return archive_write_close(archive) == ARCHIVE_OK || write_error(image, error);
}

static bool write_temporary(const char *path, int fd, const struct kho_initramfs_entry *entries, unsigned int count,
			    GError **error)
{
	struct image image = { .path = path, .archive = archive_write_new() };
	bool ok = write_archive(&image, fd, entries, count, error);

	/* Closed also after a failure, since libarchive forgets its buffers otherwise; what it says is old news. */
	if (!ok)
		archive_write_close(image.archive);
	archive_write_free(image.archive);
	if (ok && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, g_strerror(errno));
		ok = false;
	}
	return ok;
}

bool kho_initramfs_write(const char *path, const struct kho_initramfs_entry *entries, unsigned int count,
			 GError **error)
{
	g_autofree char *temporary = g_strdup_printf("%s.XXXXXX", path);
	int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, g_strerror(errno));
		return false;
	}
	ok = write_temporary(path, fd, entries, count, error);
	close(fd);
	if (ok && rename(temporary, path) < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot write %s: %s", path, g_strerror(errno));
		ok = false;
	}
	if (!ok)
		g_unlink(temporary);
	return ok;
}

static GArray *program_entries(const struct kho_initramfs_programs *programs)
{
	const struct kho_initramfs_entry entries[] = {
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "dev", .mode = 0755 },
		{ .kind = KHO_ENTRY_CHAR, .path = "dev/console", .mode = 0600, .major = 5, .minor = 1 },
		{ .kind = KHO_ENTRY_FILE, .path = "init", .mode = 0755, .source = programs->init },
		{ .kind = KHO_ENTRY_FILE, .path = "kho_probe", .mode = 0755, .source = programs->probe },
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "proc", .mode = 0755 },
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "sys", .mode = 0755 },
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "tmp", .mode = 01777 },
	};
	GArray *list = g_array_new(FALSE, FALSE, sizeof(entries[0]));

	return g_array_append_vals(list, entries, G_N_ELEMENTS(entries));
}

bool kho_initramfs_write_successor(const char *path, const struct kho_initramfs_programs *programs, GError **error)
{
	g_autoptr(GArray) list = program_entries(programs);

	return kho_initramfs_write(path, (const struct kho_initramfs_entry *)list->data, list->len, error);
}

bool kho_initramfs_write_first(const char *path, const struct kho_initramfs_programs *programs, const char *kernel,
			       const char *initrd, GError **error)
{
	const struct kho_initramfs_entry entries[] = {
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "bin", .mode = 0755 },
		{ .kind = KHO_ENTRY_FILE, .path = "bin/busybox", .mode = 0755, .source = programs->busybox },
		{ .kind = KHO_ENTRY_SYMLINK, .path = "bin/sh", .mode = 0777, .source = "busybox" },
		{ .kind = KHO_ENTRY_DIRECTORY, .path = "successor", .mode = 0755 },
		{ .kind = KHO_ENTRY_FILE, .path = "successor/kernel", .mode = 0644, .source = kernel },
		{ .kind = KHO_ENTRY_FILE, .path = "successor/initrd", .mode = 0644, .source = initrd },
	};
	g_autoptr(GArray) list = program_entries(programs);

	g_array_append_vals(list, entries, G_N_ELEMENTS(entries));
	return kho_initramfs_write(path, (const struct kho_initramfs_entry *)list->data, list->len, error);
}
