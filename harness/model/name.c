// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/name.h"

#include <string.h>

G_STATIC_ASSERT(KHO_MAX_NAME == 64); /* KHO_NAME_RULE says so */

bool kho_name_valid(const char *name)
{
	/* No leading '.' (hidden, or a parent directory), no leading '-' (an option to some program). */
	if (!g_ascii_isalnum(name[0]) || strlen(name) > KHO_MAX_NAME)
		return false;
	for (const char *c = name; *c; c++) {
		if (!g_ascii_isalnum(*c) && !strchr("._-", *c))
			return false;
	}
	return true;
}

char *kho_name_from_path(const char *path)
{
	char *name = g_path_get_basename(path);

	if (g_str_has_suffix(name, ".yaml"))
		name[strlen(name) - strlen(".yaml")] = '\0';
	return name;
}
