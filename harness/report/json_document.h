/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON that is read back, strictly, with a place for every error: what model/yaml.h is for YAML. The parser is
 * json-glib's; json_lexis.h holds off what that would crash on, or guess at.
 */
#ifndef KHO_REPORT_JSON_DOCUMENT_H
#define KHO_REPORT_JSON_DOCUMENT_H

#include <json-glib/json-glib.h>

struct kho_json_document;

/*
 * Parses a text that is one object; @line is its first line's number in the file @path, for messages. A key that is
 * there twice is an error. Errors are KHO_ERROR_INPUT, "PATH:LINE: what is wrong".
 */
struct kho_json_document *kho_json_document_parse(const char *path, guint line, const char *text, gsize length,
						  GError **error);
void kho_json_document_free(struct kho_json_document *document);
typedef struct kho_json_document KhoJsonDocument;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoJsonDocument, kho_json_document_free)

JsonObject *kho_json_document_root(const struct kho_json_document *document);

/*
 * Where @object is, to be freed, for the beginning of a message: "PATH:LINE: cell 'ID': outcome.memory_map[2].", where
 * an object that is within one with an id is named by that. It ends so that a key can follow.
 */
char *kho_json_document_where(const struct kho_json_document *document, JsonObject *object);

#endif
