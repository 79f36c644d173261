// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/payload.h"

#include "harness/model/error.h"

static const struct kho_payload payloads[] = {
	{ .name = KHO_PAYLOAD_DEFAULT, .early_console = false },
	{ .name = KHO_PAYLOAD_CONSOLE, .early_console = true },
};

const struct kho_payload *kho_payload_find(const char *name, GError **error)
{
	g_autofree char *quoted = kho_error_quote(name);

	for (gsize i = 0; i < G_N_ELEMENTS(payloads); i++)
		if (g_str_equal(payloads[i].name, name))
			return &payloads[i];
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s is not a payload (" KHO_PAYLOAD_DEFAULT ", " KHO_PAYLOAD_CONSOLE ")", quoted);
	return NULL;
}
