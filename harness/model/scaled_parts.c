// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/scaled_parts.h"

#include "estimator/direct_map.h"
#include "estimator/map_backing.h"

#define CACHE 64 /* SMP_CACHE_BYTES */

#define NODES_LEAST	  64	       /* below it node data do not depend on how many nodes there are */
#define NODE_GROWTH	  (2 * 16 * 3) /* bytes of node data for each node beyond: two zone lists of three zones */
#define SECTIONS_PER_ROOT 256	       /* SPARSEMEM_EXTREME: a page of struct mem_section */

static uint64_t power_of_two_up(uint64_t number)
{
	uint64_t power = 1;

	while (power < number)
		power *= 2;
	return power;
}

/* --- memory, and its page tables --- */

/* e820__memblock_setup(), which knows nothing of nodes. */
void kho_scaled_add_memory(struct kho_scaled_parts *parts)
{
	const GArray *ranges = parts->machine->ranges;

	for (guint i = 0; i < ranges->len;) {
		const struct kho_memory_range *range = &g_array_index(ranges, struct kho_memory_range, i);
		struct kho_early_event event = { .kind = KHO_EARLY_ADD, .nid = KHO_ANY_NODE, .base = range->start };
		uint64_t end = range->end;

		while (++i < ranges->len && g_array_index(ranges, struct kho_memory_range, i).start == end)
			end = g_array_index(ranges, struct kho_memory_range, i).end;
		event.size = end - event.base;
		kho_mb_add(&parts->book.mb, event.base, event.size);
		kho_early_book_append(&parts->book, &event);
	}
	if (!kho_mb_find(&parts->book.mb.memory, parts->boot.kernel.end - 1))
		kho_early_book_fail(&parts->book, "there is no memory for the kernel");
}

/* init_mem_mapping() */
void kho_scaled_map_memory(struct kho_scaled_parts *parts)
{
	uint64_t buffer_top = parts->boot.kernel.end, buffer = buffer_top - kho_early_table_buffer(&parts->boot.kernel);
	struct kho_early_event like = kho_early_request("alloc_low_pages", 4096, 4096, KHO_ANY_NODE);
	size_t nr_words = kho_direct_map_words(parts->machine->end, parts->book.mb.memory.room);
	g_autofree u64 *words = g_new(u64, nr_words);
	struct kho_early_mark mark = kho_early_book_begin(&parts->book);
	struct kho_direct_map map;

	if (!kho_direct_map_build(&map, &parts->book.mb, parts->machine->end, buffer, buffer_top, false, words,
				  nr_words))
		kho_early_book_fail(&parts->book, map.overflow ? "it has too many page tables for the model"
							       : "there is no memory for its page tables");
	kho_early_book_end(&parts->book, &mark, &like);
}

/* --- nodes --- */

bool kho_scaled_has_memory(const struct kho_scaled_parts *parts, guint nid)
{
	const GArray *ranges = parts->machine->ranges;

	for (guint i = 0; i < ranges->len; i++)
		if (g_array_index(ranges, struct kho_memory_range, i).node == nid)
			return true;
	return false;
}

static uint64_t node_bytes(const struct kho_scaled_parts *parts)
{
	uint64_t more =
		parts->machine->nr_nodes > NODES_LEAST ? power_of_two_up(parts->machine->nr_nodes) - NODES_LEAST : 0;

	return parts->boot.node_bytes + more * NODE_GROWTH;
}

static void set_nodes(struct kho_scaled_parts *parts)
{
	const GArray *ranges = parts->machine->ranges;
	const struct kho_memory_range *list = (const struct kho_memory_range *)ranges->data;
	struct kho_mb *mb = &parts->book.mb;

	kho_early_set_nodes(mb, &mb->memory, list, ranges->len);
	kho_early_set_nodes(mb, &mb->reserved, list, ranges->len);
}

void kho_scaled_make_nodes(struct kho_scaled_parts *parts)
{
	struct kho_early_mark mark;
	guint nr_nodes = parts->machine->nr_nodes;

	if (parts->machine->distances)
		kho_early_book_alloc(
			&parts->book,
			kho_early_request("numa_set_distance", (uint64_t)nr_nodes * nr_nodes, 4096, KHO_ANY_NODE),
			true);
	mark = kho_early_book_begin(&parts->book);
	set_nodes(parts);
	kho_early_book_end(&parts->book, &mark, NULL);
	for (guint nid = 0; nid < nr_nodes; nid++) {
		struct kho_early_event event =
			kho_early_request("memblock_alloc_range_nid", node_bytes(parts), CACHE, (int)nid);

		event.traced = false;
		if (kho_scaled_has_memory(parts, nid))
			kho_early_book_alloc(&parts->book, event, true);
	}
}

/* --- the memory map --- */

/* memblocks_present(): a root is on the node of its first section. */
void kho_scaled_make_roots(struct kho_scaled_parts *parts)
{
	const struct kho_geometry *geometry = &parts->geometry;
	uint64_t root_bytes = geometry->page_size * geometry->pages_per_section * SECTIONS_PER_ROOT, next = 0;
	const GArray *ranges = parts->machine->ranges;

	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(ranges, struct kho_memory_range, i);

		for (uint64_t root = MAX(range->start / root_bytes, next); root * root_bytes < range->end; root++) {
			kho_early_book_alloc(
				&parts->book,
				kho_early_request("sparse_index_alloc", geometry->page_size, CACHE, (int)range->node),
				true);
			next = root + 1;
		}
	}
}

