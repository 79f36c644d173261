// SPDX-License-Identifier: GPL-2.0-only
#include "memory_ranges.h"

/* The first range that ends above @address, by bisection; count if there is none. */
static size_t first_ending_above(const struct kho_memory_ranges *ranges, u64 address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->ranges[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool next_section(const void *context, u64 *section)
{
	const struct kho_memory_ranges *ranges = context;
	size_t i;

	if (*section > UINT64_MAX / ranges->section_bytes)
		return false;
	i = first_ending_above(ranges, *section * ranges->section_bytes);
	if (i == ranges->count)
		return false;
	if (ranges->ranges[i].start / ranges->section_bytes > *section)
		*section = ranges->ranges[i].start / ranges->section_bytes;
	return true;
}

static unsigned int pfn_node(const void *context, u64 pfn)
{
	const struct kho_memory_ranges *ranges = context;
	size_t i = first_ending_above(ranges, pfn * ranges->page_size);

	if (!ranges->count)
		return 0;
	return ranges->ranges[i == ranges->count ? i - 1 : i].node;
}

struct kho_memory kho_memory_from_ranges(const struct kho_memory_ranges *ranges)
{
	return (struct kho_memory){ .next_section = next_section, .pfn_node = pfn_node, .context = ranges };
}

struct kho_memory_ranges kho_memory_ranges_of(const struct kho_geometry *geometry,
					      const struct kho_memory_range *ranges, size_t count)
{
	return (struct kho_memory_ranges){
		.ranges = ranges,
		.count = count,
		.page_size = geometry->page_size,
		.section_bytes = geometry->page_size * geometry->pages_per_section,
	};
}

bool kho_memory_ranges_valid(const struct kho_memory_ranges *ranges, size_t nr_nodes)
{
	u64 end = 0;
	size_t i;

	if (!ranges->page_size || !ranges->section_bytes)
		return false;
	for (i = 0; i < ranges->count; i++) {
		const struct kho_memory_range *range = &ranges->ranges[i];

		if (range->start < end || range->end <= range->start || range->node >= nr_nodes)
			return false;
		end = range->end;
	}
	return true;
}
