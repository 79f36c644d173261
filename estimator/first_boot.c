// SPDX-License-Identifier: GPL-2.0-only
#include "first_boot.h"

#include "early_boot.h"

void kho_first_boot_workspace(const struct kho_layout *layout, size_t *nr_memory, size_t *nr_reserved)
{
	*nr_memory = 2 * layout->nr_ranges + 16;
	/* An event adds two regions at most; so does each range when nodes are set; scratch is still to come. */
	*nr_reserved = 2 * (layout->nr_events + layout->nr_ranges + layout->nr_nodes) + 64;
}

/* "Early memory node ranges" is memblock.memory itself, page by page: it need not be followed through its changes. */
static void add_memory(const struct kho_layout *layout, struct kho_mb *mb)
{
	size_t i;

	for (i = 0; i < layout->nr_ranges; i++)
		kho_mb_add_node(mb, layout->ranges[i].start, layout->ranges[i].end - layout->ranges[i].start,
				(int)layout->ranges[i].node, 0);
}

/* Where the node that was asked for had nothing, memblock_alloc_range_nid() reserves for no node. */
static int node_of(const struct kho_mb *mb, const struct kho_early_event *event)
{
	const struct kho_mb_region *region = kho_mb_find(&mb->memory, event->base);

	if (event->nid == KHO_ANY_NODE || (event->kind == KHO_EARLY_ALLOC && region && region->nid != event->nid))
		return KHO_MB_NO_NODE;
	return event->nid;
}

/*
 * The event does not say which of the two arrays was doubled. It follows the reservation that had no place, or comes in
 * memblock_isolate_range(), which wants two places.
 */
static void take_doubling(struct kho_mb *mb, const struct kho_early_event *event, u64 *memory_max, u64 *reserved_max)
{
	bool is_reserved = event->size == 2 * *reserved_max && mb->reserved.count + 2 > *reserved_max;

	if (is_reserved) {
		*reserved_max = event->size;
		mb->reserved.array = event->base;
	} else {
		*memory_max = event->size;
		mb->memory.array = event->base;
	}
}

static void take_event(struct kho_mb *mb, const struct kho_early_event *event)
{
	switch (event->kind) {
	case KHO_EARLY_ALLOC:
		if (event->base)
			kho_mb_reserve(mb, event->base, event->size, node_of(mb, event), event->flags);
		return;
	case KHO_EARLY_FOUND:
	case KHO_EARLY_RESERVE:
		kho_mb_reserve(mb, event->base, event->size, node_of(mb, event), event->flags);
		return;
	case KHO_EARLY_FREE:
		kho_mb_free(mb, event->base, event->size);
		return;
	case KHO_EARLY_INITRD: /* reserved by another event */
	case KHO_EARLY_ADD:    /* see add_memory() */
	case KHO_EARLY_REMOVE:
	case KHO_EARLY_DOUBLE:
	case KHO_NR_EARLY_KINDS:
		return;
	}
}

const char *kho_first_boot_run(const struct kho_layout *layout, struct kho_mb_region *memory,
			       struct kho_mb_region *reserved, struct kho_mb *mb)
{
	struct kho_mb_config config = kho_early_config(layout->geometry.page_size, layout->nr_nodes);
	u64 memory_max = config.memory_regions, reserved_max = config.reserved_regions;
	size_t nr_memory, nr_reserved, i;
	bool nodes_set = false;

	if (!layout->nr_ranges)
		return "the machine's memory ranges are not known";
	if (!layout->nr_events)
		return "there is no trace of the first kernel's early boot";
	kho_first_boot_workspace(layout, &nr_memory, &nr_reserved);
	/* Its own doublings are events as well: the model need not make any. */
	config.memory_regions = nr_memory;
	config.reserved_regions = nr_reserved;
	kho_mb_init(mb, &config, memory, nr_memory, reserved, nr_reserved);
	add_memory(layout, mb);
	for (i = 0; i < layout->nr_events; i++) {
		const struct kho_early_event *event = &layout->events[i];

		if (event->nid != KHO_ANY_NODE && !nodes_set) {
			kho_early_set_nodes(mb, &mb->reserved, layout->ranges, layout->nr_ranges);
			nodes_set = true;
		}
		take_event(mb, event);
		if (event->kind == KHO_EARLY_DOUBLE)
			take_doubling(mb, event, &memory_max, &reserved_max);
	}
	mb->memory.max = memory_max;
	mb->reserved.max = reserved_max;
	mb->current_limit = layout->ranges[layout->nr_ranges - 1].end; /* get_max_mapped() */
	kho_mb_allow_resize(mb);
	return mb->state == KHO_MB_GOOD ? NULL : "the trace has more regions than the model of memblock";
}
