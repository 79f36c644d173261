// SPDX-License-Identifier: GPL-2.0-only
#include "guest/kept_ranges.h"

#include <stdlib.h>
#include <unistd.h>

#include "guest/memfd.h"

/* Pieces may come in any order, and be many before they are joined. */
#define ROOM_MAX (1UL << 20)

static bool make_room(struct kept_ranges *kept)
{
	size_t room = kept->room ? kept->room * 2 : 64;
	struct kept_range *ranges = room > ROOM_MAX ? NULL : realloc(kept->ranges, room * sizeof(*ranges));

	if (!ranges)
		return false;
	kept->ranges = ranges;
	kept->room = room;
	return true;
}

void kept_ranges_add(struct kept_ranges *kept, uint64_t address, uint64_t bytes)
{
	struct kept_range *last = kept->count ? &kept->ranges[kept->count - 1] : NULL;

	if (last && last->end == address) {
		last->end += bytes;
		return;
	}
	if (kept->count == kept->room && !make_room(kept)) {
		kept->lost = true;
		return;
	}
	kept->ranges[kept->count++] = (struct kept_range){ address, address + bytes };
}

static void add_page(uint64_t address, void *context)
{
	kept_ranges_add(context, address, sysconf(_SC_PAGESIZE));
}

void kept_ranges_add_memfd(struct kept_ranges *kept, int fd, uint64_t bytes)
{
	if (!memfd_walk(fd, bytes, add_page, kept))
		kept->lost = true;
}

static int compare(const void *a, const void *b)
{
	const struct kept_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

void kept_ranges_sort(struct kept_ranges *kept)
{
	size_t joined = 0;

	if (kept->count)
		qsort(kept->ranges, kept->count, sizeof(*kept->ranges), compare);
	for (size_t i = 1; i < kept->count; i++) {
		struct kept_range *last = &kept->ranges[joined];

		if (kept->ranges[i].start > last->end)
			kept->ranges[++joined] = kept->ranges[i];
		else if (kept->ranges[i].end > last->end)
			last->end = kept->ranges[i].end;
	}
	if (kept->count)
		kept->count = joined + 1;
	if (kept->count > KEPT_RANGES_MAX)
		kept->lost = true;
}

void kept_ranges_free(struct kept_ranges *kept)
{
	free(kept->ranges);
	*kept = (struct kept_ranges){ 0 };
}
