// SPDX-License-Identifier: GPL-2.0-only
#include "kexec_load.h"

/* arch/x86/kernel/kexec-bzimage64.c */
#define PURGATORY_LEAST	  0x3000ULL
#define BOOT_PARAMS_LEAST 0x3000ULL
#define KERNEL_LEAST	  0x100000ULL
#define INITRD_LEAST	  0x1000000ULL
#define LIST_ALIGN	  0x10000ULL /* kho_fill_kimage() */

struct kho_load_request kho_load_request_of(enum kho_segment_kind kind, u64 size, const struct kho_load_kernel *kernel)
{
	struct kho_load_request request = { .kind = kind, .size = size, .align = 1 };

	switch (kind) {
	case KHO_SEGMENT_SCRATCH_LIST:
		request.align = LIST_ALIGN;
		break;
	case KHO_SEGMENT_PURGATORY:
		request.least = PURGATORY_LEAST;
		break;
	case KHO_SEGMENT_BOOT_PARAMS:
		request.least = BOOT_PARAMS_LEAST;
		break;
	case KHO_SEGMENT_KERNEL:
		request.align = kernel->align;
		request.least = kernel->preferred < KERNEL_LEAST ? KERNEL_LEAST : kernel->preferred;
		break;
	case KHO_SEGMENT_INITRD:
		request.least = INITRD_LEAST;
		break;
	case KHO_SEGMENT_OTHER:
	case KHO_NR_SEGMENT_KINDS:
		break;
	}
	return request;
}

/* kimage_is_destination_range(): the segment that lies in the way, or NULL. */
static const struct kho_segment *in_the_way(const struct kho_segment *segments, size_t count, u64 start, u64 size)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (start < segments[i].start + segments[i].size && segments[i].start < start + size)
			return &segments[i];
	return NULL;
}

/*
 * locate_mem_hole_top_down(). The kernel goes down by the alignment until nothing is in the way; here, at once below
 * what is. False: there is no room.
 */
static bool place_in(const struct kho_scratch_area *area, const struct kho_load_request *request,
		     const struct kho_segment *segments, size_t count, struct kho_segment *segment)
{
	u64 least = area->start > request->least ? area->start : request->least;
	u64 end = area->start + area->size;

	for (;;) {
		const struct kho_segment *other;

		if (end < area->start || end - area->start < segment->size)
			return false;
		segment->start = (end - segment->size) & ~(request->align - 1);
		if (segment->start < least)
			return false;
		other = in_the_way(segments, count, segment->start, segment->size);
		if (!other)
			return true;
		end = other->start;
	}
}

static bool place(const struct kho_scratch_area *areas, size_t nr_areas, u64 page_size,
		  const struct kho_load_request *request, struct kho_segment *segments, size_t count)
{
	struct kho_load_request aligned = *request;
	struct kho_segment *segment = &segments[count];
	size_t i;

	/* kexec_add_buffer() */
	if (aligned.align < page_size)
		aligned.align = page_size;
	if (request->size > ~(u64)0 - page_size)
		return false;
	*segment = (struct kho_segment){
		.kind = request->kind,
		.size = (request->size + page_size - 1) & ~(page_size - 1),
	};
	for (i = 0; i < nr_areas; i++)
		if (place_in(&areas[i], &aligned, segments, count, segment))
			return true;
	return false;
}

size_t kho_load_place(const struct kho_scratch_area *areas, size_t nr_areas, u64 page_size,
		      const struct kho_load_request *requests, size_t nr_requests, struct kho_segment *segments)
{
	size_t i;

	for (i = 0; i < nr_requests; i++)
		if (!place(areas, nr_areas, page_size, &requests[i], segments, i))
			break;
	return i;
}
