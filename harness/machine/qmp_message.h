/* SPDX-License-Identifier: GPL-2.0-only */
/* QMP's messages: text to JSON and back. Pure. */
#ifndef KHO_MACHINE_QMP_MESSAGE_H
#define KHO_MACHINE_QMP_MESSAGE_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

#define KHO_QMP_DEPTH_MAX 64

/*
 * One line, without its end; @line has a NUL at @length. The root of the result is an object;
 * everything else is an error (KHO_ERROR_HOST).
 */
JsonNode *kho_qmp_message_parse(const char *line, gsize length, GError **error);

/* A member of the wrong type is as good as none. Borrowed from @object. */
JsonObject *kho_qmp_message_object(JsonObject *object, const char *name);
const char *kho_qmp_message_string(JsonObject *object, const char *name);

/* False when there is no "id", or one that is not an integer. */
bool kho_qmp_message_id(JsonObject *message, int64_t *id);

/* The line for a command, with its end of line. @arguments is taken and may be NULL. */
char *kho_qmp_message_command(int64_t id, const char *name, JsonObject *arguments);

#endif
