// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/log_line.h"

#include <string.h>

/* "    0.000000" is a time, "    T0" and "   C12" are callers (CONFIG_PRINTK_CALLER). */
static bool is_prefix(const char *text, gsize length)
{
	gsize spaces = strspn(text, " ");
	const char *word = text + spaces;

	if (spaces >= length)
		return false;
	if (*word == 'T' || *word == 'C')
		return length > spaces + 1 && strspn(word + 1, "0123456789") == length - spaces - 1;
	return strspn(word, "0123456789.") == length - spaces;
}

const char *kho_log_message(const char *line)
{
	while (*line == '[') {
		gsize length = strcspn(line + 1, "]");

		if (!line[1 + length] || !is_prefix(line + 1, length))
			break;
		line += length + 2;
		if (*line == ' ')
			return line + 1;
	}
	return line;
}

bool kho_log_skip(struct kho_log_line *line, const char *text)
{
	if (line->unfit || !g_str_has_prefix(line->rest, text))
		return false;
	line->rest += strlen(text);
	return true;
}

void kho_log_expect(struct kho_log_line *line, const char *text)
{
	line->unfit |= !kho_log_skip(line, text);
}

static int digit_of(char character, uint64_t base)
{
	int digit = g_ascii_xdigit_value(character);

	return digit >= 0 && (uint64_t)digit < base ? digit : -1;
}

static uint64_t take_number(struct kho_log_line *line, uint64_t base, uint64_t most)
{
	const char *begin = line->rest;
	uint64_t number = 0;
	int digit;

	for (; !line->unfit && (digit = digit_of(*line->rest, base)) >= 0; line->rest++) {
		line->unfit = number > (most - (uint64_t)digit) / base || (uint64_t)digit > most;
		number = number * base + (uint64_t)digit;
	}
	line->unfit |= line->rest == begin;
	return line->unfit ? 0 : number;
}

uint64_t kho_log_hex(struct kho_log_line *line, uint64_t most)
{
	return take_number(line, 16, most);
}

uint64_t kho_log_decimal(struct kho_log_line *line, uint64_t most)
{
	return take_number(line, 10, most);
}

static bool is_symbol(char character)
{
	return g_ascii_isalnum(character) || character == '_' || character == '.' || character == '$';
}

void kho_log_symbol(struct kho_log_line *line, char *name, gsize size)
{
	const char *begin = line->rest;
	gsize length = 0;

	*name = '\0';
	if (line->unfit)
		return;
	while (is_symbol(*line->rest))
		line->rest++;
	length = MIN(strcspn(begin, "."), (gsize)(line->rest - begin));
	line->unfit = !length || g_ascii_isdigit(*begin);
	kho_log_expect(line, "+0x");
	kho_log_hex(line, UINT64_MAX);
	kho_log_expect(line, "/0x");
	kho_log_hex(line, UINT64_MAX);
	kho_log_end(line);
	if (line->unfit)
		return;
	length = MIN(length, size - 1);
	memcpy(name, begin, length);
	name[length] = '\0';
}

void kho_log_end(struct kho_log_line *line)
{
	line->unfit |= line->rest[strspn(line->rest, " \t\r\n")] != '\0';
}
