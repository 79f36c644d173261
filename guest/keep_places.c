// SPDX-License-Identifier: GPL-2.0-only
#include "guest/keep_places.h"

#include <stdlib.h>

#include "guest/xorshift.h"

void keep_shuffle(size_t *order, size_t count, uint32_t seed)
{
	uint64_t word = seed * 0x9e3779b97f4a7c15ULL + 1;

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t other, swapped;

		word = xorshift64(word);
		other = word % i;
		swapped = order[i - 1];
		order[i - 1] = order[other];
		order[other] = swapped;
	}
}

/* How many slots there are, from the lowest on; @starts may be NULL. */
static size_t list_slots(const struct memory_map *map, int node, uint64_t slot, uint64_t *starts)
{
	size_t count = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct kho_memory_range *range = &map->ranges[i];
		uint64_t start = (range->start + slot - 1) / slot * slot;

		for (; (node < 0 || (int)range->node == node) && start < range->end && range->end - start >= slot;
		     start += slot) {
			if (starts)
				starts[count] = start;
			count++;
		}
	}
	return count;
}

/* Small enough for twice as many as are drawn, where there is memory for that. */
static uint64_t pick_slot(const struct memory_map *map, int node, size_t count)
{
	uint64_t slot = KEEP_SLOT_MAX;

	while (slot > KEEP_SLOT_MIN && list_slots(map, node, slot, NULL) / 2 < count)
		slot /= 2;
	return slot;
}

bool keep_places_draw(const struct memory_map *map, int node, uint32_t seed, size_t count, struct keep_places *places)
{
	uint64_t slot = pick_slot(map, node, count);
	size_t all = list_slots(map, node, slot, NULL);
	uint64_t *slots = calloc(all + 1, sizeof(*slots));
	size_t *order = calloc(all + 1, sizeof(*order));

	*places = (struct keep_places){ calloc(count + 1, sizeof(*places->starts)), count, slot };
	if (slots && order && places->starts && count <= all) {
		list_slots(map, node, slot, slots);
		keep_shuffle(order, all, seed);
		for (size_t i = 0; i < count; i++)
			places->starts[i] = slots[order[i]];
	} else {
		keep_places_free(places);
	}
	free(slots);
	free(order);
	return places->starts;
}

void keep_places_free(struct keep_places *places)
{
	free(places->starts);
	places->starts = NULL;
}

size_t keep_places_nearest(const uint64_t *addresses, const bool *taken, size_t count, uint64_t wanted)
{
	uint64_t least = UINT64_MAX;
	size_t best = count;

	for (size_t i = 0; i < count; i++) {
		uint64_t distance = addresses[i] < wanted ? wanted - addresses[i] : addresses[i] - wanted;

		if (taken[i] || distance > least || (distance == least && best < count))
			continue;
		least = distance;
		best = i;
	}
	return best;
}