/* Piece @i has room for the buffer of event @at, at its end: so it is there, and not in the piece any more. */
static bool cut_buffer(GArray *events, guint at, guint i, uint64_t align)
{
	struct kho_early_event *buffer = &g_array_index(events, struct kho_early_event, at);
	struct kho_early_event *piece = &g_array_index(events, struct kho_early_event, i);

	if (piece->nid != buffer->nid || piece->size < buffer->size ||
	    (piece->base + piece->size - buffer->size) % align)
		return false;
	buffer->base = piece->base + piece->size - buffer->size;
	buffer->flags = piece->flags;
	piece->size -= buffer->size;
	if (!piece->size)
		g_array_remove_index(events, i);
	return true;
}

/* The buffer comes out of the model with the rest: it is the piece that is aligned and large enough. */
static void append_map(struct kho_scaled_parts *parts, const struct kho_early_mark *mark, const struct kho_map_run *run)
{
	GArray *events = parts->book.events;
	uint64_t map_bytes = kho_section_map_bytes(&parts->geometry), bytes = run->count * map_bytes;
	struct kho_early_event buffer = kho_early_request("memmap_alloc", bytes, map_bytes, (int)run->nid);
	struct kho_early_event like = kho_early_request("memmap_alloc", 4096, 4096, (int)run->nid);
	guint at = events->len;

	buffer.exact = true;
	buffer.from = like.from = KHO_MAX_DMA;
	buffer.to = like.to = 1;
	kho_early_book_append(&parts->book, &buffer);
	kho_early_book_end(&parts->book, mark, &like);
	for (guint i = at + 1; i < events->len; i++)
		if (cut_buffer(events, at, i, map_bytes))
			return;
}

static void make_map(struct kho_scaled_parts *parts, struct kho_map_backing *backing, const struct kho_memory *memory,
		     const struct kho_map_run *run)
{
	struct kho_early_mark mark;

	/* pgdat->node_id is not set yet, so all of them come from node 0. */
	kho_early_book_alloc(&parts->book,
			     kho_early_request("sparse_init_nid", parts->boot.usage_bytes * run->count, CACHE, 0),
			     true);
	mark = kho_early_book_begin(&parts->book);
	if (kho_map_back_run(backing, memory, run) != run->count)
		kho_early_book_fail(&parts->book, "there is no memory for the memory map");
	append_map(parts, &mark, run);
}

/* sparse_init(), and what free_area_init() makes up for nodes without memory */
void kho_scaled_make_sparse(struct kho_scaled_parts *parts)
{
	const struct kho_geometry *geometry = &parts->geometry;
	const struct kho_memory_ranges ranges = kho_memory_ranges_of(
		geometry, (const struct kho_memory_range *)parts->machine->ranges->data, parts->machine->ranges->len);
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	struct kho_map_backing backing = { .mb = &parts->book.mb, .geometry = geometry, .lowest = KHO_MAX_DMA };
	struct kho_map_run run;
	u64 section = 0;

	while (!*parts->book.problem && kho_map_next_run(&memory, geometry->pages_per_section, &section, &run))
		make_map(parts, &backing, &memory, &run);
	for (guint nid = 0; nid < parts->machine->nr_nodes; nid++)
		if (!kho_scaled_has_memory(parts, nid))
			kho_early_book_alloc(
				&parts->book,
				kho_early_request("__memblock_alloc_or_panic", node_bytes(parts), CACHE, KHO_ANY_NODE),
				true);
}

/* --- all of it --- */

void kho_scaled_parts_init(struct kho_scaled_parts *parts, const struct kho_geometry *geometry,
			   const struct kho_reference_boot *boot, struct kho_scaled_machine *machine, GArray *events)
{
	uint64_t root_bytes = geometry->page_size * geometry->pages_per_section * SECTIONS_PER_ROOT;
	const struct kho_mb_config config = kho_early_config(geometry->page_size, machine->nr_nodes);
	size_t nr_memory = 4 * (size_t)machine->ranges->len + 64;
	size_t nr_reserved = 4 * (boot->nr_events + nr_memory + machine->nr_nodes + machine->nr_cpus) +
			     2 * (size_t)(machine->end / root_bytes) + 256;

	*parts = (struct kho_scaled_parts){ .geometry = *geometry, .boot = *boot, .machine = machine };
	kho_early_book_init(&parts->book, &config, nr_memory, nr_reserved, events);
	kho_mb_allow_resize(&parts->book.mb);
	parts->book.mb.current_limit = machine->end;
	parts->percpu = kho_percpu_plan_new(machine->cpus, boot->percpu_used, boot->percpu_atom);
	parts->percpu_places = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

void kho_scaled_parts_clear(struct kho_scaled_parts *parts)
{
	kho_early_book_clear(&parts->book);
	kho_scaled_machine_free(parts->machine);
	kho_percpu_plan_free(parts->percpu);
	g_array_unref(parts->percpu_places);
}
