// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/memblock.h"

#include "harness/model/error.h"

#define MAX_REGIONS 65536

/* Where things lie; all of it from DWARF. */
struct layout {
	guint64 memory, reserved;
	guint64 cnt, regions;
	guint64 base, size, flags, region_bytes;
	bool have_nid; /* CONFIG_NUMA */
	guint64 nid;
};

static const struct {
	const char *type, *member; /* no member: the type's size */
	gsize field;
} fields[] = {
	{ "memblock", "memory", offsetof(struct layout, memory) },
	{ "memblock", "reserved", offsetof(struct layout, reserved) },
	{ "memblock_type", "cnt", offsetof(struct layout, cnt) },
	{ "memblock_type", "regions", offsetof(struct layout, regions) },
	{ "memblock_region", "base", offsetof(struct layout, base) },
	{ "memblock_region", "size", offsetof(struct layout, size) },
	{ "memblock_region", "flags", offsetof(struct layout, flags) },
	{ "memblock_region", NULL, offsetof(struct layout, region_bytes) },
};

static bool read_layout(const struct kho_vmlinux *vmlinux, struct layout *layout, GError **error)
{
	kho_vmlinux_prefer(vmlinux, "mm/memblock.c");
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		guint64 *field = (guint64 *)((char *)layout + fields[i].field);

		if (fields[i].member ? kho_vmlinux_member(vmlinux, fields[i].type, fields[i].member, field, NULL)
				     : kho_vmlinux_struct_size(vmlinux, fields[i].type, field))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the vmlinux does not describe struct %s%s%s",
			    fields[i].type, fields[i].member ? ": " : "", fields[i].member ?: "");
		return false;
	}
	layout->have_nid = kho_vmlinux_member(vmlinux, "memblock_region", "nid", &layout->nid, NULL);
	return true;
}

static bool read_region(const struct kho_image *image, const struct layout *layout, guint64 at,
			struct kho_memblock_region *region)
{
	guint64 flags, nid = (guint32)-1;

	if (!kho_image_read_number(image, at + layout->base, 8, &region->base) ||
	    !kho_image_read_number(image, at + layout->size, 8, &region->size) ||
	    !kho_image_read_number(image, at + layout->flags, 4, &flags) ||
	    (layout->have_nid && !kho_image_read_number(image, at + layout->nid, 4, &nid)))
		return false;
	region->flags = flags;
	region->nid = (gint32)(guint32)nid;
	return region->size <= G_MAXUINT64 - region->base;
}

/* The table of the struct memblock_type at @type. */
static bool read_table(const struct kho_image *image, const struct layout *layout, guint64 type, GArray *table)
{
	struct kho_memblock_region region;
	guint64 count, regions;

	if (!kho_image_read_number(image, type + layout->cnt, 8, &count) ||
	    !kho_image_read_number(image, type + layout->regions, 8, &regions) || count > MAX_REGIONS)
		return false;
	for (guint64 i = 0; i < count; i++) {
		if (!read_region(image, layout, regions + i * layout->region_bytes, &region))
			return false;
		g_array_append_val(table, region);
	}
	return true;
}

static gint by_base(gconstpointer a, gconstpointer b)
{
	const struct kho_memblock_region *left = a, *right = b;

	return left->base < right->base ? -1 : left->base > right->base;
}

/* Those of @flags (0: all) by address, and those that overlap in a damaged table as one; none is empty. */
static GArray *disjoint(const GArray *table, guint32 flags)
{
	g_autoptr(GArray) sorted = g_array_copy((GArray *)table);
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct kho_memblock_region));

	g_array_sort(sorted, by_base);
	for (guint i = 0; i < sorted->len; i++) {
		const struct kho_memblock_region *region = &g_array_index(sorted, struct kho_memblock_region, i);
		struct kho_memblock_region *last = NULL;

		if (all->len)
			last = &g_array_index(all, struct kho_memblock_region, all->len - 1);
		if (!region->size || (region->flags & flags) != flags)
			continue;
		if (last && region->base < last->base + last->size)
			last->size = MAX(last->size, region->base + region->size - last->base);
		else
			g_array_append_val(all, *region);
	}
	return all;
}

