// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own mm/memblock.c, unchanged, as the player of scripts sees it. It is included rather than linked: its
 * state is static, and has to be put back for each script.
 *
 * The headers are those of the kernel's own tools/testing/memblock, but what ends a kernel must not end this program,
 * and an array that memblock places at an address is kept somewhere else.
 */
#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/memory_hotplug.h>

#include "script.h"

static jmp_buf stop;
static const char *stopped;

static void __attribute__((noreturn)) end_script(const char *why)
{
	stopped = why;
	longjmp(stop, 1);
}

/* --- arrays that memblock moved to a physical address --- */

#define MAX_ARRAYS 64

static struct array {
	uint64_t address;
	void *contents;
} arrays[MAX_ARRAYS];
static size_t nr_arrays;

static size_t bytes_of_array(void);

static void *array_at(uint64_t address)
{
	if (nr_arrays == MAX_ARRAYS) {
		fprintf(stderr, "kernel: too many arrays\n");
		exit(3);
	}
	arrays[nr_arrays] = (struct array){ address, calloc(1, bytes_of_array()) };
	return arrays[nr_arrays++].contents;
}

static uint64_t address_of(const void *contents)
{
	for (size_t i = 0; i < nr_arrays; i++)
		if (arrays[i].contents == contents)
			return arrays[i].address;
	return 0; /* one of the first, in the kernel's image */
}

static void free_arrays(void)
{
	while (nr_arrays)
		free(arrays[--nr_arrays].contents);
}

/* --- what mm/memblock.c finds --- */

#undef __va
#undef __pa
#undef BUG_ON
#undef WARN_ON
#undef WARN_ON_ONCE
#undef pr_err
#undef pr_warn
#undef pr_info
#define __va(address)		array_at(address)
#define __pa(contents)		address_of(contents)
#define BUG_ON(condition)	((condition) ? end_script("bug") : (void)0)
#define WARN_ON(condition)	(!!(condition))
#define WARN_ON_ONCE(condition) (!!(condition))
#define panic(...)		end_script("panic")
#define pr_err(...)		((void)0)
#define pr_warn(...)		((void)0)
#define pr_info(...)		((void)0)

bool movable_node_enabled;

static inline void init_deferred_page(unsigned long pfn, int nid)
{
}

#include "memblock.c"

/* Never reached: there is no slab allocator yet. */
void *kmalloc(size_t size, gfp_t flags)
{
	abort();
}

void kfree(void *object)
{
	abort();
}

static size_t bytes_of_array(void)
{
	return 2 * max(memblock.memory.max, memblock.reserved.max) * sizeof(struct memblock_region);
}

/* --- calls --- */

static void reset_table(struct memblock_type *type, struct memblock_region *regions, unsigned long room, uint64_t max)
{
	if (!max || max > room) {
		fprintf(stderr, "kernel: an array of %llu entries was asked for, this kernel's has %lu\n",
			(unsigned long long)max, room);
		exit(2);
	}
	memset(regions, 0, room * sizeof(*regions));
	type->regions = regions;
	type->cnt = 0;
	type->max = max;
	type->total_size = 0;
}

static struct script_answer start(const uint64_t *argument)
{
	free_arrays();
	reset_table(&memblock.memory, memblock_memory_init_regions, ARRAY_SIZE(memblock_memory_init_regions),
		    argument[0]);
	reset_table(&memblock.reserved, memblock_reserved_init_regions, ARRAY_SIZE(memblock_reserved_init_regions),
		    argument[1]);
	memblock_set_current_limit(MEMBLOCK_ALLOC_ANYWHERE);
	memblock_clear_kho_scratch_only();
	memblock_can_resize = 0;
	movable_node_enabled = argument[2];
	return (struct script_answer){ .value = 1 };
}

static struct memblock_type *table_of(uint64_t which)
{
	return which ? &memblock.reserved : &memblock.memory;
}

static uint64_t alloc(const uint64_t *a)
{
	return (uint64_t)memblock_alloc_internal(a[0], a[1], a[2], a[3], (int)a[4], a[5]);
}

static int node_at(uint64_t address)
{
	return memblock_get_region_node(&memblock.memory.regions[memblock_search(&memblock.memory, address)]);
}

