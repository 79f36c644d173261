// SPDX-License-Identifier: GPL-2.0-only
#include "guest/memory_blocks.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/file.h"
#include "guest/nodes.h"

#define PATH_SIZE  512
#define BLOCKS_MAX (1U << 20)
#define BLOCK_MAX  (1ULL << 40)
#define END_MAX	   (1ULL << 52)

static u64 block_size(const char *root)
{
	char path[PATH_SIZE], *text, *end;
	u64 size;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/block_size_bytes", root);
	text = file_read(path, NULL);
	size = text ? strtoull(text, &end, 16) : 0;
	free(text);
	return size >= 1 << 20 && size <= BLOCK_MAX ? size : 0;
}

/* "memory12": 12 */
static bool read_name(const char *name, u64 *number)
{
	char *end;

	if (strncmp(name, "memory", strlen("memory")) != 0)
		return false;
	name += strlen("memory");
	*number = strtoull(name, &end, 10);
	return end != name && !*end && *number < BLOCKS_MAX;
}

static bool take_blocks(struct memory_map *map, const char *path, unsigned int nid, u64 block)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool good = true;

	while (good && directory && (entry = readdir(directory))) {
		struct kho_memory_range range = { .node = nid };
		u64 number;

		if (!read_name(entry->d_name, &number) || (number + 1) * block > END_MAX)
			continue;
		range.start = number * block;
		range.end = range.start + block;
		good = memory_map_add(map, &range);
	}
	if (directory)
		closedir(directory);
	return good;
}

static bool take_nodes(struct memory_map *map, const char *root, u64 block)
{
	struct nodes nodes;
	char path[PATH_SIZE];
	bool good = nodes_read(&nodes, root);

	for (size_t nid = 0; good && nodes.numa && nid < nodes.count; nid++) {
		snprintf(path, sizeof(path), "%s/sys/devices/system/node/node%zu", root, nid);
		good = !nodes.nodes[nid].online || take_blocks(map, path, nid, block);
	}
	nodes_free(&nodes);
	return good;
}

static int compare_start(const void *a, const void *b)
{
	const struct kho_memory_range *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->node < right->node ? -1 : left->node > right->node;
}

static void join(struct memory_map *map)
{
	size_t to = 0;

	qsort(map->ranges, map->count, sizeof(*map->ranges), compare_start);
	for (size_t i = 1; i < map->count; i++) {
		struct kho_memory_range *before = &map->ranges[to], *here = &map->ranges[i];

		if (here->start < before->end)
			continue;
		if (here->start == before->end && here->node == before->node)
			before->end = here->end;
		else
			map->ranges[++to] = *here;
	}
	map->count = to + 1;
}

bool memory_blocks_read(struct memory_map *map, const char *root)
{
	u64 block = block_size(root);
	char path[PATH_SIZE];
	bool good;

	*map = (struct memory_map){ 0 };
	if (!block) {
		errno = ENOENT;
		return false;
	}
	good = take_nodes(map, root, block);
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	/* Without CONFIG_NUMA there are no nodes: everything is node 0's. */
	if (good && !map->count)
		good = take_blocks(map, path, 0, block);
	if (good && map->count) {
		join(map);
		return true;
	}
	memory_map_free(map);
	errno = good ? ENOENT : ENOMEM;
	return false;
}
