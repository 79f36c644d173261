/* SPDX-License-Identifier: GPL-2.0-only */
/* The places of what is kept at random: they follow from the machine's memory and a seed, not from what is free. */
#ifndef KHO_GUEST_KEEP_PLACES_H
#define KHO_GUEST_KEEP_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/memory_map.h"

#define KEEP_SLOT_MAX (64ULL << 20) /* bytes */
#define KEEP_SLOT_MIN (2ULL << 20)

struct keep_places {
	uint64_t *starts; /* physical addresses, in the order in which they were drawn */
	size_t count;
	uint64_t slot; /* bytes: what is kept should lie in [start, start + slot) */
};

/* @count different slots of @node's memory (-1: of all). False: it has not as many, or there is no memory. */
bool keep_places_draw(const struct memory_map *map, int node, uint32_t seed, size_t count, struct keep_places *places);
void keep_places_free(struct keep_places *places);

/* Of @count @addresses that which is nearest to @wanted and not @taken; @count: none is left. */
size_t keep_places_nearest(const uint64_t *addresses, const bool *taken, size_t count, uint64_t wanted);

/* An order of the numbers [0, @count) that follows from @seed. */
void keep_shuffle(size_t *order, size_t count, uint32_t seed);

#endif
