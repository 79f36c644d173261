/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's memory, as it printed it: "Early memory node ranges" (free_area_init(), 6.18 to 7.3). */
#ifndef KHO_GUEST_MEMORY_MAP_H
#define KHO_GUEST_MEMORY_MAP_H

#include "estimator/memory_ranges.h"

struct memory_map {
	struct kho_memory_range *ranges;
	size_t count;
	size_t nr_nodes; /* one more than the highest node number */
};

/* False: errno says why; ENOENT where the log does not have the ranges (any more). */
bool memory_map_read(struct memory_map *map);
void memory_map_free(struct memory_map *map);

/* At its end. False: there is no memory for it. */
bool memory_map_add(struct memory_map *map, const struct kho_memory_range *range);

/* "  node   0: [mem 0x0000000000001000-0x000000000009efff]"; false: another message. */
bool memory_map_parse_line(const char *message, struct kho_memory_range *range);

#endif
