/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The estimators written once more, from their specifications: section by section and page by page, slow, with nothing
 * shared. Only for small machines.
 */
#ifndef KHO_TESTS_REFERENCE_ESTIMATES_H
#define KHO_TESTS_REFERENCE_ESTIMATES_H

#include "tests/unit/random_machine.h"

#define MAX_PARTS 4096

/* The node of a byte: of the range around it, else of the next above, else of the last. */
static inline unsigned int reference_node(const struct machine *machine, uint64_t address)
{
	for (size_t i = 0; i < machine->nr_ranges; i++)
		if (address < machine->ranges[i].end)
			return machine->ranges[i].node;
	return machine->ranges[machine->nr_ranges - 1].node;
}

static inline bool reference_present(const struct machine *machine, uint64_t section)
{
	uint64_t start = section * section_bytes(machine);

	for (size_t i = 0; i < machine->nr_ranges; i++)
		if (touches(start, start + section_bytes(machine), machine->ranges[i].start, machine->ranges[i].end))
			return true;
	return false;
}

static inline uint64_t reference_last_section(const struct machine *machine)
{
	return (machine->ranges[machine->nr_ranges - 1].end - 1) / section_bytes(machine);
}

static inline uint64_t reference_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* --- sparsemem --- */

/* Step 2: of each node, the longest run of present sections that no other node's present section interrupts. */
static inline void reference_runs(const struct machine *machine, struct kho_sparsemem_node *nodes)
{
	for (unsigned int node = 0; node < machine->nr_nodes; node++) {
		uint64_t run = 0;

		for (uint64_t section = 0; section <= reference_last_section(machine); section++) {
			if (!reference_present(machine, section))
				continue;
			run = reference_node(machine, section * section_bytes(machine)) == node ? run + 1 : 0;
			if (run > nodes[node].map_count)
				nodes[node].map_count = run;
		}
	}
}

/*
 * Step 4, of one node: every area in parts that end at section boundaries at the latest, each of its own first byte's
 * node; then any two that overlap or touch are made one, until there are none.
 */
static inline uint64_t reference_usable(const struct machine *machine, unsigned int node, uint64_t map)
{
	static struct kho_scratch_area parts[MAX_PARTS];
	uint64_t usable = 0;
	size_t count = 0;

	for (size_t i = 0; i < machine->nr_scratch; i++) {
		uint64_t at = machine->scratch[i].start, end = at + machine->scratch[i].size;

		while (at < end) {
			uint64_t next = (at / section_bytes(machine) + 1) * section_bytes(machine);
			uint64_t part_end = next < end ? next : end;

			assert_true(count < MAX_PARTS);
			if (reference_node(machine, at - at % machine->geometry.page_size) == node)
				parts[count++] = (struct kho_scratch_area){ at, part_end - at };
			at = part_end;
		}
	}
	for (bool merged = true; merged;) {
		merged = false;
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < count; j++) {
				uint64_t end = parts[i].start + parts[i].size,
					 other_end = parts[j].start + parts[j].size;

				if (i == j || parts[j].start < parts[i].start || parts[j].start > end)
					continue;
				parts[i].size = (other_end > end ? other_end : end) - parts[i].start;
				parts[j] = parts[--count];
				merged = true;
				if (i == count)
					break;
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t start = reference_up(parts[i].start, map), end = parts[i].start + parts[i].size;

		if (end > start && end - start > usable)
			usable = end - start;
	}
	return usable;
}

static inline uint64_t reference_mib(uint64_t bytes)
{
	return bytes / MIB ?: 1;
}

/* Step 6: is @a worse than @b? The sizes here are small enough for 64 bits. */
static inline bool reference_worse(const struct kho_sparsemem_node *a, const struct kho_sparsemem_node *b)
{
	uint64_t deficit_a = a->required_bytes - a->usable_bytes, deficit_b = b->required_bytes - b->usable_bytes;
	uint64_t share_a = reference_mib(deficit_a) * reference_mib(b->required_bytes);
	uint64_t share_b = reference_mib(deficit_b) * reference_mib(a->required_bytes);

	return share_a > share_b || (share_a == share_b && deficit_a > deficit_b);
}

