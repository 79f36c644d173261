// SPDX-License-Identifier: GPL-2.0-only
#include "guest/ballast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/file.h"

uint64_t ballast_parse_kilobytes(const char *text, const char *key)
{
	const char *found = text ? strstr(text, key) : NULL;

	return found ? strtoull(found + strlen(key), NULL, 10) << 10 : 0;
}

static uint64_t kilobytes_in(const char *path, const char *key)
{
	char *text = file_read(path, NULL);
	uint64_t bytes = ballast_parse_kilobytes(text, key);

	free(text);
	return bytes;
}

uint64_t ballast_free_memory(unsigned int node)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/meminfo", node);
	return kilobytes_in(path, "MemFree:");
}

static void pool_path(char path[128], unsigned int node, uint64_t page)
{
	snprintf(path, 128, "/sys/devices/system/node/node%u/hugepages/hugepages-%llukB/nr_hugepages", node,
		 (unsigned long long)(page >> 10));
}

static uint64_t pool_size(const char *path)
{
	char *text = file_read(path, NULL);
	uint64_t pages = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	return pages;
}

static bool set_pool(const char *path, uint64_t pages)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)pages);
	return file_write(path, text);
}

bool ballast_grow(unsigned int node, uint64_t bytes)
{
	uint64_t page = kilobytes_in("/proc/meminfo", "Hugepagesize:"), before;
	char path[128];

	if (!page)
		return false;
	pool_path(path, node, page);
	before = pool_size(path);
	return set_pool(path, before + (bytes + page - 1) / page) && pool_size(path) > before;
}

void ballast_drop(unsigned int node)
{
	uint64_t page = kilobytes_in("/proc/meminfo", "Hugepagesize:");
	char path[128];

	if (!page)
		return;
	pool_path(path, node, page);
	set_pool(path, 0);
}
