// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/record.h"

#include <string.h>

#define CRC_LENGTH 8

static bool check_crc(const char *line, gsize *length)
{
	const char *mark = strrchr(line, '#');
	char *end;

	if (!mark || mark == line || mark[-1] != ' ' || strlen(mark + 1) != CRC_LENGTH)
		return false;
	*length = mark - 1 - line;
	return g_ascii_strtoull(mark + 1, &end, 16) == kho_crc32(line, *length) && !*end &&
	       strspn(mark + 1, "0123456789abcdef") == CRC_LENGTH;
}

/* %XX to bytes; NULL on anything that is not text. */
static char *decode(const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (; *text; text++) {
		int high, low;

		if (*text != '%') {
			g_string_append_c(out, *text);
			continue;
		}
		high = g_ascii_xdigit_value(text[1]);
		low = high < 0 ? -1 : g_ascii_xdigit_value(text[2]);
		if (low < 0 || (high == 0 && low == 0))
			return NULL;
		g_string_append_c(out, (char)(high << 4 | low));
		text += 2;
	}
	return g_utf8_make_valid(out->str, out->len);
}

static bool parse_value(struct kho_record *record, const char *word)
{
	const char *equals = strchr(word, '=');
	g_autofree char *value = equals ? decode(equals + 1) : NULL;

	if (!value || equals == word)
		return false;
	g_hash_table_replace(record->values, g_strndup(word, equals - word), g_steal_pointer(&value));
	return true;
}

static bool parse_number(const char *word, unsigned int *number)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(word, 10, 0, G_MAXUINT, &value, NULL))
		return false;
	*number = value;
	return true;
}

static bool parse_words(struct kho_record *record, char **words)
{
	if (g_strv_length(words) < 5 || !g_str_equal(words[0], KHO_RECORD_MAGIC))
		return false;
	record->run = g_strdup(words[1]);
	record->stage = g_strdup(words[2]);
	record->type = g_strdup(words[4]);
	if (!parse_number(words[3], &record->number))
		return false;
	for (char **word = words + 5; *word; word++)
		if (!parse_value(record, *word))
			return false;
	return true;
}

struct kho_record *kho_record_parse(const char *line, const char **why)
{
	g_autoptr(KhoRecord) record = g_new0(struct kho_record, 1);
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	gsize length;

	record->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!check_crc(line, &length)) {
		*why = "cut off or garbled";
		return NULL;
	}
	text = g_strndup(line, length);
	words = g_strsplit(text, " ", -1);
	if (!parse_words(record, words)) {
		*why = "malformed";
		return NULL;
	}
	return g_steal_pointer(&record);
}

void kho_record_free(struct kho_record *record)
{
	g_free(record->run);
	g_free(record->stage);
	g_free(record->type);
	g_hash_table_unref(record->values);
	g_free(record);
}

const char *kho_record_text(const struct kho_record *record, const char *key)
{
	return g_hash_table_lookup(record->values, key);
}

bool kho_record_number(const struct kho_record *record, const char *key, uint64_t *number)
{
	const char *text = kho_record_text(record, key);

	return text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, number, NULL);
}
