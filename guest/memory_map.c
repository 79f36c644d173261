// SPDX-License-Identifier: GPL-2.0-only
#include "guest/memory_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/kernel_log.h"

#define HEADLINE  "Early memory node ranges"
#define MAX_NODES 1024

struct reader {
	struct memory_map *map;
	bool inside, failed;
};

bool memory_map_parse_line(const char *message, struct kho_memory_range *range)
{
	uint64_t first, last;
	unsigned int node;
	int end = 0;

	if (sscanf(message, " node %u: [mem %" SCNx64 "-%" SCNx64 "]%n", &node, &first, &last, &end) != 3 || !end)
		return false;
	if (message[end] || node >= MAX_NODES || last < first || last == UINT64_MAX)
		return false;
	*range = (struct kho_memory_range){ first, last + 1, node };
	return true;
}

bool memory_map_add(struct memory_map *map, const struct kho_memory_range *range)
{
	struct kho_memory_range *ranges = realloc(map->ranges, (map->count + 1) * sizeof(*ranges));

	if (!ranges)
		return false;
	ranges[map->count++] = *range;
	map->ranges = ranges;
	if (range->node >= map->nr_nodes)
		map->nr_nodes = range->node + 1;
	return true;
}

static bool visit(const char *message, void *context)
{
	struct reader *reader = context;
	struct kho_memory_range range;

	if (!reader->inside) {
		reader->inside = strcmp(message, HEADLINE) == 0;
		return true;
	}
	if (!memory_map_parse_line(message, &range))
		return false;
	reader->failed = !memory_map_add(reader->map, &range);
	return !reader->failed;
}

bool memory_map_read(struct memory_map *map)
{
	struct reader reader = { .map = map };

	*map = (struct memory_map){ 0 };
	if (!kernel_log_walk(visit, &reader))
		return false;
	if (reader.failed || !map->count) {
		memory_map_free(map);
		errno = reader.failed ? ENOMEM : ENOENT;
		return false;
	}
	return true;
}

void memory_map_free(struct memory_map *map)
{
	free(map->ranges);
	*map = (struct memory_map){ 0 };
}
