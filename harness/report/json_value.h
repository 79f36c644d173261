/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of the JSON reports: clean text, exact numbers, and null for what is not known. */
#ifndef KHO_REPORT_JSON_VALUE_H
#define KHO_REPORT_JSON_VALUE_H

#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "estimator/port.h"
#include "harness/report/text.h"

/* Cleaned, because json-glib passes invalid UTF-8 and the character 0x1f through as they are. */
static inline void put_text(JsonObject *object, const char *key, const char *text)
{
	g_autofree char *clean = kho_text_clean(text);

	if (text)
		json_object_set_string_member(object, key, clean);
	else
		json_object_set_null_member(object, key);
}

/* JSON's readers, json-glib among them, end at INT64_MAX: the rest goes as text, so that no digit is lost. */
static inline void put_number(JsonObject *object, const char *key, u64 number)
{
	g_autofree char *text = NULL;

	if (number <= G_MAXINT64) {
		json_object_set_int_member(object, key, number);
		return;
	}
	text = g_strdup_printf("%" PRIu64, number);
	json_object_set_string_member(object, key, text);
}

static inline void put_known(JsonObject *object, const char *key, bool known, u64 number)
{
	if (known)
		put_number(object, key, number);
	else
		json_object_set_null_member(object, key);
}

#define MAX_SECONDS 1e12 /* what is not below, such as NaN, is no time either */

/* To the millisecond. Nothing takes no time at all: 0 means that it was not measured. */
static inline void put_seconds(JsonObject *object, const char *key, double seconds)
{
	if (seconds > 0 && seconds < MAX_SECONDS)
		json_object_set_double_member(object, key, (gint64)(seconds * 1000 + 0.5) / 1000.0);
	else
		json_object_set_null_member(object, key);
}

static inline JsonArray *texts_array(const GPtrArray *texts)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; i < texts->len; i++) {
		g_autofree char *clean = kho_text_clean(g_ptr_array_index(texts, i));

		json_array_add_string_element(array, clean);
	}
	return array;
}

#endif
