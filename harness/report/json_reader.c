// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/json_reader.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/error.h"
#include "harness/model/size.h"
#include "harness/report/json_value.h"

void kho_read_fail(struct kho_json_reader *reader, JsonObject *object, const char *key, const char *format, ...)
{
	g_autofree char *where = NULL, *reason = NULL;
	va_list list;

	if (reader->error || !object)
		return;
	va_start(list, format);
	reason = g_strdup_vprintf(format, list);
	va_end(list);
	where = kho_json_document_where(reader->document, object);
	reader->error = g_error_new(KHO_ERROR, KHO_ERROR_INPUT, "%s%s%s%s", where, key ?: "", key ? ": " : "", reason);
}

bool kho_read_end(struct kho_json_reader *reader, GError **error)
{
	if (!reader->error)
		return true;
	g_propagate_error(error, g_steal_pointer(&reader->error));
	return false;
}

bool kho_read_has(JsonObject *object, const char *key)
{
	JsonNode *node = object ? json_object_get_member(object, key) : NULL;

	return node && !JSON_NODE_HOLDS_NULL(node);
}

/* The value of a key that must be there; NULL, without an error where @or_null allows it, if it is null. */
static JsonNode *member(struct kho_json_reader *reader, JsonObject *object, const char *key, bool or_null)
{
	JsonNode *node = object && !reader->error ? json_object_get_member(object, key) : NULL;

	if (!node)
		kho_read_fail(reader, object, key, "is missing");
	else if (!JSON_NODE_HOLDS_NULL(node))
		return node;
	else if (!or_null)
		kho_read_fail(reader, object, key, "is null");
	return NULL;
}

/* --- numbers --- */

/* As put_number() writes it: above G_MAXINT64 a string. */
static bool number_of(JsonNode *node, u64 *number)
{
	const char *text, *end;
	uint64_t parsed;

	if (!JSON_NODE_HOLDS_VALUE(node))
		return false;
	if (json_node_get_value_type(node) == G_TYPE_INT64) {
		*number = json_node_get_int(node);
		return json_node_get_int(node) >= 0;
	}
	text = json_node_get_string(node);
	if (!text || !kho_number_parse(text, &end, &parsed) || *end || parsed <= G_MAXINT64)
		return false;
	*number = parsed;
	return true;
}

static u64 take_number(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonNode *node, u64 most)
{
	u64 number;

	if (node && number_of(node, &number) && number <= most)
		return number;
	if (node)
		kho_read_fail(reader, object, key, "is not a whole number from 0 to %" PRIu64, (uint64_t)most);
	return 0;
}

u64 kho_read_number(struct kho_json_reader *reader, JsonObject *object, const char *key, u64 most)
{
	return take_number(reader, object, key, member(reader, object, key, false), most);
}

u64 kho_read_number_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key, u64 most, bool *known)
{
	JsonNode *node = member(reader, object, key, true);

	*known = node != NULL;
	return take_number(reader, object, key, node, most);
}

u64 kho_read_number_in(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonArray *array,
		       guint index, u64 most)
{
	if (reader->error || !array)
		return 0;
	return take_number(reader, object, key, json_array_get_element(array, index), most);
}

double kho_read_seconds_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member(reader, object, key, true);
	GType type = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
	double seconds;

	if (!node)
		return 0;
	/* A whole number of seconds may have lost its point on the way. */
	seconds = type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double(node) : -1;
	if (seconds > 0 && seconds < MAX_SECONDS)
		return seconds;
	kho_read_fail(reader, object, key, "is not a time in seconds");
	return 0;
}

/* --- flags and texts --- */

bool kho_read_flag(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member(reader, object, key, false);

	if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return json_node_get_boolean(node);
	if (node)
		kho_read_fail(reader, object, key, "is neither true nor false");
	return false;
}

static const char *take_text(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonNode *node)
{
	const char *text = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;

	if (text && strlen(text) <= KHO_JSON_TEXT_MAX)
		return text;
	if (text)
		kho_read_fail(reader, object, key, "has more than %d bytes", KHO_JSON_TEXT_MAX);
	else if (node)
		kho_read_fail(reader, object, key, "is not a string");
	return NULL;
}

const char *kho_read_text(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	return take_text(reader, object, key, member(reader, object, key, false));
}

const char *kho_read_text_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	return take_text(reader, object, key, member(reader, object, key, true));
}

/* --- objects and arrays --- */

static JsonObject *take_object(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonNode *node)
{
	if (node && JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	if (node)
		kho_read_fail(reader, object, key, "is not an object");
	return NULL;
}

JsonObject *kho_read_object(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	return take_object(reader, object, key, member(reader, object, key, false));
}

JsonObject *kho_read_object_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	return take_object(reader, object, key, member(reader, object, key, true));
}

static JsonArray *take_array(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonNode *node,
			     guint most)
{
	JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

	if (array && json_array_get_length(array) <= most)
		return array;
	if (array)
		kho_read_fail(reader, object, key, "has more than %u elements", most);
	else if (node)
		kho_read_fail(reader, object, key, "is not an array");
	return NULL;
}

JsonArray *kho_read_array(struct kho_json_reader *reader, JsonObject *object, const char *key, guint most)
{
	return take_array(reader, object, key, member(reader, object, key, false), most);
}

JsonArray *kho_read_array_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key, guint most)
{
	return take_array(reader, object, key, member(reader, object, key, true), most);
}

guint kho_read_length(JsonArray *array)
{
	return array ? json_array_get_length(array) : 0;
}

/* NULL after an error. */
static JsonNode *element(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index)
{
	return reader->error ? NULL : json_array_get_element(json_object_get_array_member(object, key), index);
}

JsonObject *kho_read_object_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index)
{
	g_autofree char *name = g_strdup_printf("%s[%u]", key, index);

	return take_object(reader, object, name, element(reader, object, key, index));
}

JsonArray *kho_read_array_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index,
			     guint length)
{
	g_autofree char *name = g_strdup_printf("%s[%u]", key, index);
	JsonNode *node = element(reader, object, key, index);
	JsonArray *array = take_array(reader, object, name, node, length);

	if (!array || json_array_get_length(array) == length)
		return array;
	kho_read_fail(reader, object, name, "does not have %u elements", length);
	return NULL;
}

const char *kho_read_text_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index)
{
	g_autofree char *name = g_strdup_printf("%s[%u]", key, index);

	return take_text(reader, object, name, element(reader, object, key, index));
}

const char *kho_read_text_in(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonArray *array,
			     guint index)
{
	if (reader->error || !array)
		return NULL;
	return take_text(reader, object, key, json_array_get_element(array, index));
}
