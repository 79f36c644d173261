// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/page_walk.h"

#include <string.h>

#define ENTRIES	     512
#define PAGE_SHIFT   12
#define INDEX_BITS   9
#define PRESENT	     0x1ULL
#define LARGE	     0x80ULL /* a leaf of 2 MiB or 1 GiB */
#define ADDRESS_MASK 0x000ffffffffff000ULL
#define CR4_LA57     (1ULL << 12)

/* A page of a table that is still to be seen. */
struct table {
	guint64 virtual; /* that its first entry maps */
	guint level;	 /* 1: entries map 4 KiB; 2: 2 MiB; ... */
};

struct kho_page_walk {
	guint levels;
	guint64 start, last;
	GArray *wanted; /* of guint64 */
	GArray *tables; /* of struct table, one for each of them */
	GArray *next_wanted, *next_tables;
	GArray *mappings;
	guint pages;
	bool missed; /* a page that could not be read, or one too many */
};

static void want(struct kho_page_walk *walk, guint64 physical, struct table table)
{
	if (walk->pages >= KHO_PAGE_WALK_MAX) {
		walk->missed = true;
		return;
	}
	walk->pages++;
	g_array_append_val(walk->next_wanted, physical);
	g_array_append_val(walk->next_tables, table);
}

struct kho_page_walk *kho_page_walk_new(guint64 cr3, guint64 cr4, guint64 start, guint64 last)
{
	struct kho_page_walk *walk = g_new0(struct kho_page_walk, 1);
	struct table top = { .level = cr4 & CR4_LA57 ? 5 : 4 };

	walk->levels = top.level;
	walk->start = start;
	walk->last = last;
	walk->wanted = g_array_new(FALSE, FALSE, sizeof(guint64));
	walk->tables = g_array_new(FALSE, FALSE, sizeof(struct table));
	walk->next_wanted = g_array_new(FALSE, FALSE, sizeof(guint64));
	walk->next_tables = g_array_new(FALSE, FALSE, sizeof(struct table));
	walk->mappings = g_array_new(FALSE, FALSE, sizeof(struct kho_mapping));
	want(walk, cr3 & ADDRESS_MASK, top);
	kho_page_walk_step(walk);
	return walk;
}

void kho_page_walk_free(struct kho_page_walk *walk)
{
	if (!walk)
		return;
	g_array_unref(walk->wanted);
	g_array_unref(walk->tables);
	g_array_unref(walk->next_wanted);
	g_array_unref(walk->next_tables);
	g_array_unref(walk->mappings);
	g_free(walk);
}

const GArray *kho_page_walk_wanted(const struct kho_page_walk *walk)
{
	return walk->wanted;
}

/* The address that entry @index maps from on, in canonical form. */
static guint64 entry_address(const struct kho_page_walk *walk, const struct table *table, guint index)
{
	guint shift = PAGE_SHIFT + INDEX_BITS * (table->level - 1);
	guint64 address = table->virtual + ((guint64)index << shift);

	/* Only the topmost table can cross into the upper half. */
	if (table->level == walk->levels && index >= ENTRIES / 2)
		address |= G_MAXUINT64 << (shift + INDEX_BITS);
	return address;
}

static void take_entry(struct kho_page_walk *walk, const struct table *table, guint index, guint64 entry)
{
	guint64 size = 1ULL << (PAGE_SHIFT + INDEX_BITS * (table->level - 1));
	guint64 virtual = entry_address(walk, table, index);
	bool leaf = table->level == 1 || (table->level <= 3 && entry & LARGE);

	if (!(entry & PRESENT) || virtual > walk->last || virtual + (size - 1) < walk->start)
		return;
	if (leaf) {
		struct kho_mapping mapping = { virtual, entry & ADDRESS_MASK & ~(size - 1), size };

		g_array_append_val(walk->mappings, mapping);
	} else {
		want(walk, entry & ADDRESS_MASK, (struct table){ virtual, table->level - 1 });
	}
}

void kho_page_walk_give(struct kho_page_walk *walk, guint index, const void *page)
{
	const struct table *table = &g_array_index(walk->tables, struct table, index);

	walk->missed |= !page;
	for (guint i = 0; page && i < ENTRIES; i++) {
		guint64 entry;

		memcpy(&entry, (const guint8 *)page + i * sizeof(entry), sizeof(entry));
		take_entry(walk, table, i, GUINT64_FROM_LE(entry));
	}
}

static gint by_virtual(gconstpointer a, gconstpointer b)
{
	const struct kho_mapping *left = a, *right = b;

	return left->virtual < right->virtual ? -1 : left->virtual > right->virtual;
}

static void swap(GArray **a, GArray **b)
{
	GArray *kept = *a;

	*a = *b;
	*b = kept;
	g_array_set_size(*b, 0);
}

void kho_page_walk_step(struct kho_page_walk *walk)
{
	swap(&walk->wanted, &walk->next_wanted);
	swap(&walk->tables, &walk->next_tables);
	if (!walk->wanted->len)
		g_array_sort(walk->mappings, by_virtual);
}

bool kho_page_walk_whole(const struct kho_page_walk *walk)
{
	return !walk->wanted->len && !walk->missed;
}

const GArray *kho_page_walk_mappings(const struct kho_page_walk *walk)
{
	return walk->mappings;
}
