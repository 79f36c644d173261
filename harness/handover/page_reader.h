/* SPDX-License-Identifier: GPL-2.0-only */
/* Gives a page walk the pages that it wants, out of a machine's memory. */
#ifndef KHO_HANDOVER_PAGE_READER_H
#define KHO_HANDOVER_PAGE_READER_H

#include "harness/handover/page_walk.h"
#include "harness/handover/peek.h"

struct kho_page_reader;

typedef void (*kho_page_reader_done)(void *data);

/*
 * Walks to the end; then @done comes, from the main loop. @peek and @walk are
 * borrowed until then. To be freed in @done or, without one, after the QMP client.
 */
struct kho_page_reader *kho_page_reader_start(struct kho_peek *peek, struct kho_page_walk *walk,
					      kho_page_reader_done done, void *data);
void kho_page_reader_free(struct kho_page_reader *reader); /* NULL is fine */

#endif
