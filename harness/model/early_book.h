/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A book of early boot: a model of memblock of which every change is written down as the event that memblock=debug
 * would have shown, with what memblock does on its own, which is to double its arrays. Pure.
 */
#ifndef KHO_MODEL_EARLY_BOOK_H
#define KHO_MODEL_EARLY_BOOK_H

#include <glib.h>

#include "estimator/early_event.h"
#include "estimator/memblock_model.h"

struct kho_early_book {
	struct kho_mb mb; /* anybody may look at it; what changes reservations goes through the functions below */
	GArray *events;	  /* of struct kho_early_event; the caller's */
	char problem[KHO_CALLER_MAX + 64]; /* why the boot ends here; "": it does not */

	struct kho_mb_region *memory, *reserved, *before;
};

/* @config without array sizes of its own; room for so many regions. @events is borrowed. */
void kho_early_book_init(struct kho_early_book *book, const struct kho_mb_config *config, size_t nr_memory,
			 size_t nr_reserved, GArray *events);
void kho_early_book_clear(struct kho_early_book *book);

/* The boot ends here. The first problem stands. */
void kho_early_book_fail(struct kho_early_book *book, const char *what);

/* A request by @caller, on any node or on @nid, for kho_early_book_alloc(). */
struct kho_early_event kho_early_request(const char *caller, uint64_t size, uint64_t align, int nid);

/* Allocates what @request asks for. Returns where, or 0; then it is a problem if @must. */
uint64_t kho_early_book_alloc(struct kho_early_book *book, struct kho_early_event request, bool must);
/* KHO_EARLY_FOUND or KHO_EARLY_RESERVE, as it is. */
void kho_early_book_reserve(struct kho_early_book *book, const struct kho_early_event *event);
void kho_early_book_free(struct kho_early_book *book, uint64_t base, uint64_t size, const char *caller);
/* Only writes it down. */
void kho_early_book_append(struct kho_early_book *book, const struct kho_early_event *event);

/*
 * Between the two, others may change the model: what they have reserved is written down at the end as allocations like
 * @like, one for each piece. With NULL, only the doublings are.
 */
struct kho_early_mark {
	size_t nr_before;
	u64 memory_max, memory_array, reserved_max, reserved_array;
};
struct kho_early_mark kho_early_book_begin(struct kho_early_book *book);
void kho_early_book_end(struct kho_early_book *book, const struct kho_early_mark *mark,
			const struct kho_early_event *like);

#endif
