/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run kept of a cell, for those who show it: its console and its autopsy. Both may come from a guest. They are
 * made harmless: valid UTF-8, and what is not printable is a "?", but for line ends.
 */
#ifndef KHO_REPORT_EVIDENCE_H
#define KHO_REPORT_EVIDENCE_H

#include "harness/model/result.h"
#include "harness/report/read_autopsy.h"

struct kho_evidence {
	char *console;			 /* NULL: it was not kept, or cannot be read */
	guint console_cut;		 /* lines that were left out of its middle */
	char *autopsy;			 /* the text for people; NULL: none */
	struct kho_read_autopsy *tables; /* memblock's, of the dead or of a survivor; NULL: not known */
};

/*
 * Of the result, whose directory is relative to @base. What is not there, or not as it should be, is not there: a
 * report does not fail for that. At most @most bytes of the console: its beginning and, twice as much, its end.
 */
struct kho_evidence *kho_evidence_load(const char *base, const struct kho_result *result, gsize most);
void kho_evidence_free(struct kho_evidence *evidence); /* NULL is fine */
typedef struct kho_evidence KhoEvidence;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoEvidence, kho_evidence_free)

/* Of a text, what is shown of it at most @most bytes, whole lines, made harmless; *@cut: lines left out. To be freed.
 */
char *kho_evidence_shorten(const char *text, gsize length, gsize most, guint *cut);

#endif
