/* SPDX-License-Identifier: GPL-2.0-only */
/* A record of the guest (guest/protocol.h), parsed. The guest is not trusted: everything is checked. */
#ifndef KHO_HANDOVER_RECORD_H
#define KHO_HANDOVER_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "guest/protocol.h"

struct kho_record {
	char *run;
	char *stage;
	unsigned int number;
	char *type;
	GHashTable *values; /* of char * by char *, decoded; printable UTF-8 only */
};

/* A line without its newline. NULL: not a whole record; *why (a constant) says what is wrong. */
struct kho_record *kho_record_parse(const char *line, const char **why);
void kho_record_free(struct kho_record *record);
typedef struct kho_record KhoRecord;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRecord, kho_record_free)

/* The value of a key; NULL if there is none. */
const char *kho_record_text(const struct kho_record *record, const char *key);
bool kho_record_number(const struct kho_record *record, const char *key, uint64_t *number);

#endif
