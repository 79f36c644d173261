// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/json_lexis.h"

#include <stdbool.h>
#include <string.h>

#include "harness/model/error.h"

struct lexer {
	const char *at;
	guint line;
	guint depth;
	bool over; /* the value has ended: only white space may follow */
};

static char *wrong_word(const char *word, gsize length, const char *what)
{
	g_autofree char *text = g_strndup(word, length);
	g_autofree char *quoted = kho_error_quote(text);

	return g_strdup_printf("%s %s", quoted, what);
}

/* --- strings --- */

/* Length of the escape that begins with the backslash at @at; 0: it is none, or a NUL. */
static gsize escape_length(const char *at)
{
	if (at[1] && strchr("\"\\/bfnrt", at[1]))
		return 2;
	if (at[1] != 'u' || strspn(at + 2, "0123456789abcdefABCDEF") < 4 || strncmp(at + 2, "0000", 4) == 0)
		return 0;
	return 6;
}

static char *take_string(struct lexer *lexer)
{
	for (lexer->at++; *lexer->at != '"'; lexer->at++) {
		gsize escape = *lexer->at == '\\' ? escape_length(lexer->at) : 1;

		if ((unsigned char)*lexer->at < ' ')
			return g_strdup("a string does not end on its line, or has a control character in it");
		if (!escape)
			return wrong_word(lexer->at, 6, "in a string is no escape, or one that stands for nothing");
		lexer->at += escape - 1;
	}
	lexer->at++;
	return NULL;
}

/* --- numbers and names --- */

static const char *skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* Behind the number that begins at @at; NULL: none does. */
static const char *number_end(const char *at, bool *whole)
{
	const char *digits = at + (*at == '-'), *end = skip_digits(digits);

	if (end == digits || (*digits == '0' && end != digits + 1))
		return NULL;
	*whole = *end != '.' && *end != 'e' && *end != 'E';
	if (*end == '.') {
		digits = end + 1;
		end = skip_digits(digits);
		if (end == digits)
			return NULL;
	}
	if (*end == 'e' || *end == 'E') {
		digits = end + 1 + (end[1] == '+' || end[1] == '-');
		end = skip_digits(digits);
		if (end == digits)
			return NULL;
	}
	return end;
}

static char *take_word(struct lexer *lexer)
{
	const char *word = lexer->at, *end;
	gsize length = strcspn(word, " \t\r\n{}[]:,\"");
	g_autofree char *text = g_strndup(word, length);
	bool whole = false;

	lexer->at += length;
	if (g_str_equal(text, "true") || g_str_equal(text, "false") || g_str_equal(text, "null"))
		return NULL;
	end = number_end(text, &whole);
	if (!end || *end)
		return wrong_word(text, length, "is not JSON");
	if (whole && !g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, NULL, NULL))
		return wrong_word(text, length, "does not fit into 64 bits (above 2^63 - 1, a number is a string)");
	return NULL;
}

/* --- all of it --- */

static char *open_bracket(struct lexer *lexer)
{
	lexer->at++;
	if (++lexer->depth > KHO_JSON_DEPTH_MAX)
		return g_strdup_printf("is nested deeper than %d levels", KHO_JSON_DEPTH_MAX);
	return NULL;
}

static char *close_bracket(struct lexer *lexer)
{
	lexer->at++;
	if (!lexer->depth)
		return g_strdup("a bracket is closed that was never opened");
	lexer->over = --lexer->depth == 0;
	return NULL;
}

static char *take(struct lexer *lexer)
{
	if (lexer->over)
		return g_strdup("something follows the end of the value");
	switch (*lexer->at) {
	case '{':
	case '[':
		return open_bracket(lexer);
	case '}':
	case ']':
		return close_bracket(lexer);
	case '"':
		return take_string(lexer);
	case ':':
	case ',':
		lexer->at++;
		return NULL;
	}
	return take_word(lexer);
}

static void skip_space(struct lexer *lexer)
{
	for (; *lexer->at && strchr(" \t\r\n", *lexer->at); lexer->at++)
		lexer->line += *lexer->at == '\n';
}

char *kho_json_lexis_error(const char *text, gsize length, guint *line)
{
	struct lexer lexer = { .at = text };
	char *wrong = NULL;

	*line = 0;
	if (strlen(text) != length || !g_utf8_validate(text, length, NULL))
		return g_strdup("is not text (UTF-8 without NUL)");
	skip_space(&lexer);
	while (*lexer.at && !wrong) {
		wrong = take(&lexer);
		if (!wrong)
			skip_space(&lexer);
	}
	*line = lexer.line;
	if (!wrong && !lexer.over)
		return g_strdup("is not a whole JSON object");
	return wrong;
}
