// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/console.h"

#include <errno.h>
#include <unistd.h>

#include "harness/libvirt/report.h"

struct kho_console_pump {
	virStreamPtr stream;
	int fd;
	GMutex lock;
	bool ended;
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

/* With the lock held. */
static void end(struct kho_console_pump *pump)
{
	pump->ended = true;
	virStreamEventRemoveCallback(pump->stream);
	virStreamAbort(pump->stream);
	close(pump->fd);
}

/* virStreamRecv(): -2 where there is nothing more for now. */
static void pass_on(struct kho_console_pump *pump)
{
	char bytes[16384];
	int got;

	while ((got = virStreamRecv(pump->stream, bytes, sizeof(bytes))) > 0)
		if (!write_all(pump->fd, bytes, got))
			break;
	if (got != -2)
		end(pump);
}

static void ready(virStreamPtr stream G_GNUC_UNUSED, int events G_GNUC_UNUSED, void *data)
{
	struct kho_console_pump *pump = data;

	g_mutex_lock(&pump->lock);
	if (!pump->ended)
		pass_on(pump);
	g_mutex_unlock(&pump->lock);
}

void kho_console_stop(struct kho_console_pump *pump)
{
	if (!pump)
		return;
	g_mutex_lock(&pump->lock);
	if (!pump->ended)
		end(pump);
	g_mutex_unlock(&pump->lock);
}

struct kho_console_pump *kho_console_pump(virConnectPtr connection, virDomainPtr domain, const char *device, int fd,
					  GError **error)
{
	virStreamPtr stream = virStreamNew(connection, VIR_STREAM_NONBLOCK);
	struct kho_console_pump *pump = g_new0(struct kho_console_pump, 1);

	*pump = (struct kho_console_pump){ .stream = stream, .fd = fd };
	g_mutex_init(&pump->lock);
	if (stream && virDomainOpenConsole(domain, device, stream, 0) == 0 &&
	    virStreamEventAddCallback(stream,
				      VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR,
				      ready, pump, NULL) == 0)
		return pump;
	kho_libvirt_fail(error, device);
	if (stream)
		virStreamFree(stream);
	g_free(pump);
	close(fd);
	return NULL;
}
