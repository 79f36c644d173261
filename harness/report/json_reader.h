/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of a JSON document, checked as they are read: what json_value.h writes. The first that is wrong is the error;
 * whatever is read after it is 0, NULL or false, so that a reader need only ask at the end.
 *
 * A NULL object or array is one that could not be read: reading from it says nothing more.
 */
#ifndef KHO_REPORT_JSON_READER_H
#define KHO_REPORT_JSON_READER_H

#include <stdbool.h>

#include "estimator/port.h"
#include "harness/report/json_document.h"

#define KHO_JSON_TEXT_MAX (64 << 10) /* bytes of a string */

struct kho_json_reader {
	const struct kho_json_document *document; /* not owned */
	GError *error;				  /* KHO_ERROR_INPUT; NULL: nothing was wrong so far */
};

/* Sets the error of a value of @object, "FILE:LINE: path.KEY: what is wrong"; @key NULL: of the object itself. */
void kho_read_fail(struct kho_json_reader *reader, JsonObject *object, const char *key, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* Hands over the error. False: there was one. */
bool kho_read_end(struct kho_json_reader *reader, GError **error);

/* Is there such a key, and is it not null? For keys that not every version wrote. */
bool kho_read_has(JsonObject *object, const char *key);

/*
 * All keys below must be there. What is written "or_null" may be null instead, which gives NULL, or 0 and *@known
 * false. Texts, objects and arrays are the document's.
 */
u64 kho_read_number(struct kho_json_reader *reader, JsonObject *object, const char *key, u64 most);
u64 kho_read_number_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key, u64 most, bool *known);
bool kho_read_flag(struct kho_json_reader *reader, JsonObject *object, const char *key);
double kho_read_seconds_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key);
const char *kho_read_text(struct kho_json_reader *reader, JsonObject *object, const char *key);
const char *kho_read_text_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key);
JsonObject *kho_read_object(struct kho_json_reader *reader, JsonObject *object, const char *key);
JsonObject *kho_read_object_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key);

/* At most @most elements. */
JsonArray *kho_read_array(struct kho_json_reader *reader, JsonObject *object, const char *key, guint most);
JsonArray *kho_read_array_or_null(struct kho_json_reader *reader, JsonObject *object, const char *key, guint most);
guint kho_read_length(JsonArray *array);

/* Elements of the array that is @object's @key. */
JsonObject *kho_read_object_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index);
JsonArray *kho_read_array_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index,
			     guint length);
const char *kho_read_text_at(struct kho_json_reader *reader, JsonObject *object, const char *key, guint index);

/* Elements of @array, which is somewhere below @object's @key. */
u64 kho_read_number_in(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonArray *array,
		       guint index, u64 most);
const char *kho_read_text_in(struct kho_json_reader *reader, JsonObject *object, const char *key, JsonArray *array,
			     guint index);

#endif
