// SPDX-License-Identifier: GPL-2.0-only
#include "guest/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX 8192 /* CONSOLE_EXT_LOG_MAX of the kernel */

char *kernel_log_message(char *record)
{
	char *message = strchr(record, ';');

	if (!message)
		return NULL;
	message++;
	message[strcspn(message, "\n")] = '\0';
	return message;
}

static bool walk(int fd, kernel_log_visit visit, void *context)
{
	char record[RECORD_MAX + 1];

	for (;;) {
		ssize_t length = read(fd, record, RECORD_MAX);
		char *message;

		if (length < 0 && errno == EAGAIN)
			return true;
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return false;
		record[length] = '\0';
		message = kernel_log_message(record);
		if (message && !visit(message, context))
			return true;
	}
}

bool kernel_log_walk(kernel_log_visit visit, void *context)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), error;
	bool ok;

	if (fd < 0)
		return false;
	ok = walk(fd, visit, context);
	error = errno;
	close(fd);
	errno = error;
	return ok;
}

static bool starts(const char *message, const char *with)
{
	return strncmp(message, with, strlen(with)) == 0;
}

bool kernel_log_is_estimate(const char *message)
{
	static const char *const also[] = { "node", "sparse", "memmap", "memory map", "may fail", "max=", "need" };

	if (!strcasestr(message, "scratch") || starts(message, "memblock_") || starts(message, "KHO: scratch areas:") ||
	    starts(message, "KHO: scratch scale is") || strcasestr(message, "command line"))
		return false;
	for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
		if (strcasestr(message, also[i]))
			return true;
	return false;
}
