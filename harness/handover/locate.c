// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/locate.h"

#include <string.h>

#include "harness/handover/page_reader.h"
#include "harness/handover/registers.h"

/* arch/x86/include/asm/page_64_types.h: __START_KERNEL_map, and all that KASLR may use of it. */
#define KERNEL_START 0xffffffff80000000ULL
#define KERNEL_LAST  0xffffffffbfffffffULL
#define PMD_BYTES    (2ULL << 20)
/* "Linux version 6.19.6 (": enough to tell a kernel from what else may lie there. */
#define BANNER	     "linux_banner"
#define BANNER_BYTES 64
/* arch/arm64/mm/mmu.c, 6.18 to 7.3: virtual less physical address of the image, written by its first steps. */
#define OFFSET_VARIABLE "kimage_voffset"

struct kho_locate {
	struct kho_peek *peek;
	const struct kho_vmlinux *vmlinux;
	kho_locate_done done;
	void *data;
	struct kho_page_walk *walk;
	struct kho_page_reader *reader;
	struct kho_location place;
	guint8 banner[BANNER_BYTES];
};

guint64 kho_location_physical(const struct kho_location *place, guint64 virtual)
{
	return virtual - place->virtual + place->physical;
}

bool kho_location_same(const struct kho_location *one, const struct kho_location *other)
{
	return one->virtual == other->virtual && one->physical == other->physical;
}

bool kho_location_find(const struct kho_vmlinux *vmlinux, const GArray *mappings, struct kho_location *place)
{
	const struct kho_mapping *first;
	guint64 text;

	if (!mappings->len || !kho_vmlinux_symbol(vmlinux, "_text", &text, NULL))
		return false;
	first = &g_array_index(mappings, struct kho_mapping, 0);
	*place = (struct kho_location){
		.slide = first->virtual - (text & ~(PMD_BYTES - 1)),
		.virtual = first->virtual,
		.physical = first->physical,
	};
	/* Kernels are moved by whole 2 MiB: CONFIG_PHYSICAL_ALIGN's minimum on x86-64. */
	return place->slide % PMD_BYTES == 0;
}

/* @done may free it: what it is given has to outlive that. */
static void finish(struct kho_locate *locate, bool found)
{
	const struct kho_location place = locate->place;

	locate->done(found ? &place : NULL, locate->data);
}

static void took_banner(const void *bytes, gsize length, void *data)
{
	struct kho_locate *locate = data;

	finish(locate, bytes && memcmp(bytes, locate->banner, BANNER_BYTES) == 0);
}

/* The place may be right: is the kernel's banner where it would be? */
static void check_banner(struct kho_locate *locate)
{
	guint64 banner;

	if (!kho_vmlinux_symbol(locate->vmlinux, BANNER, &banner, NULL) ||
	    !kho_vmlinux_read(locate->vmlinux, banner, locate->banner, BANNER_BYTES)) {
		finish(locate, false);
		return;
	}
	kho_peek_physical(locate->peek, kho_location_physical(&locate->place, banner + locate->place.slide),
			  BANNER_BYTES, took_banner, locate);
}

static void walked(void *data)
{
	struct kho_locate *locate = data;

	if (kho_location_find(locate->vmlinux, kho_page_walk_mappings(locate->walk), &locate->place))
		check_banner(locate);
	else
		finish(locate, false);
}

/* --- arm64: kernels here are built without RANDOMIZE_BASE, so that only the physical place is to be found --- */

bool kho_location_of_offset(const struct kho_vmlinux *vmlinux, guint64 offset, struct kho_location *place)
{
	guint64 banner;

	if (!kho_vmlinux_symbol(vmlinux, BANNER, &banner, NULL) || offset > banner)
		return false;
	*place = (struct kho_location){ .virtual = banner, .physical = banner - offset };
	return true;
}

static void took_offset(const void *bytes, gsize length, void *data)
{
	struct kho_locate *locate = data;
	guint64 offset = 0;

	if (bytes)
		memcpy(&offset, bytes, sizeof(offset));
	if (offset && kho_location_of_offset(locate->vmlinux, GUINT64_FROM_LE(offset), &locate->place))
		check_banner(locate);
	else
		finish(locate, false);
}

static void start_on_arm64(struct kho_locate *locate)
{
	guint64 variable = 0;

	kho_vmlinux_symbol(locate->vmlinux, OFFSET_VARIABLE, &variable, NULL);
	kho_peek_virtual(locate->peek, 0, variable, sizeof(guint64), took_offset, locate);
}

/* --- x86-64: the page tables --- */

static void took_registers(const char *text, void *data)
{
	struct kho_locate *locate = data;
	g_autoptr(GArray) cpus = kho_registers_parse(text ?: "");
	const struct kho_cpu_registers *cpu;

	if (!cpus->len) {
		finish(locate, false);
		return;
	}
	cpu = &g_array_index(cpus, struct kho_cpu_registers, 0);
	locate->walk = kho_page_walk_new(cpu->cr3, cpu->cr4, KERNEL_START, KERNEL_LAST);
	locate->reader = kho_page_reader_start(locate->peek, locate->walk, walked, locate);
}

struct kho_locate *kho_locate_start(struct kho_peek *peek, const struct kho_vmlinux *vmlinux, kho_locate_done done,
				    void *data)
{
	struct kho_locate *locate = g_new0(struct kho_locate, 1);

	*locate = (struct kho_locate){ .peek = peek, .vmlinux = vmlinux, .done = done, .data = data };
	if (kho_vmlinux_is_arm64(vmlinux))
		start_on_arm64(locate);
	else
		kho_peek_registers(peek, false, took_registers, locate);
	return locate;
}

void kho_locate_free(struct kho_locate *locate)
{
	if (!locate)
		return;
	kho_page_reader_free(locate->reader);
	kho_page_walk_free(locate->walk);
	g_free(locate);
}
