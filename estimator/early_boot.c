// SPDX-License-Identifier: GPL-2.0-only
#include "early_boot.h"

#define NODES_LEAST 64 /* 1 << CONFIG_NODES_SHIFT of the kernels that are built here */

#define TABLE_BUFFER_SMALL (8ULL << 12)
#define TABLE_BUFFER_LARGE (16ULL << 12)

bool kho_early_called_by(const struct kho_early_event *event, const char *caller)
{
	const char *name = event->caller;

	while (*name && *name == *caller)
		name++, caller++;
	return *name == *caller;
}

static const struct kho_early_event *find_brk(const struct kho_early_event *events, size_t nr_events)
{
	size_t i;

	for (i = 0; i < nr_events; i++)
		if (events[i].kind == KHO_EARLY_RESERVE && events[i].flags & KHO_MB_RSRV_KERN &&
		    kho_early_called_by(&events[i], "setup_arch"))
			return &events[i];
	return NULL;
}

bool kho_early_kernel_find(const struct kho_early_event *events, size_t nr_events, struct kho_early_kernel *kernel)
{
	const struct kho_early_event *brk = find_brk(events, nr_events);
	size_t i;

	*kernel = (struct kho_early_kernel){ 0 };
	if (!brk)
		return false;
	for (i = 0; i < nr_events; i++)
		if (events[i].kind == KHO_EARLY_FOUND && events[i].base < brk->base &&
		    events[i].base + events[i].size >= brk->base + brk->size)
			*kernel = (struct kho_early_kernel){ events[i].base, brk->base, brk->base + brk->size };
	return kernel->brk;
}

struct kho_mb_request kho_early_request_of(const struct kho_early_event *event)
{
	return (struct kho_mb_request){
		.size = event->size,
		.align = event->align,
		.from = event->from,
		/* 1 is MEMBLOCK_ALLOC_NOLEAKTRACE, which is the current limit as well. */
		.to = event->to == 1 ? KHO_MB_ACCESSIBLE : event->to,
		.nid = event->nid,
		.exact = event->exact,
	};
}

struct kho_mb_config kho_early_config(u64 page_size, size_t nr_nodes)
{
	struct kho_mb_config config = kho_mb_config_x86_64(nr_nodes > NODES_LEAST ? (int)nr_nodes : NODES_LEAST);

	config.page_size = page_size;
	return config;
}

u64 kho_early_table_buffer(const struct kho_early_kernel *kernel)
{
	return kernel->end - kernel->brk >= TABLE_BUFFER_LARGE ? TABLE_BUFFER_LARGE : TABLE_BUFFER_SMALL;
}

void kho_early_set_nodes(struct kho_mb *mb, struct kho_mb_table *table, const struct kho_memory_range *ranges,
			 size_t nr_ranges)
{
	size_t i;

	for (i = 0; i < nr_ranges; i++)
		kho_mb_set_node(mb, table, ranges[i].start, ranges[i].end - ranges[i].start, (int)ranges[i].node);
}