/* Into machine->nodes and machine->result. */
static inline void reference_sparsemem(struct machine *machine)
{
	const struct kho_geometry *geometry = &machine->geometry;
	uint64_t page_or_pmd = geometry->map_virtual && geometry->pmd_size ? geometry->pmd_size : geometry->page_size;
	uint64_t map = reference_up(geometry->struct_page_size * geometry->pages_per_section, page_or_pmd);

	memset(machine->nodes, 0, sizeof(machine->nodes));
	machine->result = (struct kho_sparsemem_result){ .section_map_bytes = map };
	reference_runs(machine, machine->nodes);
	for (unsigned int i = 0; i < machine->nr_nodes; i++) {
		struct kho_sparsemem_node *node = &machine->nodes[i];

		node->usable_bytes = reference_usable(machine, i, map);
		node->required_bytes = node->map_count * map;
		node->insufficient = node->usable_bytes < node->required_bytes;
	}
	/* the later node of equals: the first that no later one is as bad as */
	for (unsigned int i = machine->nr_nodes; i-- > 0;) {
		const struct kho_sparsemem_node *node = &machine->nodes[i];

		if (node->insufficient &&
		    (!machine->result.insufficient || reference_worse(node, &machine->nodes[machine->result.worst]))) {
			machine->result.insufficient = true;
			machine->result.worst = i;
		}
	}
}

/* --- aggregate --- */

static inline uint64_t reference_kept(const struct machine *machine, const struct kho_segment *segment)
{
	uint64_t most = segment->size;

	if (segment->kind == KHO_SEGMENT_PURGATORY)
		return 0;
	if (segment->kind == KHO_SEGMENT_BOOT_PARAMS)
		most = machine->geometry.page_size;
	if (segment->kind == KHO_SEGMENT_KERNEL && machine->kernel_bytes)
		most = machine->kernel_bytes;
	return most < segment->size ? most : segment->size;
}

/* Is [start, end) all of one area, and nothing of it taken? */
static inline bool reference_free(const struct machine *machine, const struct kho_scratch_area *area, uint64_t start,
				  uint64_t end)
{
	if (start < area->start || end > area->start + area->size)
		return false;
	for (size_t i = 0; i < machine->nr_segments; i++) {
		uint64_t kept = reference_kept(machine, &machine->segments[i]);

		if (kept && touches(start, end, machine->segments[i].start, machine->segments[i].start + kept))
			return false;
	}
	return true;
}

/* How many units of this size, at multiples of it, are free. */
static inline uint64_t reference_count_free(const struct machine *machine, uint64_t unit)
{
	uint64_t count = 0;

	for (size_t i = 0; i < machine->nr_scratch; i++) {
		const struct kho_scratch_area *area = &machine->scratch[i];

		for (uint64_t at = area->start / unit * unit; at < area->start + area->size; at += unit)
			count += reference_free(machine, area, at, at + unit);
	}
	return count;
}

struct reference_store {
	uint64_t block_bytes, table_bytes;
	uint64_t blocks, odd_bytes;
	bool pages; /* what is odd can serve, too */
};

static inline bool reference_take(struct reference_store *store)
{
	if (store->blocks) {
		store->blocks--;
		return true;
	}
	if (!store->pages || store->odd_bytes < store->block_bytes + store->table_bytes)
		return false;
	store->odd_bytes -= store->block_bytes + store->table_bytes;
	return true;
}

/* Boot takes what is odd first, and breaks blocks for the rest. */
static inline bool reference_take_boot(struct reference_store *store, uint64_t bytes)
{
	for (; store->odd_bytes < bytes && store->blocks; store->blocks--)
		store->odd_bytes += store->block_bytes;
	if (store->odd_bytes < bytes)
		return false;
	store->odd_bytes -= bytes;
	return true;
}

/* Into machine->total: only insufficient, node and left_bytes. @boot_bytes: what the rest of boot needs. */
static inline void reference_aggregate(struct machine *machine, uint64_t boot_bytes)
{
	const struct kho_geometry *geometry = &machine->geometry;
	uint64_t map = reference_up(geometry->struct_page_size * geometry->pages_per_section, geometry->page_size);
	bool huge = geometry->map_virtual && geometry->pmd_size && map % geometry->pmd_size == 0;
	struct reference_store store = { .block_bytes = huge ? geometry->pmd_size : map,
					 .pages = geometry->map_virtual };
	bool dead;

	store.blocks = huge || !geometry->map_virtual ? reference_count_free(machine, store.block_bytes) : 0;
	store.odd_bytes = reference_count_free(machine, geometry->page_size) * geometry->page_size -
			  store.blocks * store.block_bytes;
	if (store.pages)
		store.table_bytes =
			reference_up(store.block_bytes / geometry->page_size * sizeof(uint64_t), geometry->page_size);
	dead = !reference_take_boot(&store, boot_bytes);
	machine->total = (struct kho_aggregate_result){ 0 };
	for (uint64_t section = 0; section <= reference_last_section(machine); section++) {
		if (!reference_present(machine, section))
			continue;
		for (uint64_t got = 0; got < map && !dead; got += store.block_bytes)
			dead = !reference_take(&store);
		if (!dead)
			continue;
		machine->total.insufficient = true;
		machine->total.node = reference_node(machine, section * section_bytes(machine));
		return;
	}
	machine->total.left_bytes = store.odd_bytes + store.blocks * store.block_bytes;
}

#endif
