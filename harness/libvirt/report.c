// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/report.h"

#include <libvirt/virterror.h>

#include "harness/model/error.h"

bool kho_libvirt_fail(GError **error, const char *what)
{
	const char *message = virGetLastErrorMessage();
	g_autofree char *line = g_strdup(message ?: "unknown error");

	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", what, g_strdelimit(g_strchomp(line), "\n", ' '));
	return false;
}
