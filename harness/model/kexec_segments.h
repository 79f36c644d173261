/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kexec_file_load(2) put a successor, from what the kernel says of it with KEXEC_FILE_DEBUG (6.8 to 7.3). Pure;
 * the log is not trusted.
 */
#ifndef KHO_MODEL_KEXEC_SEGMENTS_H
#define KHO_MODEL_KEXEC_SEGMENTS_H

#include <glib.h>
#include <stdbool.h>

#include "estimator/layout.h"

#define KHO_KEXEC_SEGMENTS_MAX 16 /* KEXEC_SEGMENT_MAX */

struct kho_kexec_segments {
	GArray *segments; /* of struct kho_segment, in the order of loading; kinds when all are there */
	uint64_t at[KHO_NR_SEGMENT_KINDS]; /* where the loader says that it put a kind; 0: it did not say */
	unsigned int expected;		   /* how many there are to be */
	bool garbled;			   /* a line did not fit: the segments are void */
};

void kho_kexec_segments_init(struct kho_kexec_segments *segments);
void kho_kexec_segments_clear(struct kho_kexec_segments *segments);

/* Takes a line, with or without "[    0.000000] " before it. Lines about other things are passed over. */
void kho_kexec_segments_take(struct kho_kexec_segments *segments, const char *line);

/* All of them were seen, and the kernel among them. A later load replaces an earlier one. */
bool kho_kexec_segments_complete(const struct kho_kexec_segments *segments);

const char *kho_segment_kind_text(enum kho_segment_kind kind); /* "boot-params" */
bool kho_segment_kind_from_text(const char *text, enum kho_segment_kind *kind);

#endif
