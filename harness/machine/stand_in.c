// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/stand_in.h"

#include <inttypes.h>
#include <stdio.h>

#include <glib.h>

bool kho_stand_in_write(const char *path, const struct kho_stand_in_times *times)
{
	g_autofree char *text = g_strdup_printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", times->lost,
						times->worked, times->user, times->system);

	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL);
}

bool kho_stand_in_read(const char *path, struct kho_stand_in_times *times)
{
	g_autofree char *text = NULL;
	int length = -1;

	*times = (struct kho_stand_in_times){ 0 };
	return g_file_get_contents(path, &text, NULL, NULL) &&
	       sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "\n%n", &times->lost, &times->worked,
		      &times->user, &times->system, &length) == 4 &&
	       length > 0 && !text[length];
}
