// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/owner.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLACE_DIGITS 12

/* Where process ids mean the same: this boot of this host, and this container on it. */
static char *place(void)
{
	g_autofree char *boot = NULL, *namespace = g_file_read_link("/proc/self/ns/pid", NULL);
	g_autofree char *text = NULL, *sum = NULL;

	g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL);
	text = g_strconcat(g_get_host_name(), "|", boot ?: "", "|", namespace ?: "", NULL);
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strndup(sum, PLACE_DIGITS);
}

/*
 * Field 22 of its stat file, in the kernel's ticks since the boot; 0: there is no such process, or only what is left of
 * one that nobody has reaped.
 */
static guint64 start_time(int pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid), *text = NULL;
	const char *field;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	/* The name before it may have blanks and brackets in it. */
	field = strrchr(text, ')');
	if (field && (g_str_has_prefix(field, ") Z") || g_str_has_prefix(field, ") X")))
		return 0;
	for (int i = 2; field && i < 22; i++) {
		field = strchr(field + 1, ' ');
		if (!field)
			return 0;
	}
	return field ? g_ascii_strtoull(field, NULL, 10) : 0;
}

char *kho_owner_name(void)
{
	g_autofree char *here = place();

	return g_strdup_printf(KHO_OWNER_PREFIX "%s-%d-%" G_GUINT64_FORMAT, here, getpid(), start_time(getpid()));
}

bool kho_owner_is_gone(const char *name)
{
	g_autofree char *here = place();
	char there[PLACE_DIGITS + 1];
	unsigned long long started;
	int pid, length = -1;

	if (sscanf(name, KHO_OWNER_PREFIX "%12[0-9a-f]-%d-%llu%n", there, &pid, &started, &length) != 3 || length < 0 ||
	    name[length])
		return false;
	return g_str_equal(there, here) && start_time(pid) != started;
}
