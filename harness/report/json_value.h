/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of the JSON reports: clean text, exact numbers, and null for what is not known. */
#ifndef KHO_REPORT_JSON_VALUE_H
#define KHO_REPORT_JSON_VALUE_H

#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "estimator/layout.h"
#include "harness/model/kexec_segments.h"
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
static inline JsonNode *number_node(u64 number)
{
	g_autofree char *text = NULL;

	if (number <= G_MAXINT64)
		return json_node_init_int(json_node_alloc(), number);
	text = g_strdup_printf("%" PRIu64, number);
	return json_node_init_string(json_node_alloc(), text);
}

static inline void put_number(JsonObject *object, const char *key, u64 number)
{
	json_object_set_member(object, key, number_node(number));
}

static inline void add_number(JsonArray *array, u64 number)
{
	json_array_add_element(array, number_node(number));
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
	/* To the millisecond; what is shorter is no nothing. */
	if (seconds > 0 && seconds < MAX_SECONDS)
		json_object_set_double_member(object, key, MAX((gint64)(seconds * 1000 + 0.5), 1) / 1000.0);
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

static inline JsonObject *geometry_object(const struct kho_geometry *geometry)
{
	JsonObject *object = json_object_new();

	put_number(object, "struct_page_size", geometry->struct_page_size);
	put_number(object, "page_size", geometry->page_size);
	put_number(object, "pmd_size", geometry->pmd_size);
	put_number(object, "pages_per_section", geometry->pages_per_section);
	json_object_set_boolean_member(object, "vmemmap", geometry->map_virtual);
	return object;
}

static inline JsonArray *segments_array(const struct kho_segment *segments, size_t count)
{
	JsonArray *array = json_array_new();

	for (size_t i = 0; i < count; i++) {
		JsonObject *object = json_object_new();

		put_text(object, "kind", kho_segment_kind_text(segments[i].kind));
		put_number(object, "start", segments[i].start);
		put_number(object, "size", segments[i].size);
		json_array_add_object_element(array, object);
	}
	return array;
}

/* Takes @root; the text is to be freed. Pretty: for people, and with a newline at its end; else on one line without. */
static inline char *json_text(JsonNode *root, bool pretty)
{
	g_autoptr(JsonNode) owned = root;
	g_autofree char *text = json_to_string(owned, pretty);

	return pretty ? g_strconcat(text, "\n", NULL) : g_steal_pointer(&text);
}

#endif
