// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/error.h"

G_DEFINE_QUARK(kho - error - quark, kho_error)

enum kho_exit kho_error_exit(const GError *error)
{
	if (g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT))
		return KHO_EXIT_INPUT;
	return KHO_EXIT_HOST;
}

#define MAX_QUOTED 60 /* characters; a message is one line */

char *kho_error_quote(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) quoted = g_string_new("'");
	unsigned int length = 0;

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		if (length++ == MAX_QUOTED) {
			g_string_append(quoted, "...");
			break;
		}
		g_string_append_unichar(quoted, g_unichar_isprint(character) ? character : '?');
	}
	g_string_append_c(quoted, '\'');
	return g_strdup(quoted->str);
}
