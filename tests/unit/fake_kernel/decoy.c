// SPDX-License-Identifier: GPL-2.0-only
/* The first unit of the fake kernel: the names of other units' types and symbols, with other contents. */
#include <stdint.h>

struct memblock_region {
	uint64_t flags, base, size;
};

struct prb_desc {
	char text_blk_lpos, state_var;
};

struct only_here;

struct memblock_region decoy_region;
struct prb_desc decoy_desc;
struct only_here *decoy_pointer;

/* One is hidden by a global of the same name elsewhere; of the other one each unit has its own. */
static uint32_t twice __attribute__((used)) = 1;
static uint32_t local __attribute__((used)) = 1;
