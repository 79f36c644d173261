/* SPDX-License-Identifier: GPL-2.0-only */
/* memblock's tables in a machine's memory that is made up, with the fake kernel's layout. */
#ifndef KHO_TESTS_MADE_UP_MEMBLOCK_H
#define KHO_TESTS_MADE_UP_MEMBLOCK_H

#include "harness/handover/image.h"
#include "harness/handover/memblock.h"
#include "tests/unit/fake_kernel.h"
#include "tests/unit/fake_kernel/include/memblock.h"

/* Where the tables lie. */
#define MEMORY_AT   0xffffffff81900000
#define RESERVED_AT 0xffffffff82000000

struct made_up_memblock {
	struct memblock memblock;
	GArray *memory, *reserved; /* of struct memblock_region */
};

static inline void made_up_memblock_init(struct made_up_memblock *made_up)
{
	*made_up = (struct made_up_memblock){ 0 };
	made_up->memory = g_array_new(FALSE, FALSE, sizeof(struct memblock_region));
	made_up->reserved = g_array_new(FALSE, FALSE, sizeof(struct memblock_region));
	made_up->memblock.memory.regions = (struct memblock_region *)MEMORY_AT;
	made_up->memblock.reserved.regions = (struct memblock_region *)RESERVED_AT;
}

static inline void made_up_memblock_clear(struct made_up_memblock *made_up)
{
	g_array_unref(made_up->memory);
	g_array_unref(made_up->reserved);
}

static inline void made_up_memblock_add(GArray *table, guint64 base, guint64 size, guint32 flags, int nid)
{
	struct memblock_region region = { .base = base, .size = size, .flags = flags, .nid = nid };

	g_array_append_val(table, region);
}

static inline void made_up_memory(struct made_up_memblock *made_up, guint64 base, guint64 size, guint32 flags)
{
	made_up_memblock_add(made_up->memory, base, size, flags, 0);
	made_up->memblock.memory.cnt = made_up->memory->len;
}

static inline void made_up_reserve(struct made_up_memblock *made_up, guint64 base, guint64 size)
{
	made_up_memblock_add(made_up->reserved, base, size, KHO_MEMBLOCK_RSRV_KERN, -1);
	made_up->memblock.reserved.cnt = made_up->reserved->len;
}

static inline void made_up_memblock_put(const struct made_up_memblock *made_up, const struct kho_vmlinux *vmlinux,
					struct kho_image *image)
{
	gsize bytes = sizeof(struct memblock_region);

	assert_true(kho_image_add(image, fake_kernel_address(vmlinux, "memblock"), &made_up->memblock,
				  sizeof(made_up->memblock)));
	kho_image_add(image, MEMORY_AT, made_up->memory->data, made_up->memory->len * bytes);
	kho_image_add(image, RESERVED_AT, made_up->reserved->data, made_up->reserved->len * bytes);
}

#endif
