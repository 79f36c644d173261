// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/json_document.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/model/error.h"
#include "harness/report/json_lexis.h"

struct kho_json_document {
	char *path;
	guint line;
	JsonParser *parser;
	JsonObject *root;
	GHashTable *lines; /* guint by JsonObject *: where it begins, within the file */
};

/* --- parsing --- */

/* While an object is parsed. */
struct level {
	guint line;
	guint members;
};

struct parse {
	struct kho_json_document *document;
	GArray *levels; /* of struct level: the objects that are open */
	char *repeated; /* a key that was there twice, and ... */
	guint repeated_line;
};

static guint current_line(JsonParser *parser, const struct parse *parse)
{
	return parse->document->line + json_parser_get_current_line(parser) - 1;
}

static void object_started(JsonParser *parser, gpointer data)
{
	struct parse *parse = data;
	struct level level = { .line = current_line(parser, parse) };

	g_array_append_val(parse->levels, level);
}

/* json-glib lets the last of two win: then the object has fewer members than were put into it. */
static void member_added(JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
	struct parse *parse = data;
	struct level *level = &g_array_index(parse->levels, struct level, parse->levels->len - 1);

	if (++level->members == json_object_get_size(object) || parse->repeated)
		return;
	parse->repeated = kho_error_quote(name);
	parse->repeated_line = current_line(parser, parse);
}

static void object_ended(JsonParser *parser, JsonObject *object, gpointer data)
{
	struct parse *parse = data;
	const struct level *level = &g_array_index(parse->levels, struct level, parse->levels->len - 1);

	g_hash_table_insert(parse->document->lines, object, GUINT_TO_POINTER(level->line));
	g_array_set_size(parse->levels, parse->levels->len - 1);
}

static bool fail(const struct kho_json_document *document, guint line, const char *reason, GError **error)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%u: %s", document->path, line, reason);
	return false;
}

/* json-glib begins its messages with "<data>:LINE:COLUMN: ", counted within the text; the column is of the token's end.
 */
static bool fail_as_parser(const struct kho_json_document *document, const char *message, GError **error)
{
	const char *space = strchr(message, ' ');
	guint line = 1;

	if (sscanf(message, "<data>:%u:", &line) == 1 && space)
		message = space + 1;
	return fail(document, document->line + line - 1, message, error);
}

static bool parse_text(struct parse *parse, const char *text, gsize length, GError **error)
{
	struct kho_json_document *document = parse->document;
	g_autoptr(GError) cause = NULL;
	g_autofree char *twice = NULL;
	JsonNode *root;

	g_signal_connect(document->parser, "object-start", G_CALLBACK(object_started), parse);
	g_signal_connect(document->parser, "object-member", G_CALLBACK(member_added), parse);
	g_signal_connect(document->parser, "object-end", G_CALLBACK(object_ended), parse);
	if (!json_parser_load_from_data(document->parser, text, length, &cause))
		return fail_as_parser(document, cause->message, error);
	root = json_parser_get_root(document->parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return fail(document, document->line, "is not a JSON object", error);
	document->root = json_node_get_object(root);
	if (!parse->repeated)
		return true;
	twice = g_strdup_printf("key %s is there twice", parse->repeated);
	return fail(document, parse->repeated_line, twice, error);
}

struct kho_json_document *kho_json_document_parse(const char *path, guint line, const char *text, gsize length,
						  GError **error)
{
	g_autoptr(KhoJsonDocument) document = g_new0(struct kho_json_document, 1);
	struct parse parse = { .document = document };
	g_autofree char *wrong = NULL;
	guint within;
	bool parsed;

	*document = (struct kho_json_document){ .path = g_strdup(path), .line = line, .parser = json_parser_new() };
	document->lines = g_hash_table_new(NULL, NULL);
	wrong = kho_json_lexis_error(text, length, &within);
	if (wrong) {
		fail(document, line + within, wrong, error);
		return NULL;
	}
	parse.levels = g_array_new(FALSE, FALSE, sizeof(struct level));
	parsed = parse_text(&parse, text, length, error);
	g_array_unref(parse.levels);
	g_free(parse.repeated);
	return parsed ? g_steal_pointer(&document) : NULL;
}

void kho_json_document_free(struct kho_json_document *document)
{
	g_free(document->path);
	g_object_unref(document->parser);
	g_hash_table_unref(document->lines);
	g_free(document);
}

JsonObject *kho_json_document_root(const struct kho_json_document *document)
{
	return document->root;
}

/* --- where an object is --- */

static bool find_in_node(JsonNode *node, JsonObject *object, GString *where);

static bool find_in_array(JsonArray *array, JsonObject *object, GString *where)
{
	gsize length = where->len;

	for (guint i = 0; i < json_array_get_length(array); i++) {
		g_string_append_printf(where, "[%u]", i);
		if (find_in_node(json_array_get_element(array, i), object, where))
			return true;
		g_string_truncate(where, length);
	}
	return false;
}

static const char *id_of(JsonObject *object)
{
	JsonNode *node = json_object_get_member(object, "id");

	return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

static bool find_in_object(JsonObject *within, JsonObject *object, GString *where)
{
	g_autofree char *before = g_strdup(where->str);
	JsonObjectIter iter;
	const char *name;
	JsonNode *node;
	gsize length;

	if (id_of(within)) {
		g_autofree char *quoted = kho_error_quote(id_of(within));

		g_string_printf(where, "cell %s: ", quoted);
	}
	length = where->len;
	if (within == object)
		return true;
	json_object_iter_init(&iter, within);
	while (json_object_iter_next(&iter, &name, &node)) {
		g_string_append_printf(where, "%s%s", length && where->str[length - 1] != ' ' ? "." : "", name);
		if (find_in_node(node, object, where))
			return true;
		g_string_truncate(where, length);
	}
	g_string_assign(where, before);
	return false;
}

static bool find_in_node(JsonNode *node, JsonObject *object, GString *where)
{
	if (JSON_NODE_HOLDS_OBJECT(node))
		return find_in_object(json_node_get_object(node), object, where);
	return JSON_NODE_HOLDS_ARRAY(node) && find_in_array(json_node_get_array(node), object, where);
}

char *kho_json_document_where(const struct kho_json_document *document, JsonObject *object)
{
	guint line = GPOINTER_TO_UINT(g_hash_table_lookup(document->lines, object));
	g_autoptr(GString) where = g_string_new(NULL);

	find_in_object(document->root, object, where);
	if (where->len && where->str[where->len - 1] != ' ')
		g_string_append_c(where, '.');
	return g_strdup_printf("%s:%u: %s", document->path, line, where->str);
}