static void count_free(struct kho_memblock *memblock, guint64 from, guint64 to)
{
	if (from >= to)
		return;
	memblock->scratch_free += to - from;
	memblock->scratch_largest = MAX(memblock->scratch_largest, to - from);
}

/* Counts what of @area is free. *@next: the first of @reserved that does not end below the area; it moves on. */
static void count_area(struct kho_memblock *memblock, const struct kho_memblock_region *area, const GArray *reserved,
		       guint *next)
{
	guint64 at = area->base, end = area->base + area->size;

	for (; *next < reserved->len; ++*next) {
		const struct kho_memblock_region *region = &g_array_index(reserved, struct kho_memblock_region, *next);

		if (region->base >= end)
			break;
		count_free(memblock, at, region->base);
		at = MAX(at, region->base + region->size);
		if (at > end) /* into the next area */
			break;
	}
	count_free(memblock, at, end);
}

/* In one walk over both tables: a machine that preserves single pages has reserved tens of thousands of regions. */
static void count_scratch(struct kho_memblock *memblock)
{
	g_autoptr(GArray) areas = disjoint(memblock->memory, KHO_MEMBLOCK_KHO_SCRATCH);
	g_autoptr(GArray) reserved = disjoint(memblock->reserved, 0);
	guint next = 0;

	for (guint i = 0; i < areas->len; i++) {
		const struct kho_memblock_region *area = &g_array_index(areas, struct kho_memblock_region, i);

		memblock->scratch += area->size;
		count_area(memblock, area, reserved, &next);
	}
}

struct kho_memblock *kho_memblock_read(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GError **error)
{
	g_autoptr(KhoMemblock) memblock = g_new0(struct kho_memblock, 1);
	struct layout layout;
	guint64 address;

	memblock->memory = g_array_new(FALSE, FALSE, sizeof(struct kho_memblock_region));
	memblock->reserved = g_array_new(FALSE, FALSE, sizeof(struct kho_memblock_region));
	if (!kho_vmlinux_symbol(vmlinux, "memblock", &address, NULL)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the vmlinux has no symbol 'memblock'");
		return NULL;
	}
	if (!read_layout(vmlinux, &layout, error))
		return NULL;
	if (!read_table(image, &layout, address + layout.memory, memblock->memory) ||
	    !read_table(image, &layout, address + layout.reserved, memblock->reserved)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "memblock's tables are not in the memory that was read");
		return NULL;
	}
	count_scratch(memblock);
	return g_steal_pointer(&memblock);
}

void kho_memblock_free(struct kho_memblock *memblock)
{
	if (!memblock)
		return;
	g_array_unref(memblock->memory);
	g_array_unref(memblock->reserved);
	g_free(memblock);
}

char *kho_memblock_flags_text(guint32 flags)
{
	static const char *const names[] = {
		"hotplug", "mirror", "nomap", "driver-managed", "noinit", "kernel", "scratch",
	};
	g_autoptr(GString) text = g_string_new(NULL);
	guint32 unknown = flags >> G_N_ELEMENTS(names) << G_N_ELEMENTS(names);

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (flags & (1u << i))
			g_string_append_printf(text, "%s%s", text->len ? "|" : "", names[i]);
	if (unknown)
		g_string_append_printf(text, "%s0x%x", text->len ? "|" : "", unknown);
	return g_strdup(text->len ? text->str : "none");
}

void kho_memblock_wants(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GArray *wanted)
{
	struct layout layout;
	guint64 address, count, regions;

	if (!kho_vmlinux_symbol(vmlinux, "memblock", &address, NULL) || !read_layout(vmlinux, &layout, NULL))
		return;
	for (int i = 0; i < 2; i++) {
		guint64 type = address + (i ? layout.reserved : layout.memory);

		if (kho_image_read_number(image, type + layout.cnt, 8, &count) && count <= MAX_REGIONS &&
		    kho_image_read_number(image, type + layout.regions, 8, &regions))
			kho_image_want(image, regions, count * layout.region_bytes, wanted);
	}
}
