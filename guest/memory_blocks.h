/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's memory from sysfs, which anybody may read: in whole blocks (128 MiB or more), holes inside of
 * them and all. For where its log, which is exact (memory_map.h), cannot be read.
 */
#ifndef KHO_GUEST_MEMORY_BLOCKS_H
#define KHO_GUEST_MEMORY_BLOCKS_H

#include "guest/memory_map.h"

/*
 * Ascending; neighbours of the same node are one range, and a block with memory of several nodes is the first one's.
 * @root: "" but for tests. False: errno says why; ENOENT where there are no blocks.
 */
bool memory_blocks_read(struct memory_map *map, const char *root);

#endif
