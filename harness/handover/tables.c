// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/tables.h"

/* A machine that preserves single pages has tens of thousands of regions; their table is not worth it. */
#define PIECE_MOST (256UL << 10) /* bytes */

/* A table may be read while it is changed, once; twice in a row there is none any more. */
#define MISSES_MOST 2

struct kho_tables {
	struct kho_peek *peek;
	const struct kho_vmlinux *vmlinux;
	struct kho_location location;
	struct kho_vmlinux *slid;  /* of the look at hand; NULL: there is none */
	struct kho_image *image;   /* likewise */
	GPtrArray *pieces;	   /* of struct piece: answers may still come for each */
	guint pending;		   /* answers */
	bool rests;		   /* at this tick: every other one is enough */
	guint misses;		   /* looks in a row, since there were some, that found no tables */
	struct kho_memblock *seen; /* NULL: nothing yet */
};

struct piece {
	struct kho_tables *tables;
	guint64 address;
};

struct kho_tables *kho_tables_new(struct kho_peek *peek, const struct kho_vmlinux *vmlinux)
{
	struct kho_tables *tables = g_new0(struct kho_tables, 1);

	tables->peek = peek;
	tables->vmlinux = vmlinux;
	tables->pieces = g_ptr_array_new_with_free_func(g_free);
	return tables;
}

static void end_look(struct kho_tables *tables)
{
	g_clear_pointer(&tables->image, kho_image_free);
	g_clear_pointer(&tables->slid, kho_vmlinux_free);
	g_ptr_array_set_size(tables->pieces, 0);
}

void kho_tables_free(struct kho_tables *tables)
{
	if (!tables)
		return;
	end_look(tables);
	g_ptr_array_unref(tables->pieces);
	kho_memblock_free(tables->seen);
	g_free(tables);
}

const struct kho_memblock *kho_tables_seen(const struct kho_tables *tables)
{
	return tables ? tables->seen : NULL;
}

static bool is_in_order(const GArray *table)
{
	guint64 end = 0;

	for (guint i = 0; i < table->len; i++) {
		const struct kho_memblock_region *region = &g_array_index(table, struct kho_memblock_region, i);

		if (region->base < end || !region->size)
			return false;
		end = region->base + region->size;
	}
	return table->len > 0;
}

bool kho_tables_plausible(const struct kho_memblock *memblock)
{
	return is_in_order(memblock->memory) && is_in_order(memblock->reserved);
}

/* --- a look: the struct, then the tables that it points to --- */

static void take(struct kho_tables *tables)
{
	g_autoptr(KhoMemblock) memblock = kho_memblock_read(tables->slid, tables->image, NULL);

	if (memblock && kho_tables_plausible(memblock)) {
		kho_memblock_free(tables->seen);
		tables->seen = g_steal_pointer(&memblock);
		tables->misses = 0;
	} else {
		tables->misses++;
	}
	end_look(tables);
}

static void ask(struct kho_tables *tables, guint64 address, guint64 length, kho_peek_took took)
{
	struct piece *piece = g_new0(struct piece, 1);

	*piece = (struct piece){ tables, address };
	g_ptr_array_add(tables->pieces, piece);
	tables->pending++;
	/* In the image, or where memblock_double_array() has moved a table. */
	if (address >= tables->location.virtual)
		kho_peek_physical(tables->peek, kho_location_physical(&tables->location, address), length, took, piece);
	else
		kho_peek_virtual(tables->peek, 0, address, length, took, piece);
}

static void took_table(const void *bytes, gsize length, void *data)
{
	struct piece *piece = data;
	struct kho_tables *tables = piece->tables;

	if (bytes)
		kho_image_add(tables->image, piece->address, bytes, length);
	if (--tables->pending == 0)
		take(tables);
}

static void took_struct(const void *bytes, gsize length, void *data)
{
	struct piece *piece = data;
	struct kho_tables *tables = piece->tables;
	g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(struct kho_image_piece));

	if (bytes && kho_image_add(tables->image, piece->address, bytes, length))
		kho_memblock_wants(tables->slid, tables->image, wanted);
	for (guint i = 0; i < wanted->len; i++) {
		const struct kho_image_piece *want = &g_array_index(wanted, struct kho_image_piece, i);

		if (want->length <= PIECE_MOST)
			ask(tables, want->address, want->length, took_table);
	}
	if (--tables->pending == 0) {
		tables->misses++;
		end_look(tables);
	}
}

void kho_tables_look(struct kho_tables *tables, const struct kho_location *location)
{
	guint64 address, size;

	tables->rests = !tables->rests;
	if (tables->pending || tables->rests || (tables->seen && tables->misses >= MISSES_MOST))
		return;
	tables->location = *location;
	tables->slid = kho_vmlinux_slid(tables->vmlinux, location->slide);
	tables->image = kho_image_new();
	if (kho_vmlinux_symbol(tables->slid, "memblock", &address, &size) && size && size <= PIECE_MOST)
		ask(tables, address, size, took_struct);
	else
		end_look(tables);
}
