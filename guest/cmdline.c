// SPDX-License-Identifier: GPL-2.0-only
#include "guest/cmdline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "guest/file.h"

char *cmdline_read(void)
{
	char *text = file_read("/proc/cmdline", NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

char *cmdline_value(const char *cmdline, const char *prefix)
{
	size_t length = strlen(prefix);

	for (const char *word = cmdline; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
		if (strncmp(word, prefix, length) == 0)
			return strndup(word + length, strcspn(word + length, " "));
	}
	return NULL;
}

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

bool percent_decode(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (*text != '%') {
			*out++ = *text;
			continue;
		}
		int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);

		if (low < 0 || (high == 0 && low == 0))
			return false;
		*out++ = (char)(high << 4 | low);
		text += 2;
	}
	*out = '\0';
	return true;
}
