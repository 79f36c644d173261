/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of an autopsy.json the reports draw: memblock's tables at the moment of death; or of a survivor's memblock.json,
 * as it handed over to the page allocator. Nobody vouches for the files.
 */
#ifndef KHO_REPORT_READ_AUTOPSY_H
#define KHO_REPORT_READ_AUTOPSY_H

#include "estimator/port.h"
#include "harness/report/json_document.h"

/* Bytes, [start, end). */
struct kho_reserved_region {
	u64 start, end;
	char *flags; /* "kern", "none", ... */
};

struct kho_read_autopsy {
	char *progress;	     /* "free_area_init" */
	bool have_memblock;  /* false: what follows is 0 and empty */
	u64 scratch;	     /* memory that was scratch, bytes */
	u64 scratch_free;    /* ... and not reserved */
	u64 scratch_largest; /* ... in one piece */
	GArray *reserved;    /* of struct kho_reserved_region, in the kernel's order */
};

/* The same of a memblock.json, which has no progress. */
struct kho_read_autopsy *kho_read_tables(const char *path, const char *text, gsize length, GError **error);

/* @path is for messages. NULL: KHO_ERROR_INPUT, as of json_document.h. To be freed. */
struct kho_read_autopsy *kho_read_autopsy(const char *path, const char *text, gsize length, GError **error);
void kho_read_autopsy_free(struct kho_read_autopsy *autopsy); /* NULL is fine */
typedef struct kho_read_autopsy KhoReadAutopsy;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoReadAutopsy, kho_read_autopsy_free)

#endif
