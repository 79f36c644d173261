/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are mostly "key: text": a table says which member of a struct each key is, and what it may be. It serves
 * writing, reading and freeing. Pure.
 */
#ifndef KHO_REPORT_TEXT_KEYS_H
#define KHO_REPORT_TEXT_KEYS_H

#include "harness/model/yaml.h"

struct kho_text_key {
	const char *name;
	gsize offset; /* of a char * in the struct, which owns it */
	bool (*valid)(const char *text);
	const char *rule; /* "is not ..." */
};

/* What texts may be. */
bool kho_text_any(const char *text);
bool kho_text_some(const char *text);
bool kho_text_is_accel(const char *text);
bool kho_text_is_yes_or_no(const char *text);

char **kho_text_at(const void *owner, const struct kho_text_key *key);

/* Adds a line for each; NULL is written as "". */
void kho_text_keys_write(GString *out, const struct kho_text_key *keys, guint count, const void *owner);

/* What kho_yaml_mapping() is to expect: all of them. */
void kho_text_keys_expect(const struct kho_text_key *keys, guint count, struct kho_yaml_key *expected);

/* Reads each from its value. Errors are KHO_ERROR_INPUT, "FILE:LINE: key: ..."; what was read stays in @owner. */
bool kho_text_keys_read(struct kho_yaml *yaml, const struct yaml_node_s *const *values, const struct kho_text_key *keys,
			guint count, void *owner, GError **error);
void kho_text_keys_free(const struct kho_text_key *keys, guint count, void *owner);

/* A "format: N" of which only @format can be read. Errors as above. */
bool kho_text_read_format(struct kho_yaml *yaml, const struct yaml_node_s *value, int format, GError **error);

#endif
