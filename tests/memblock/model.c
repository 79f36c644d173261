// SPDX-License-Identifier: GPL-2.0-only
/* The model, as the player of scripts sees it. */
#include <stdio.h>
#include <stdlib.h>

#include "estimator/memblock_model.h"
#include "script.h"

#define ROOM	  4096
#define MAX_NODES 64 /* as compare builds the kernel's */

static struct kho_mb mb;
static struct kho_mb_region memory[ROOM], reserved[ROOM];

static struct script_answer start(const uint64_t *argument)
{
	struct kho_mb_config config = kho_mb_config_x86_64(MAX_NODES);

	config.cache_line = 32; /* tools/include/linux/cache.h */
	config.memory_regions = argument[0];
	config.reserved_regions = argument[1];
	config.movable_node = argument[2];
	kho_mb_init(&mb, &config, memory, ROOM, reserved, ROOM);
	return (struct script_answer){ .value = 1 };
}

static struct kho_mb_table *table_of(uint64_t which)
{
	return which ? &mb.reserved : &mb.memory;
}

static struct kho_mb_request request_of(const uint64_t *argument)
{
	return (struct kho_mb_request){
		.size = argument[0],
		.align = argument[1],
		.from = argument[2],
		.to = argument[3],
		.nid = (int)argument[4],
		.exact = argument[5],
	};
}

static struct script_answer alloc_blocks(const uint64_t *argument)
{
	struct kho_mb_request request = request_of(argument);
	struct kho_mb_blocks blocks = kho_mb_alloc_blocks(&mb, &request, argument[6]);

	return (struct script_answer){ blocks.count, blocks.elsewhere, blocks.last };
}

static uint64_t change(const struct script_call *call)
{
	const uint64_t *a = call->argument;

	switch (call->name) {
	case SCRIPT_add:
		return kho_mb_add(&mb, a[0], a[1]);
	case SCRIPT_add_node:
		return kho_mb_add_node(&mb, a[0], a[1], (int)a[2], (unsigned int)a[3]);
	case SCRIPT_remove:
		return kho_mb_remove(&mb, a[0], a[1]);
	case SCRIPT_reserve:
		return kho_mb_reserve(&mb, a[0], a[1], (int)a[2], (unsigned int)a[3]);
	case SCRIPT_free:
		return kho_mb_free(&mb, a[0], a[1]);
	case SCRIPT_mark:
		return kho_mb_mark(&mb, table_of(a[0]), a[1], a[2], (unsigned int)a[3]);
	case SCRIPT_clear:
		return kho_mb_clear(&mb, table_of(a[0]), a[1], a[2], (unsigned int)a[3]);
	case SCRIPT_set_node:
		return kho_mb_set_node(&mb, table_of(a[0]), a[1], a[2], (int)a[3]);
	case SCRIPT_start:
	case SCRIPT_resize:
	case SCRIPT_limit:
	case SCRIPT_scratch_only:
	case SCRIPT_trim:
	case SCRIPT_free_again:
	case SCRIPT_alloc_range:
	case SCRIPT_alloc:
	case SCRIPT_blocks:
	case SCRIPT_kern_size:
	case SCRIPT_free_scratch:
	case SCRIPT_largest:
		break;
	}
	abort();
}

struct script_answer backend_call(const struct script_call *call)
{
	const uint64_t *a = call->argument;
	struct kho_mb_request request = request_of(a);

	switch (call->name) {
	case SCRIPT_start:
		return start(a);
	case SCRIPT_resize:
		kho_mb_allow_resize(&mb);
		break;
	case SCRIPT_limit:
		mb.current_limit = a[0];
		break;
	case SCRIPT_scratch_only:
		mb.scratch_only = a[0];
		break;
	case SCRIPT_trim:
		kho_mb_trim(&mb, a[0]);
		break;
	case SCRIPT_alloc_range:
		return (struct script_answer){ .value = kho_mb_alloc_range(&mb, &request) };
	case SCRIPT_alloc:
		return (struct script_answer){ .value = kho_mb_alloc(&mb, &request) };
	case SCRIPT_blocks:
		return alloc_blocks(a);
	case SCRIPT_kern_size:
		return (struct script_answer){ .value = kho_mb_reserved_kern_size(&mb, a[0], (int)a[1]) };
	case SCRIPT_free_scratch:
		return (struct script_answer){ .value = kho_mb_free_scratch(&mb, (int)a[0]) };
	case SCRIPT_largest:
		return (struct script_answer){ .value = kho_mb_largest_free(&mb, a[0], a[1], a[2], (int)a[3]) };
	case SCRIPT_add:
	case SCRIPT_add_node:
	case SCRIPT_remove:
	case SCRIPT_reserve:
	case SCRIPT_free:
	case SCRIPT_mark:
	case SCRIPT_clear:
	case SCRIPT_set_node:
		return (struct script_answer){ .value = change(call) };
	case SCRIPT_free_again:
		abort();
	}
	return (struct script_answer){ .value = 1 };
}

const char *backend_stopped(void)
{
	switch (mb.state) {
	case KHO_MB_GOOD:
		return NULL;
	case KHO_MB_PANIC:
		return "panic";
	case KHO_MB_BUG:
		return "bug";
	case KHO_MB_OVERFLOW:
		return "the model's workspace is too small";
	case KHO_MB_UNMODELLED:
		return "not modelled";
	}
	abort();
}

struct script_table backend_table(int which)
{
	const struct kho_mb_table *table = table_of(which);

	return (struct script_table){ table->count, table->max, table->array, table->total };
}

struct script_region backend_region(int which, uint64_t index)
{
	const struct kho_mb_region *region = &table_of(which)->regions[index];

	return (struct script_region){ region->base, region->size, region->nid, region->flags };
}
