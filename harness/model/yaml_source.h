/* SPDX-License-Identifier: GPL-2.0-only */
/* A text that is to become a YAML document, and all that can be wrong with it before it is one. */
#ifndef KHO_MODEL_YAML_SOURCE_H
#define KHO_MODEL_YAML_SOURCE_H

#include <glib.h>
#include <stdbool.h>
#include <yaml.h>

struct kho_yaml_source {
	const char *path; /* for messages only */
	const char *text;
	gsize length;
};

/*
 * Exactly one document, without anchors, aliases, tags and directives. Whatever is returned,
 * @document can be given to yaml_document_delete() afterwards.
 */
bool kho_yaml_source_load(const struct kho_yaml_source *source, yaml_document_t *document, GError **error);

/* Sets a KHO_ERROR_INPUT "PATH:LINE: message"; always false. */
bool kho_yaml_source_fail(const char *path, size_t line, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
