/* SPDX-License-Identifier: GPL-2.0-only */
/* memblock's structs with the members that its reader looks for, laid out like no kernel's. */
#ifndef FAKE_MEMBLOCK_H
#define FAKE_MEMBLOCK_H

#include <stdint.h>

enum memblock_flags { MEMBLOCK_NONE };

struct memblock_region {
	int nid;
	uint64_t size;
	enum memblock_flags flags;
	uint64_t base;
	char gap[5];
};

struct memblock_type {
	const char *name;
	struct memblock_region *regions;
	unsigned long max, total_size, cnt;
};

struct memblock {
	struct memblock_type reserved;
	uint64_t current_limit;
	struct memblock_type memory;
};

#endif
