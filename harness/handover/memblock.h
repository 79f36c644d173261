/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock's tables (mm/memblock.c, 6.18 to 7.3) out of a kernel's memory, laid out by DWARF: what memory there is,
 * what is reserved, and how much scratch is left. Pure, on memory that is not trusted. Addresses are physical, sizes
 * bytes.
 */
#ifndef KHO_HANDOVER_MEMBLOCK_H
#define KHO_HANDOVER_MEMBLOCK_H

#include "harness/handover/image.h"
#include "harness/machine/vmlinux.h"

/* include/linux/memblock.h: enum memblock_flags. */
#define KHO_MEMBLOCK_HOTPLUG	    0x01
#define KHO_MEMBLOCK_MIRROR	    0x02
#define KHO_MEMBLOCK_NOMAP	    0x04
#define KHO_MEMBLOCK_DRIVER_MANAGED 0x08
#define KHO_MEMBLOCK_RSRV_NOINIT    0x10
#define KHO_MEMBLOCK_RSRV_KERN	    0x20
#define KHO_MEMBLOCK_KHO_SCRATCH    0x40

struct kho_memblock_region {
	guint64 base, size;
	guint32 flags;
	gint32 nid; /* negative, or the kernel's MAX_NUMNODES: not set (yet) */
};

struct kho_memblock {
	GArray *memory, *reserved; /* of struct kho_memblock_region, in the kernel's order */
	guint64 scratch;	   /* memory that is flagged as scratch */
	guint64 scratch_free;	   /* ... and not reserved */
	guint64 scratch_largest;   /* ... in one piece */
};

/*
 * To be freed. KHO_ERROR_INPUT: the vmlinux has no such symbol or types; KHO_ERROR_HOST: the tables are not in the
 * image (memblock_double_array() moves a table of more than 128 regions away; once booted, both are freed), or garbage.
 */
struct kho_memblock *kho_memblock_read(const struct kho_vmlinux *vmlinux, const struct kho_image *image,
				       GError **error);
/* Adds to @wanted (of struct kho_image_piece) the tables that are not in @image: memblock_double_array() has moved
 * them. */
void kho_memblock_wants(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GArray *wanted);

void kho_memblock_free(struct kho_memblock *memblock);
typedef struct kho_memblock KhoMemblock;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoMemblock, kho_memblock_free)

/* "scratch|hotplug", "none"; what is not known as a number. To be freed. */
char *kho_memblock_flags_text(guint32 flags);

#endif
