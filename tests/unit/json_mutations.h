/* SPDX-License-Identifier: GPL-2.0-only */
/* Every single change of a JSON text: for tests of what must not take one. */
#ifndef KHO_TESTS_JSON_MUTATIONS_H
#define KHO_TESTS_JSON_MUTATIONS_H

#include <json-glib/json-glib.h>

enum mutation {
	REMOVED,  /* a key is gone */
	REPLACED, /* a key or an element has a value of another kind */
	ADDED,	  /* an object has a key more, that nobody knows */
};

/* Is called with the changed text and where it was changed: "outcome.memory_map[0].node". */
typedef void (*mutant)(enum mutation mutation, const char *where, const char *text, void *data);

struct mutations {
	JsonNode *root;
	mutant call;
	void *data;
};

static inline void call_mutant(const struct mutations *mutations, enum mutation mutation, const char *where)
{
	g_autofree char *text = json_to_string(mutations->root, TRUE);

	mutations->call(mutation, where, text, mutations->data);
}

/* A boolean becomes a number, anything else a boolean. */
static inline JsonNode *of_another_kind(JsonNode *node)
{
	JsonNode *other = json_node_new(JSON_NODE_VALUE);

	if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		json_node_set_int(other, 7);
	else
		json_node_set_boolean(other, TRUE);
	return other;
}

static inline void mutate_node(const struct mutations *mutations, JsonNode *node, const char *where);

static inline void mutate_member(const struct mutations *mutations, JsonObject *object, const char *name,
				 const char *where)
{
	JsonNode *node = json_object_dup_member(object, name);
	g_autofree char *path = g_strdup_printf("%s%s%s", where, *where ? "." : "", name);

	json_object_set_member(object, name, of_another_kind(node));
	call_mutant(mutations, REPLACED, path);
	json_object_remove_member(object, name);
	call_mutant(mutations, REMOVED, path);
	json_object_set_member(object, name, node);
	mutate_node(mutations, node, path);
}

static inline void mutate_object(const struct mutations *mutations, JsonObject *object, const char *where)
{
	GList *names = json_object_get_members(object);

	json_object_set_boolean_member(object, "a new key", TRUE);
	call_mutant(mutations, ADDED, where);
	json_object_remove_member(object, "a new key");
	names = g_list_copy_deep(names, (GCopyFunc)(void (*)(void))g_strdup, NULL);
	for (GList *name = names; name; name = name->next)
		mutate_member(mutations, object, name->data, where);
	g_list_free_full(names, g_free);
}

static inline JsonArray *with_element(JsonArray *array, guint index, JsonNode *node)
{
	JsonArray *copy = json_array_new();

	for (guint i = 0; i < json_array_get_length(array); i++)
		json_array_add_element(copy, i == index ? node : json_array_dup_element(array, i));
	return copy;
}

static inline void mutate_array(const struct mutations *mutations, JsonNode *node, const char *where)
{
	JsonArray *array = json_node_dup_array(node);

	for (guint i = 0; i < json_array_get_length(array); i++) {
		JsonNode *element = json_array_get_element(array, i);
		g_autofree char *path = g_strdup_printf("%s[%u]", where, i);

		json_node_take_array(node, with_element(array, i, of_another_kind(element)));
		call_mutant(mutations, REPLACED, path);
		json_node_set_array(node, array);
		mutate_node(mutations, element, path);
	}
	json_array_unref(array);
}

static inline void mutate_node(const struct mutations *mutations, JsonNode *node, const char *where)
{
	if (JSON_NODE_HOLDS_OBJECT(node))
		mutate_object(mutations, json_node_get_object(node), where);
	else if (JSON_NODE_HOLDS_ARRAY(node))
		mutate_array(mutations, node, where);
}

static inline void mutate_json(const char *text, mutant call, void *data)
{
	struct mutations mutations = { .root = json_from_string(text, NULL), .call = call, .data = data };

	mutate_node(&mutations, mutations.root, "");
	json_node_unref(mutations.root);
}

#endif
