/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk through x86-64's page tables of four or five levels, without a machine at hand: the walk says which pages it
 * wants to see next, and goes on when it was given them. Pure. The tables are not trusted: loops and garbage end in at
 * most KHO_PAGE_WALK_MAX pages.
 */
#ifndef KHO_HANDOVER_PAGE_WALK_H
#define KHO_HANDOVER_PAGE_WALK_H

#include <glib.h>
#include <stdbool.h>

#define KHO_PAGE_WALK_MAX   16384 /* pages of tables: 4 KiB mappings of 32 GiB, the memory map of 2 TiB */
#define KHO_PAGE_WALK_BYTES 4096

/* A leaf: [virtual, virtual + size) lies at [physical, physical + size). Bytes. */
struct kho_mapping {
	guint64 virtual, physical, size; /* size: 4 KiB, 2 MiB or 1 GiB; never cut at the walk's ends */
};

struct kho_page_walk;

/*
 * Walks what is mapped in [start, end] (bytes, the last one included, so that the end of the address space can be
 * said). @cr3, @cr4: the CPU's registers. To be freed.
 */
struct kho_page_walk *kho_page_walk_new(guint64 cr3, guint64 cr4, guint64 start, guint64 last);
void kho_page_walk_free(struct kho_page_walk *walk);
typedef struct kho_page_walk KhoPageWalk;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoPageWalk, kho_page_walk_free)

/* Physical addresses (guint64) of the pages that are wanted now; empty when the walk is over. Valid until the next
 * step. */
const GArray *kho_page_walk_wanted(const struct kho_page_walk *walk);

/* Gives the @index-th of them, KHO_PAGE_WALK_BYTES; NULL: it cannot be read, and nothing below it is found. */
void kho_page_walk_give(struct kho_page_walk *walk, guint index, const void *page);

/* All that were wanted have been given: on to the next level. */
void kho_page_walk_step(struct kho_page_walk *walk);

/* The walk is over, and everything that was wanted has been seen: what was not found is not mapped. */
bool kho_page_walk_whole(const struct kho_page_walk *walk);

/* What was found so far, of struct kho_mapping, by virtual address once the walk is over. */
const GArray *kho_page_walk_mappings(const struct kho_page_walk *walk);

#endif
