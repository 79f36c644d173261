// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/qmp_message.h"

#include <string.h>

#include "harness/model/error.h"

/* json-glib parses recursively and knows no limit, so a deep text would eat the stack. */
static bool too_deep(const char *line)
{
	bool in_string = false;
	int depth = 0;

	for (const char *c = line; *c; c++) {
		if (in_string && *c == '\\' && c[1])
			c++;
		else if (*c == '"')
			in_string = !in_string;
		else if (!in_string && (*c == '{' || *c == '['))
			depth++;
		else if (!in_string && (*c == '}' || *c == ']'))
			depth--;
		if (depth > KHO_QMP_DEPTH_MAX)
			return true;
	}
	return false;
}

JsonNode *kho_qmp_message_parse(const char *line, gsize length, GError **error)
{
	g_autoptr(JsonParser) parser = NULL;
	g_autoptr(GError) cause = NULL;
	JsonNode *root;

	if (memchr(line, '\0', length) || !g_utf8_validate(line, length, NULL)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "QMP: a message is not text");
		return NULL;
	}
	if (too_deep(line)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "QMP: a message is nested deeper than %d levels",
			    KHO_QMP_DEPTH_MAX);
		return NULL;
	}
	parser = json_parser_new_immutable();
	if (!json_parser_load_from_data(parser, line, length, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "QMP: a message is not JSON: %s", cause->message);
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "QMP: a message is not a JSON object");
		return NULL;
	}
	return json_node_ref(root);
}

JsonObject *kho_qmp_message_object(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

const char *kho_qmp_message_string(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

bool kho_qmp_message_id(JsonObject *message, int64_t *id)
{
	JsonNode *node = json_object_get_member(message, "id");

	if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
		return false;
	*id = json_node_get_int(node);
	return true;
}

char *kho_qmp_message_command(int64_t id, const char *name, JsonObject *arguments)
{
	g_autoptr(JsonObject) message = json_object_new();
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *text = NULL;

	json_object_set_string_member(message, "execute", name);
	if (arguments)
		json_object_set_object_member(message, "arguments", arguments);
	json_object_set_int_member(message, "id", id);
	json_node_set_object(root, message);
	text = json_to_string(root, FALSE);
	return g_strconcat(text, "\n", NULL);
}
