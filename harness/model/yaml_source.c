// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/yaml_source.h"

#include <string.h>

#include "harness/model/error.h"

/* No file of ours is half as deep, and libyaml takes time in the square of it: minutes for a MiB of "[". */
#define MAX_DEPTH 16

bool kho_yaml_source_fail(const char *path, size_t line, GError **error, const char *format, ...)
{
	g_autofree char *reason = NULL;
	va_list list;

	va_start(list, format);
	reason = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%zu: %s", path, line, reason);
	return false;
}

static size_t line_of(const struct kho_yaml_source *source, const char *place)
{
	size_t line = 1;

	for (const char *c = source->text; c < place; c++)
		line += *c == '\n';
	return line;
}

/* libyaml knows no line for a character that it cannot read. */
static bool check_characters(const struct kho_yaml_source *source, GError **error)
{
	const char *end = source->text + source->length, *bad;

	if (!g_utf8_validate_len(source->text, source->length, &bad))
		return kho_yaml_source_fail(source->path, line_of(source, bad), error,
					    *bad ? "is not UTF-8" : "has a NUL byte");
	for (const char *c = source->text; c < end; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		if (g_unichar_iscntrl(character) && !strchr("\t\n\r", character))
			return kho_yaml_source_fail(source->path, line_of(source, c), error,
						    "has the control character U+%04X", character);
	}
	return true;
}

static void parser_start(yaml_parser_t *parser, const struct kho_yaml_source *source)
{
	/* It fails only without memory, and GLib ends the program then too. */
	if (!yaml_parser_initialize(parser))
		g_error("no memory for a YAML parser");
	yaml_parser_set_input_string(parser, (const unsigned char *)source->text, source->length);
}

static bool fail_parser(const struct kho_yaml_source *source, const yaml_parser_t *parser, GError **error)
{
	const char *problem = parser->problem ?: "cannot be read";
	/* libyaml sees the end of a file one line below its last one. */
	size_t last = line_of(source, source->text + source->length - (source->length > 0));
	size_t line = MIN(parser->problem_mark.line + 1, last);

	if (parser->context)
		return kho_yaml_source_fail(source->path, line, error, "not YAML: %s (%s)", problem, parser->context);
	return kho_yaml_source_fail(source->path, line, error, "not YAML: %s", problem);
}

/* What is refused, or NULL. */
static const char *refused_token(yaml_token_type_t type)
{
	switch (type) {
	case YAML_ANCHOR_TOKEN:
		return "anchors (&)";
	case YAML_ALIAS_TOKEN:
		return "aliases (*)";
	case YAML_TAG_TOKEN:
		return "tags (!)";
	case YAML_VERSION_DIRECTIVE_TOKEN:
	case YAML_TAG_DIRECTIVE_TOKEN:
		return "directives (%)";
	default:
		return NULL;
	}
}

/* How many levels deeper the document is behind this token. */
static int token_depth(yaml_token_type_t type)
{
	switch (type) {
	case YAML_BLOCK_SEQUENCE_START_TOKEN:
	case YAML_BLOCK_MAPPING_START_TOKEN:
	case YAML_FLOW_SEQUENCE_START_TOKEN:
	case YAML_FLOW_MAPPING_START_TOKEN:
		return 1;
	case YAML_BLOCK_END_TOKEN:
	case YAML_FLOW_SEQUENCE_END_TOKEN:
	case YAML_FLOW_MAPPING_END_TOKEN:
		return -1;
	default:
		return 0;
	}
}

static bool check_tokens(const struct kho_yaml_source *source, yaml_parser_t *parser, GError **error)
{
	yaml_token_type_t type;
	int depth = 0;

	do {
		yaml_token_t token;
		size_t line;

		if (!yaml_parser_scan(parser, &token))
			return fail_parser(source, parser, error);
		type = token.type;
		line = token.start_mark.line + 1;
		yaml_token_delete(&token);
		if (refused_token(type))
			return kho_yaml_source_fail(source->path, line, error, "%s are not taken here",
						    refused_token(type));
		depth += token_depth(type);
		if (depth > MAX_DEPTH)
			return kho_yaml_source_fail(source->path, line, error, "is nested more than %d deep",
						    MAX_DEPTH);
	} while (type != YAML_STREAM_END_TOKEN);
	return true;
}

static bool load(const struct kho_yaml_source *source, yaml_parser_t *parser, yaml_document_t *document, GError **error)
{
	yaml_document_t second;
	size_t line;
	bool more;

	if (!yaml_parser_load(parser, document)) {
		memset(document, 0, sizeof(*document));
		return fail_parser(source, parser, error);
	}
	if (!yaml_document_get_root_node(document))
		return kho_yaml_source_fail(source->path, 1, error, "is empty");
	if (!yaml_parser_load(parser, &second))
		return fail_parser(source, parser, error);
	more = yaml_document_get_root_node(&second);
	line = second.start_mark.line + 1;
	yaml_document_delete(&second);
	if (more)
		return kho_yaml_source_fail(source->path, line, error, "a second document begins here");
	return true;
}

bool kho_yaml_source_load(const struct kho_yaml_source *source, yaml_document_t *document, GError **error)
{
	yaml_parser_t parser;
	bool good;

	memset(document, 0, sizeof(*document));
	if (!check_characters(source, error))
		return false;
	parser_start(&parser, source);
	good = check_tokens(source, &parser, error);
	yaml_parser_delete(&parser);
	if (!good)
		return false;
	parser_start(&parser, source);
	good = load(source, &parser, document, error);
	yaml_parser_delete(&parser);
	return good;
}
