// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/size.h"

#include <string.h>

static const char suffixes[] = "KMGT";

bool kho_number_parse(const char *text, const char **end, uint64_t *number)
{
	uint64_t value = 0;

	/* A leading zero means octal to some (the kernel, YAML 1.1) and nothing to others. */
	if (text[0] == '0' && g_ascii_isdigit(text[1]))
		return false;
	*end = text;
	for (; g_ascii_isdigit(**end); (*end)++) {
		if (!g_uint64_checked_mul(&value, value, 10) || !g_uint64_checked_add(&value, value, **end - '0'))
			return false;
	}
	*number = value;
	return *end != text;
}

bool kho_size_parse(const char *text, uint64_t *bytes)
{
	const char *end, *suffix;
	uint64_t value;
	unsigned int shift = 0;

	if (!kho_number_parse(text, &end, &value))
		return false;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1])
			return false;
		shift = 10 * (suffix - suffixes + 1);
	}
	if (value > UINT64_MAX >> shift)
		return false;
	*bytes = value << shift;
	return true;
}

char *kho_size_format(uint64_t bytes)
{
	char suffix[2] = "";

	for (const char *next = suffixes; *next && bytes && bytes % 1024 == 0; next++) {
		bytes /= 1024;
		suffix[0] = *next;
	}
	return g_strdup_printf("%" G_GUINT64_FORMAT "%s", bytes, suffix);
}
