// SPDX-License-Identifier: GPL-2.0-only
/* The fake kernel's memblock: the symbol and its types only; the unit tests make up what is in memory. */
#include "tests/unit/fake_kernel/include/memblock.h"

struct memblock memblock;
struct memblock_region memblock_some_region;
