// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/memory_dump.h"

#include <stdbool.h>
#include <string.h>

#define WORD 8 /* bytes */

static bool in_words(guint64 length)
{
	return length % WORD == 0;
}

char *kho_memory_dump_command(guint64 address, guint64 length)
{
	return g_strdup_printf("x /%" G_GUINT64_FORMAT "x%c 0x%" G_GINT64_MODIFIER "x",
			       in_words(length) ? length / WORD : length, in_words(length) ? 'g' : 'b', address);
}

/* "0xffffffff82000000", blanks before it. Words are in the guest's order, which is little-endian. */
static bool take(const char **text, guint8 *bytes, guint size)
{
	const char *start = *text + strspn(*text, " ");
	char *end;
	guint64 value;

	if (strncmp(start, "0x", 2) != 0)
		return false;
	value = g_ascii_strtoull(start, &end, 16);
	if ((gsize)(end - start) != 2 + 2 * size)
		return false;
	for (guint i = 0; i < size; i++)
		bytes[i] = value >> (8 * i);
	*text = end;
	return true;
}

/* A line begins with the address of its first byte. */
static bool skip_address(const char **text, guint64 address)
{
	char *end;
	guint64 found = g_ascii_strtoull(*text, &end, 16);

	if (end == *text || *end != ':' || found != address)
		return false;
	*text = end + 1;
	return true;
}

guint8 *kho_memory_dump_parse(const char *text, guint64 address, guint64 length)
{
	guint size = in_words(length) ? WORD : 1;
	g_autofree guint8 *bytes = g_malloc(length + 1);
	guint64 done = 0;

	while (done < length) {
		if (!skip_address(&text, address + done))
			return NULL;
		while (done < length && take(&text, bytes + done, size))
			done += size;
		text += strspn(text, " \r");
		if (*text != '\n' && !(done == length && !*text))
			return NULL;
		text += *text == '\n';
	}
	return g_steal_pointer(&bytes);
}
