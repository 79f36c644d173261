// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/payload.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/size.h"

#define MAX_COUNT 1024
#define MAX_NODE  1023 /* NODES_SHIFT is at most 10 */

/* --- the one spelling of each --- */

static void append_item(GString *text, const char *item)
{
	g_string_append_printf(text, "%s%s", text->len ? "+" : "", item);
}

static void append_size(GString *text, const char *key, uint64_t bytes)
{
	g_autofree char *size = kho_size_format(bytes);
	g_autofree char *item = g_strdup_printf("%s=%s", key, size);

	if (bytes)
		append_item(text, item);
}

static void append_count(GString *text, const char *key, unsigned int count)
{
	g_autofree char *item = g_strdup_printf("%s=%u", key, count);

	if (count)
		append_item(text, item);
}

static void append_keep(GString *text, const struct kho_payload *payload)
{
	append_size(text, "keep", payload->keep);
	if (!payload->keep)
		return;
	if (payload->node >= 0)
		g_string_append_printf(text, ",node=%d", payload->node);
	if (payload->scatter == KHO_SCATTER_EACH_GIB)
		g_string_append(text, ",each-gib");
	else if (payload->scatter == KHO_SCATTER_RANDOM)
		g_string_append_printf(text, ",random=%u", payload->seed);
}

static char *format(const struct kho_payload *payload)
{
	GString *text = g_string_new(NULL);

	if (payload->early_console)
		append_item(text, KHO_PAYLOAD_CONSOLE);
	append_keep(text, payload);
	append_size(text, "initrd", payload->initrd);
	append_count(text, "gigantic", payload->gigantic);
	append_size(text, "crashkernel", payload->crashkernel);
	append_count(text, "fake", payload->fake);
	if (!text->len)
		g_string_append(text, KHO_PAYLOAD_DEFAULT);
	return g_string_free(text, FALSE);
}

/* --- reading --- */

static bool read_size(const char *text, uint64_t *bytes)
{
	return kho_size_parse(text, bytes) && *bytes;
}

static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
	const char *end;

	return kho_number_parse(text, &end, number) && !*end && *number <= most;
}

static bool read_count(const char *text, unsigned int *count)
{
	uint64_t number;

	if (!read_number(text, MAX_COUNT, &number) || !number)
		return false;
	*count = number;
	return true;
}

static bool read_keep_word(const char *word, struct kho_payload *payload)
{
	uint64_t number;

	if (g_str_equal(word, "each-gib")) {
		payload->scatter = KHO_SCATTER_EACH_GIB;
		return true;
	}
	if (g_str_has_prefix(word, "random=") && read_number(word + strlen("random="), G_MAXUINT32, &number)) {
		payload->scatter = KHO_SCATTER_RANDOM;
		payload->seed = number;
		return true;
	}
	if (g_str_has_prefix(word, "node=") && read_number(word + strlen("node="), MAX_NODE, &number)) {
		payload->node = number;
		return true;
	}
	return false;
}

static bool read_keep(const char *text, struct kho_payload *payload)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);

	if (!words[0] || !read_size(words[0], &payload->keep))
		return false;
	for (char **word = words + 1; *word; word++)
		if (!read_keep_word(*word, payload))
			return false;
	return payload->scatter != KHO_SCATTER_RANDOM || payload->keep % KHO_PAYLOAD_CHUNK == 0;
}

/* The text behind "key="; NULL if the item is another. */
static const char *value_of(const char *item, const char *key)
{
	gsize length = strlen(key);

	return g_str_has_prefix(item, key) && item[length] == '=' ? item + length + 1 : NULL;
}

static bool read_item(const char *item, struct kho_payload *payload)
{
	const char *value;

	if (g_str_equal(item, KHO_PAYLOAD_CONSOLE))
		return payload->early_console = true;
	if ((value = value_of(item, "keep")))
		return read_keep(value, payload);
	if ((value = value_of(item, "initrd")))
		return read_size(value, &payload->initrd);
	if ((value = value_of(item, "gigantic")))
		return read_count(value, &payload->gigantic);
	if ((value = value_of(item, "crashkernel")))
		return read_size(value, &payload->crashkernel);
	if ((value = value_of(item, "fake")))
		return read_count(value, &payload->fake);
	return false;
}

static bool fail(const char *text, const char *item, GError **error)
{
	g_autofree char *quoted = kho_error_quote(text);
	g_autofree char *quoted_item = kho_error_quote(item);

	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s is not a payload: %s is none of console, keep=SIZE[,node=N][,each-gib|,random=SEED] (random: a "
		    "multiple of 2M), initrd=SIZE, gigantic=N, crashkernel=SIZE, fake=N",
		    quoted, quoted_item);
	return false;
}

bool kho_payload_parse(const char *text, struct kho_payload *payload, GError **error)
{
	g_auto(GStrv) items = g_strsplit(text, "+", -1);
	g_autofree char *spelling = NULL, *quoted = kho_error_quote(text);

	*payload = (struct kho_payload){ .node = -1 };
	if (!g_str_equal(text, KHO_PAYLOAD_DEFAULT)) {
		for (char **item = items; *item; item++)
			if (!read_item(*item, payload))
				return fail(text, *item, error);
	}
	spelling = format(payload);
	if (g_str_equal(spelling, text))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the payload %s is to be written %s", quoted, spelling);
	return false;
}

/* --- what follows from it --- */

char *kho_payload_words(const struct kho_payload *payload)
{
	GString *words = g_string_new(NULL);
	g_autofree char *crashkernel = kho_size_format(payload->crashkernel);

	if (payload->gigantic)
		g_string_append_printf(words, " hugepagesz=1G hugepages=%u", payload->gigantic);
	if (payload->crashkernel)
		g_string_append_printf(words, " crashkernel=%s", crashkernel);
	if (payload->fake)
		g_string_append_printf(words, " numa=fake=%u", payload->fake);
	return g_string_free(words, FALSE);
}

bool kho_payload_changes_boot(const struct kho_payload *payload)
{
	return payload->gigantic || payload->crashkernel || payload->fake;
}
