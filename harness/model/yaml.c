// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/yaml.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/plain_file.h"
#include "harness/model/yaml_source.h"

struct kho_yaml {
	char *path;
	yaml_document_t document;
};

bool kho_yaml_fail(struct kho_yaml *yaml, const yaml_node_t *node, GError **error, const char *format, ...)
{
	g_autofree char *reason = NULL;
	va_list list;

	va_start(list, format);
	reason = g_strdup_vprintf(format, list);
	va_end(list);
	return kho_yaml_source_fail(yaml->path, node->start_mark.line + 1, error, "%s", reason);
}

char *kho_yaml_read_file(const char *path, gsize *length, GError **error)
{
	return kho_plain_file_read(path, KHO_MAX_YAML, length, error);
}

struct kho_yaml *kho_yaml_parse(const char *path, const char *text, gsize length, GError **error)
{
	struct kho_yaml_source source = { path, text, length };
	g_autoptr(KhoYaml) yaml = g_new0(struct kho_yaml, 1);

	yaml->path = g_strdup(path);
	return kho_yaml_source_load(&source, &yaml->document, error) ? g_steal_pointer(&yaml) : NULL;
}

void kho_yaml_free(struct kho_yaml *yaml)
{
	if (!yaml)
		return;
	yaml_document_delete(&yaml->document);
	g_free(yaml->path);
	g_free(yaml);
}

const yaml_node_t *kho_yaml_root(struct kho_yaml *yaml)
{
	return yaml_document_get_root_node(&yaml->document);
}

static const char *kind_text(enum kho_yaml_kind kind)
{
	switch (kind) {
	case KHO_YAML_VALUE:
		return "a single value";
	case KHO_YAML_LIST:
		return "a list";
	case KHO_YAML_MAPPING:
		return "a mapping (key: value)";
	}
	return "?";
}

static enum kho_yaml_kind kind_of(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_SEQUENCE_NODE:
		return KHO_YAML_LIST;
	case YAML_MAPPING_NODE:
		return KHO_YAML_MAPPING;
	case YAML_SCALAR_NODE:
	case YAML_NO_NODE:
		return KHO_YAML_VALUE;
	}
	return KHO_YAML_VALUE;
}

bool kho_yaml_expect(struct kho_yaml *yaml, const yaml_node_t *node, enum kho_yaml_kind kind, const char *what,
		     GError **error)
{
	enum kho_yaml_kind is = kind_of(node);
	bool nothing = is == KHO_YAML_VALUE && !node->data.scalar.length;

	if (is != kind)
		return kho_yaml_fail(yaml, node, error, "%s must be %s, not %s", what, kind_text(kind),
				     nothing ? "nothing" : kind_text(is));
	/* An escape ("\0") can bring in what the file's own characters cannot. */
	if (is == KHO_YAML_VALUE && memchr(node->data.scalar.value, '\0', node->data.scalar.length))
		return kho_yaml_fail(yaml, node, error, "%s has a NUL in it", what);
	return true;
}

guint kho_yaml_length(const yaml_node_t *list)
{
	return list->data.sequence.items.top - list->data.sequence.items.start;
}

const yaml_node_t *kho_yaml_item(struct kho_yaml *yaml, const yaml_node_t *list, guint index)
{
	return yaml_document_get_node(&yaml->document, list->data.sequence.items.start[index]);
}

const char *kho_yaml_text(const yaml_node_t *value)
{
	return (const char *)value->data.scalar.value;
}

bool kho_yaml_line(struct kho_yaml *yaml, const yaml_node_t *value, const char *what, char **line, GError **error)
{
	*line = g_strstrip(g_strdup(value ? kho_yaml_text(value) : ""));
	for (const char *c = *line; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		/* U+2028 and U+2029 count as printable, and as ends of lines for YAML. */
		if (g_unichar_isprint(character) && character != 0x2028 && character != 0x2029)
			continue;
		g_clear_pointer(line, g_free);
		return kho_yaml_fail(yaml, value, error, "%s must be one printable line", what);
	}
	return true;
}

static char *known_keys(const struct kho_yaml_key *keys, guint nr_keys)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < nr_keys; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", keys[i].name);
	return g_string_free(text, FALSE);
}

static bool find_key(struct kho_yaml *yaml, const yaml_node_t *node, const char *where, const struct kho_yaml_key *keys,
		     guint nr_keys, guint *found, GError **error)
{
	g_autofree char *what = g_strconcat(where, "a key", NULL);
	g_autofree char *quoted = NULL, *known = NULL;

	if (!kho_yaml_expect(yaml, node, KHO_YAML_VALUE, what, error))
		return false;
	for (*found = 0; *found < nr_keys; (*found)++) {
		if (g_str_equal(keys[*found].name, kho_yaml_text(node)))
			return true;
	}
	quoted = kho_error_quote(kho_yaml_text(node));
	known = known_keys(keys, nr_keys);
	return kho_yaml_fail(yaml, node, error, "%sunknown key %s (known: %s)", where, quoted, known);
}

bool kho_yaml_mapping(struct kho_yaml *yaml, const yaml_node_t *node, const char *where,
		      const struct kho_yaml_key *keys, guint nr_keys, const yaml_node_t **values, GError **error)
{
	memset(values, 0, nr_keys * sizeof(*values));
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(&yaml->document, pair->key);
		yaml_node_t *value = yaml_document_get_node(&yaml->document, pair->value);
		g_autofree char *what = NULL;
		guint found;

		if (!find_key(yaml, key, where, keys, nr_keys, &found, error))
			return false;
		if (values[found])
			return kho_yaml_fail(yaml, key, error, "%s%s is there twice", where, keys[found].name);
		what = g_strconcat(where, keys[found].name, NULL);
		if (!kho_yaml_expect(yaml, value, keys[found].kind, what, error))
			return false;
		values[found] = value;
	}
	for (guint i = 0; i < nr_keys; i++) {
		if (keys[i].required && !values[i])
			return kho_yaml_fail(yaml, node, error, "%s%s is missing", where, keys[i].name);
	}
	return true;
}
