// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/placing.h"

#include "harness/model/pc_layout.h"

#define ABOVE (4ULL << 30)
#define BELOW (ABOVE - KHO_PC_HOLE)

static void place(struct kho_placing *placing, unsigned int nid, uint64_t bytes)
{
	if (bytes)
		kho_topology_place(placing->topology, nid, (struct kho_range){ placing->at, placing->at + bytes });
	placing->at += bytes;
}

void kho_placing_add(struct kho_placing *placing, unsigned int nid, uint64_t bytes)
{
	uint64_t below = placing->at < BELOW ? MIN(bytes, BELOW - placing->at) : 0;

	if (placing->at < ABOVE) {
		place(placing, nid, below);
		if (below == bytes)
			return;
		placing->at = ABOVE;
	}
	place(placing, nid, bytes - below);
}

void kho_placing_skip(struct kho_placing *placing, uint64_t bytes)
{
	bool below = placing->at < BELOW;

	placing->at += bytes;
	if (below && placing->at >= BELOW)
		placing->at = MAX(placing->at, ABOVE);
}
