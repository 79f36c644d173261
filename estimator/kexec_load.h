/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kexec_file_load(2) puts a successor while KHO is on: kho_locate_mem_hole() and locate_mem_hole_top_down() of
 * kernel/kexec_file.c, for what arch/x86/kernel/kexec-bzimage64.c wants to load (6.18 to 7.3, CONFIG_CRASH_DUMP or
 * not).
 *
 * Freestanding. All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_KEXEC_LOAD_H
#define KHO_ESTIMATOR_KEXEC_LOAD_H

#include "layout.h"

/* What is to be loaded. */
struct kho_load_request {
	enum kho_segment_kind kind;
	u64 size;  /* bytes; rounded up to whole pages when it is loaded */
	u64 align; /* a power of two; a page at least */
	u64 least; /* not below this address */
};

/* What the kernel's own header says of where it wants to be; the defaults are those of x86-64. */
struct kho_load_kernel {
	u64 align;     /* kernel_alignment: CONFIG_PHYSICAL_ALIGN */
	u64 preferred; /* pref_address: CONFIG_PHYSICAL_START */
};
#define KHO_LOAD_KERNEL_X86_64 ((struct kho_load_kernel){ .align = 2ULL << 20, .preferred = 16ULL << 20 })

/* A segment of this kind and size, with the bounds that the loader gives it. */
struct kho_load_request kho_load_request_of(enum kho_segment_kind kind, u64 size, const struct kho_load_kernel *kernel);

/*
 * Places what is asked for, in order, into scratch: each into the first area that has room, as high up as it can.
 * @segments has nr_requests entries. Returns how many were placed: fewer than nr_requests, and kexec_file_load() fails
 * with EADDRNOTAVAIL at the next one.
 */
size_t kho_load_place(const struct kho_scratch_area *areas, size_t nr_areas, u64 page_size,
		      const struct kho_load_request *requests, size_t nr_requests, struct kho_segment *segments);

#endif
