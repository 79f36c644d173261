/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * YAML files, read strictly, with a line for every error.
 *
 * A thin layer over libyaml's document tree, whose nodes know where they were written. (libcyaml was
 * tried: its errors name the line of what it read last, not of what is wrong, it takes "1 x" and "010"
 * for numbers, an empty file for valid, and ignores a second document.)
 *
 * Anchors, aliases, tags and directives are refused: nobody needs them here, and they hide what
 * a file says.
 */
#ifndef KHO_MODEL_YAML_H
#define KHO_MODEL_YAML_H

#include <glib.h>
#include <stdbool.h>

#define KHO_MAX_YAML (1 << 20) /* bytes in a file */

struct kho_yaml;    /* a document */
struct yaml_node_s; /* libyaml's yaml_node_t: a part of it, owned by the document */

enum kho_yaml_kind {
	KHO_YAML_VALUE,
	KHO_YAML_LIST,
	KHO_YAML_MAPPING,
};

/* A key that a mapping may have. */
struct kho_yaml_key {
	const char *name;
	enum kho_yaml_kind kind;
	bool required;
};

/* A file's text, to be freed by the caller; NULL unless it is a plain file of at most KHO_MAX_YAML bytes. */
char *kho_yaml_read_file(const char *path, gsize *length, GError **error);

/* @path is only used in messages. */
struct kho_yaml *kho_yaml_parse(const char *path, const char *text, gsize length, GError **error);
void kho_yaml_free(struct kho_yaml *yaml);
typedef struct kho_yaml KhoYaml;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoYaml, kho_yaml_free)

const struct yaml_node_s *kho_yaml_root(struct kho_yaml *yaml);

/*
 * Reads a mapping: values[i] becomes the value of keys[i], or NULL. Unknown, repeated and missing keys and
 * values of another kind are errors. @where ("node 3: " or "") comes first in their messages.
 */
bool kho_yaml_mapping(struct kho_yaml *yaml, const struct yaml_node_s *node, const char *where,
		      const struct kho_yaml_key *keys, guint nr_keys, const struct yaml_node_s **values,
		      GError **error);

/* Is @node of this kind? @what ("node 3: memory") begins the message if it is not. */
bool kho_yaml_expect(struct kho_yaml *yaml, const struct yaml_node_s *node, enum kho_yaml_kind kind, const char *what,
		     GError **error);

/* Of a list. */
guint kho_yaml_length(const struct yaml_node_s *list);
const struct yaml_node_s *kho_yaml_item(struct kho_yaml *yaml, const struct yaml_node_s *list, guint index);

/* Of a value. */
const char *kho_yaml_text(const struct yaml_node_s *value);

/*
 * A value that is one printable line, without the spaces around it, to be freed; *@line becomes "" where
 * @value is NULL. @what begins the message.
 */
bool kho_yaml_line(struct kho_yaml *yaml, const struct yaml_node_s *value, const char *what, char **line,
		   GError **error);

/* Sets a KHO_ERROR_INPUT "FILE:LINE: message", with the line of @node. Always false. */
bool kho_yaml_fail(struct kho_yaml *yaml, const struct yaml_node_s *node, GError **error, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

#endif