/* One by one. */
static struct script_answer alloc_blocks(const uint64_t *a)
{
	struct script_answer answer = { 0 };
	uint64_t address;

	while (answer.value < a[6] && (address = alloc(a))) {
		answer.value++;
		answer.last = address;
		answer.elsewhere += numa_valid_node((int)a[4]) && node_at(address) != (int)a[4];
	}
	return answer;
}

static uint64_t free_scratch(int nid)
{
	phys_addr_t from, to;
	uint64_t bytes = 0;
	u64 i;

	for_each_free_mem_range(i, nid, MEMBLOCK_KHO_SCRATCH, &from, &to, NULL) bytes += to - from;
	return bytes;
}

/* By trying: what memblock_find_in_range_node() finds nothing for, is too large. */
static uint64_t largest(const uint64_t *a)
{
	uint64_t align = a[0] ? a[0] : SMP_CACHE_BYTES, fits = 0, low = 1, high = UINT64_MAX - 1;

	while (low <= high) {
		uint64_t size = low + (high - low) / 2;

		if (memblock_find_in_range_node(size, align, a[1], a[2], (int)a[3], choose_memblock_flags())) {
			fits = size;
			low = size + 1;
		} else {
			high = size - 1;
		}
	}
	return fits;
}

static uint64_t change(const struct script_call *call)
{
	const uint64_t *a = call->argument;

	switch (call->name) {
	case SCRIPT_add:
		return !memblock_add(a[0], a[1]);
	case SCRIPT_add_node:
		return !memblock_add_node(a[0], a[1], (int)a[2], a[3]);
	case SCRIPT_remove:
		return !memblock_remove(a[0], a[1]);
	case SCRIPT_reserve:
		return !__memblock_reserve(a[0], a[1], (int)a[2], a[3]);
	case SCRIPT_free:
		return !memblock_phys_free(a[0], a[1]);
	case SCRIPT_mark:
		return !memblock_setclr_flag(table_of(a[0]), a[1], a[2], 1, a[3]);
	case SCRIPT_clear:
		return !memblock_setclr_flag(table_of(a[0]), a[1], a[2], 0, a[3]);
	case SCRIPT_set_node:
		return !memblock_set_node(a[1], a[2], table_of(a[0]), (int)a[3]);
	default:
		abort();
	}
}

static struct script_answer call_it(const struct script_call *call)
{
	const uint64_t *a = call->argument;

	switch (call->name) {
	case SCRIPT_start:
		return start(a);
	case SCRIPT_resize:
		memblock_allow_resize();
		break;
	case SCRIPT_limit:
		memblock_set_current_limit(a[0]);
		break;
	case SCRIPT_scratch_only:
		if (a[0])
			memblock_set_kho_scratch_only();
		else
			memblock_clear_kho_scratch_only();
		break;
	case SCRIPT_trim:
		memblock_trim_memory(a[0]);
		break;
	case SCRIPT_alloc_range:
		return (struct script_answer){ .value = memblock_alloc_range_nid(a[0], a[1], a[2], a[3], (int)a[4],
										 a[5]) };
	case SCRIPT_alloc:
		return (struct script_answer){ .value = alloc(a) };
	case SCRIPT_blocks:
		return alloc_blocks(a);
	case SCRIPT_kern_size:
		return (struct script_answer){ .value = memblock_reserved_kern_size(a[0], (int)a[1]) };
	case SCRIPT_free_scratch:
		return (struct script_answer){ .value = free_scratch((int)a[0]) };
	case SCRIPT_largest:
		return (struct script_answer){ .value = largest(a) };
	default:
		return (struct script_answer){ .value = change(call) };
	}
	return (struct script_answer){ .value = 1 };
}

struct script_answer backend_call(const struct script_call *call)
{
	stopped = NULL;
	if (setjmp(stop))
		return (struct script_answer){ .value = 0 };
	return call_it(call);
}

const char *backend_stopped(void)
{
	return stopped;
}

struct script_table backend_table(int which)
{
	const struct memblock_type *type = table_of(which);

	return (struct script_table){ type->cnt, type->max, address_of(type->regions), type->total_size };
}

struct script_region backend_region(int which, uint64_t index)
{
	const struct memblock_region *region = &table_of(which)->regions[index];

	return (struct script_region){ region->base, region->size, region->nid, region->flags };
}
