// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <unistd.h>

#include "harness/model/error.h"

struct kho_channel_reader {
	int fd, log;
	guint source;
	gsize logged;
	char *error;
	char *path;
	kho_channel_took took;
	void *data;
};

static void keep(struct kho_channel_reader *reader, const char *bytes, gsize length)
{
	gsize room = KHO_CHANNEL_LOG_MAX - reader->logged;

	if (reader->error)
		return;
	if (length > room) {
		reader->error =
			g_strdup_printf("%s: only the first %lu bytes were kept", reader->path, KHO_CHANNEL_LOG_MAX);
		length = room;
	}
	while (length) {
		ssize_t written = write(reader->log, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			reader->error = g_strdup_printf("%s: %s", reader->path, g_strerror(errno));
			return;
		}
		bytes += written;
		length -= written;
		reader->logged += written;
	}
}

static gboolean readable(int fd, GIOCondition condition, gpointer data)
{
	struct kho_channel_reader *reader = data;
	char bytes[16384];
	ssize_t length = read(fd, bytes, sizeof(bytes));

	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return G_SOURCE_CONTINUE;
	if (length <= 0) {
		reader->source = 0;
		reader->took(NULL, 0, reader->data);
		return G_SOURCE_REMOVE;
	}
	keep(reader, bytes, length);
	reader->took(bytes, length, reader->data);
	return G_SOURCE_CONTINUE;
}

struct kho_channel_reader *kho_channel_reader_new(int fd, const char *path, kho_channel_took took, void *data,
						  GError **error)
{
	int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct kho_channel_reader *reader;

	if (log < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, g_strerror(errno));
		close(fd);
		return NULL;
	}
	reader = g_new0(struct kho_channel_reader, 1);
	*reader =
		(struct kho_channel_reader){ .fd = fd, .log = log, .path = g_strdup(path), .took = took, .data = data };
	g_unix_set_fd_nonblocking(fd, TRUE, NULL);
	reader->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, readable, reader);
	return reader;
}

void kho_channel_reader_free(struct kho_channel_reader *reader)
{
	if (!reader)
		return;
	g_clear_handle_id(&reader->source, g_source_remove);
	close(reader->fd);
	close(reader->log);
	g_free(reader->path);
	g_free(reader->error);
	g_free(reader);
}

const char *kho_channel_reader_error(const struct kho_channel_reader *reader)
{
	return reader->error;
}
