// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/plain_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <sys/stat.h>

#include "harness/model/error.h"

/* Why it is not even opened; NULL: it is. To be freed. */
static char *refusal(const char *path, gsize most)
{
	GStatBuf status;

	if (g_stat(path, &status))
		return g_strdup(g_strerror(errno));
	if (S_ISDIR(status.st_mode))
		return g_strdup("is a directory");
	if (!S_ISREG(status.st_mode))
		return g_strdup("is not a plain file");
	if ((uint64_t)status.st_size > most)
		return g_strdup_printf("is larger than %zu MiB", most >> 20);
	return NULL;
}

char *kho_plain_file_read(const char *path, gsize most, gsize *length, GError **error)
{
	g_autofree char *reason = refusal(path, most);
	g_autoptr(GError) cause = NULL;
	char *text;

	if (reason) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", path, reason);
		return NULL;
	}
	if (!g_file_get_contents(path, &text, length, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s", cause->message);
		return NULL;
	}
	return text;
}
