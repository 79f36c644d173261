// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/console.h"

#include <errno.h>
#include <unistd.h>

#include "harness/libvirt/report.h"

struct pump {
	virStreamPtr stream;
	int fd;
};

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		length -= written;
	}
	return true;
}

/* It has ended, or nobody listens any more. */
static void end(struct pump *pump)
{
	virStreamEventRemoveCallback(pump->stream);
	virStreamAbort(pump->stream);
	close(pump->fd);
}

/* virStreamRecv(): -2 where there is nothing more for now. */
static void ready(virStreamPtr stream, int events G_GNUC_UNUSED, void *data)
{
	struct pump *pump = data;
	char bytes[16384];
	int got;

	while ((got = virStreamRecv(stream, bytes, sizeof(bytes))) > 0)
		if (!write_all(pump->fd, bytes, got))
			break;
	if (got != -2)
		end(pump);
}

static void free_pump(void *data)
{
	struct pump *pump = data;

	virStreamFree(pump->stream);
	g_free(pump);
}

bool kho_console_pump(virConnectPtr connection, virDomainPtr domain, const char *device, int fd, GError **error)
{
	virStreamPtr stream = virStreamNew(connection, VIR_STREAM_NONBLOCK);
	struct pump *pump = g_new0(struct pump, 1);

	*pump = (struct pump){ stream, fd };
	if (stream && virDomainOpenConsole(domain, device, stream, 0) == 0 &&
	    virStreamEventAddCallback(stream,
				      VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR,
				      ready, pump, free_pump) == 0)
		return true;
	kho_libvirt_fail(error, device);
	if (stream)
		virStreamFree(stream);
	g_free(pump);
	close(fd);
	return false;
}
