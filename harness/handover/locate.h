/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a machine a kernel runs: how far KASLR moved it, and where in physical memory it lies. Taken from the page
 * tables in use, so it holds from the kernel's first steps in them on: __startup_64()
 * (arch/x86/boot/startup/map_kernel.c, arch/x86/kernel/head64.c; 6.18 to 7.3) leaves nothing mapped below the kernel's
 * first 2 MiB page. On arm64, whose kernels are not moved in virtual memory here, the kernel
 * itself says it.
 */
#ifndef KHO_HANDOVER_LOCATE_H
#define KHO_HANDOVER_LOCATE_H

#include <stdbool.h>

#include "harness/handover/page_walk.h"
#include "harness/handover/peek.h"
#include "harness/machine/vmlinux.h"

/* The kernel's image is in one piece: [virtual, virtual + size) is [physical, physical + size). */
struct kho_location {
	guint64 slide; /* of the running addresses over the vmlinux' */
	guint64 virtual, physical;
};

/* Physical address of something in the image, by its running address. */
guint64 kho_location_physical(const struct kho_location *place, guint64 virtual);

/* One kernel, and not one that lies where another one lay before: with KASLR that happens. */
bool kho_location_same(const struct kho_location *one, const struct kho_location *other);

/*
 * What the mappings of the kernel's half say. False: there is no kernel that could be the one of @vmlinux. Pure; that
 * it really is has to be checked by its banner.
 */
bool kho_location_find(const struct kho_vmlinux *vmlinux, const GArray *mappings, struct kho_location *place);

/* The same on arm64, from the kernel's own kimage_voffset: virtual less physical address. Pure. */
bool kho_location_of_offset(const struct kho_vmlinux *vmlinux, guint64 offset, struct kho_location *place);

struct kho_locate;

/* @place: NULL where this kernel does not run (yet). Valid during the call. */
typedef void (*kho_locate_done)(const struct kho_location *place, void *data);

/* Looks once, for the kernel of @vmlinux; @done comes from the main loop. */
struct kho_locate *kho_locate_start(struct kho_peek *peek, const struct kho_vmlinux *vmlinux, kho_locate_done done,
				    void *data);
void kho_locate_free(struct kho_locate *locate); /* In @done, or after the QMP client. NULL is fine. */

#endif
