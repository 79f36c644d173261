// SPDX-License-Identifier: GPL-2.0-only
#include "memblock_model.h"

/* PHYS_ADDR_MAX: no range reaches further, so the very last byte belongs to none. */
#define ADDRESS_MAX (~(u64)0)

static u64 min_of(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 max_of(u64 a, u64 b)
{
	return a > b ? a : b;
}

static u64 end_of(const struct kho_mb_region *region)
{
	return region->base + region->size;
}

/* memblock_cap_size() */
static u64 range_end(u64 base, u64 size)
{
	return base + min_of(size, ADDRESS_MAX - base);
}

static u64 align_down(u64 value, u64 align)
{
	return value & ~(align - 1);
}

/* Wraps to 0 as the kernel's does. */
static u64 align_up(u64 value, u64 align)
{
	return align_down(value + align - 1, align);
}

static bool is_power_of_two(u64 value)
{
	return value && !(value & (value - 1));
}

/* numa_valid_node() */
static bool is_node(const struct kho_mb *mb, int nid)
{
	return nid >= 0 && nid < mb->config.max_nodes;
}

static bool stop(struct kho_mb *mb, enum kho_mb_state state)
{
	if (mb->state == KHO_MB_GOOD)
		mb->state = state;
	return false;
}

struct kho_mb_config kho_mb_config_x86_64(int max_nodes)
{
	return (struct kho_mb_config){
		.page_size = 4096,
		.cache_line = 64,
		.region_size = 24,
		.memory_regions = 128,
		.reserved_regions = 128,
		.max_nodes = max_nodes,
	};
}

void kho_mb_init(struct kho_mb *mb, const struct kho_mb_config *config, struct kho_mb_region *memory, size_t nr_memory,
		 struct kho_mb_region *reserved, size_t nr_reserved)
{
	*mb = (struct kho_mb){
		.config = *config,
		.memory = { .regions = memory, .room = nr_memory, .max = config->memory_regions },
		.reserved = { .regions = reserved, .room = nr_reserved, .max = config->reserved_regions },
		.current_limit = KHO_MB_ANYWHERE,
	};
}

void kho_mb_allow_resize(struct kho_mb *mb)
{
	mb->can_resize = true;
}

/* --- a table: sorted, without overlaps --- */

/* How many of the first @among regions begin below @address. */
static size_t count_below(const struct kho_mb_table *table, size_t among, u64 address)
{
	size_t low = 0, length = among;

	/* Without a branch that nobody could predict. */
	while (length) {
		size_t half = (length + 1) / 2;

		low += table->regions[low + half - 1].base < address ? half : 0;
		length -= half;
	}
	return low;
}

/* The first region that ends above @address; table->count if there is none. */
static size_t first_above(const struct kho_mb_table *table, u64 address)
{
	size_t index = count_below(table, table->count, address);

	if (index && end_of(&table->regions[index - 1]) > address)
		return index - 1;
	return index;
}

const struct kho_mb_region *kho_mb_find(const struct kho_mb_table *table, u64 address)
{
	size_t index = first_above(table, address);

	if (index == table->count || table->regions[index].base > address)
		return NULL;
	return &table->regions[index];
}

static bool open_slot(struct kho_mb *mb, struct kho_mb_table *table, size_t index)
{
	struct kho_mb_region *slot = &table->regions[index];

	if (table->count >= table->room)
		return stop(mb, KHO_MB_OVERFLOW);
	__builtin_memmove(slot + 1, slot, (table->count - index) * sizeof(*slot));
	table->count++;
	return true;
}

static void close_slots(struct kho_mb_table *table, size_t index, size_t count)
{
	struct kho_mb_region *slot = &table->regions[index];

	__builtin_memmove(slot, slot + count, (table->count - index - count) * sizeof(*slot));
	table->count -= count;
}

static bool is_alike(const struct kho_mb_region *region, int nid, unsigned int flags)
{
	return region->nid == nid && region->flags == flags;
}

/*
 * Adds the range, which must be free and belong at *@index, and merges it with its neighbours where they are alike.
 * *@index is then the region that it is in.
 */
static bool insert(struct kho_mb *mb, struct kho_mb_table *table, size_t *index, const struct kho_mb_region *range)
{
	struct kho_mb_region *next = &table->regions[*index];
	bool joins_last = *index > 0 && end_of(next - 1) == range->base && is_alike(next - 1, range->nid, range->flags);
	bool joins_next =
		*index < table->count && next->base == end_of(range) && is_alike(next, range->nid, range->flags);

	if (joins_last) {
		next[-1].size += range->size;
		if (joins_next) {
			next[-1].size += next->size;
			close_slots(table, *index, 1);
		}
		--*index;
	} else if (joins_next) {
		next->base = range->base;
		next->size += range->size;
	} else {
		if (!open_slot(mb, table, *index))
			return false;
		*next = *range;
	}
	table->total += range->size;
	return true;
}

/* memblock_merge_regions() */
static void merge(struct kho_mb_table *table, size_t first, size_t end)
{
	size_t index = first ? first - 1 : 0;

	while (index < end && index + 1 < table->count) {
		struct kho_mb_region *region = &table->regions[index], *next = region + 1;

		if (end_of(region) != next->base || !is_alike(region, next->nid, next->flags)) {
			index++;
			continue;
		}
		region->size += next->size;
		close_slots(table, index + 1, 1);
		end--;
	}
}

/* --- free memory, from the top down --- */

/* As for_each_free_mem_range_reverse(): what lies in memory that will do, in [start, end), and is not reserved. */
struct walk {
	const struct kho_mb *mb;
	u64 start, end;
	int nid;
	unsigned int want; /* flags that a region must have ... */
	unsigned int shun; /* ... and must not */
	size_t memory;	   /* regions of memory still to be looked at */
	u64 bottom, top;   /* what is left of the present one */
	size_t reserved;   /* reservations that begin below top */
	u64 from, to;	   /* the free piece */
};

/* should_skip_region() */
static bool will_do(const struct walk *walk, const struct kho_mb_region *region)
{
	if ((region->flags & (walk->want | walk->shun)) != walk->want)
		return false;
	return region->nid == walk->nid || !is_node(walk->mb, walk->nid);
}

static struct walk begin_walk(const struct kho_mb *mb, u64 start, u64 end, int nid, unsigned int want)
{
	return (struct walk){
		.mb = mb,
		.start = start,
		.end = end,
		.nid = nid,
		.want = want,
		.shun = KHO_MB_NOMAP | KHO_MB_DRIVER_MANAGED | (mb->config.movable_node ? KHO_MB_HOTPLUG : 0),
		.memory = count_below(&mb->memory, mb->memory.count, end),
		.reserved = mb->reserved.count,
	};
}

static bool next_memory(struct walk *walk)
{
	const struct kho_mb_table *reserved = &walk->mb->reserved;

	while (walk->memory) {
		const struct kho_mb_region *region = &walk->mb->memory.regions[--walk->memory];

		if (end_of(region) <= walk->start)
			return false;
		if (!will_do(walk, region))
			continue;
		walk->bottom = max_of(region->base, walk->start);
		walk->top = min_of(end_of(region), walk->end);
		/* The reservation below the region before may reach down into this one. */
		walk->reserved = count_below(reserved, min_of(walk->reserved + 1, reserved->count), walk->top);
		return true;
	}
	return false;
}

/* Within the present region: down to the first gap of at least @size bytes. This is where a replay spends its time. */
static bool next_gap(struct walk *walk, u64 size)
{
	const struct kho_mb_region *reserved = walk->mb->reserved.regions;
	u64 bottom = walk->bottom, top = walk->top, end = bottom, gap_end = top;
	size_t index = walk->reserved;
	bool found = false;

	while (!found && top >= bottom && top - bottom >= size) {
		gap_end = top;
		if (index) {
			end = end_of(&reserved[--index]);
			top = reserved[index].base;
		} else {
			end = bottom;
			top = 0;
		}
		found = end <= gap_end && gap_end - end >= size;
	}
	walk->reserved = index;
	walk->top = top;
	walk->from = max_of(bottom, end);
	walk->to = gap_end;
	return found;
}

/* The next free piece below that has at least @size bytes (not 0), as walk->from and walk->to. */
static bool next_free(struct walk *walk, u64 size)
{
	while (!next_gap(walk, size))
		if (!next_memory(walk))
			return false;
	return true;
}

/* choose_memblock_flags(), and the bounds of memblock_find_in_range_node() */
static struct walk begin_search(const struct kho_mb *mb, u64 start, u64 end, int nid)
{
	if (end <= 1) /* MEMBLOCK_ALLOC_ACCESSIBLE, MEMBLOCK_ALLOC_NOLEAKTRACE */
		end = mb->current_limit;
	start = max_of(start, mb->config.page_size);
	end = max_of(start, end);
	return begin_walk(mb, start, end, nid, mb->scratch_only ? KHO_MB_SCRATCH : 0);
}

/* __memblock_find_range_top_down(); *@floor is where the free piece begins. */
static u64 search(const struct kho_mb *mb, u64 size, u64 align, u64 start, u64 end, int nid, u64 *floor)
{
	struct walk walk = begin_search(mb, start, end, nid);

	while (next_free(&walk, size)) {
		if (align_down(walk.to - size, align) < walk.from)
			continue;
		*floor = walk.from;
		return align_down(walk.to - size, align);
	}
	return 0;
}

/* --- growing a table --- */

static bool add_range(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, int nid, unsigned int flags);

/* memblock_find_in_range() */
static u64 find_array(const struct kho_mb *mb, u64 start, u64 end, u64 size)
{
	u64 floor;

	return search(mb, size, mb->config.page_size, start, end, KHO_MB_NO_NODE, &floor);
}

/*
 * memblock_double_array(): the new array comes out of memblock itself, but not out of the range that is about to be
 * reserved; unless that begins at 0 or 1, which are upper bounds that mean all memory, there as here.
 */
static bool double_array(struct kho_mb *mb, struct kho_mb_table *table, u64 avoid, u64 avoid_size)
{
	u64 old_size = table->max * mb->config.region_size, old_array = table->array;
	u64 new_size = align_up(old_size * 2, mb->config.page_size), array;

	if (!mb->can_resize)
		return stop(mb, KHO_MB_PANIC);
	if (table != &mb->reserved)
		avoid = avoid_size = 0;
	array = find_array(mb, avoid + avoid_size, mb->current_limit, new_size);
	if (!array && avoid_size)
		array = find_array(mb, 0, min_of(avoid, mb->current_limit), new_size);
	if (!array) {
		mb->failed_doublings++;
		return false;
	}
	mb->doublings++;
	table->array = array;
	table->max *= 2;
	if (old_array)
		kho_mb_free(mb, old_array, align_up(old_size, mb->config.page_size));
	if (!add_range(mb, &mb->reserved, array, new_size, KHO_MB_NO_NODE, KHO_MB_RSRV_KERN))
		return stop(mb, KHO_MB_BUG);
	return mb->state == KHO_MB_GOOD;
}

static u64 count_missing(const struct kho_mb_table *table, u64 base, u64 end)
{
	u64 missing = 0;
	size_t index;

	for (index = first_above(table, base); index < table->count && table->regions[index].base < end; index++) {
		missing += table->regions[index].base > base;
		base = end_of(&table->regions[index]);
	}
	return missing + (base < end);
}

static bool make_room(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 end)
{
	u64 missing, max = table->max;

	/* Always enough, so the kernel does not even count. */
	if (!table->count || table->count * 2 + 1 <= table->max)
		return true;
	missing = count_missing(table, base, end);
	while (table->count + missing > table->max)
		if (!double_array(mb, table, base, end - base))
			return false;
	/* Once it is inserting, it only checks. An array inside of the very range (at 0, see above) has cut it up. */
	if (table->max != max && table->count + count_missing(table, base, end) > table->max)
		return stop(mb, KHO_MB_BUG);
	return true;
}

/* memblock_add_range(): adds what is missing. */
static bool add_range(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, int nid, unsigned int flags)
{
	u64 end = range_end(base, size);
	size_t index;

	if (mb->state != KHO_MB_GOOD)
		return false;
	if (base == end)
		return true;
	if (!make_room(mb, table, base, end))
		return false;
	if (!table->count)
		table->total = 0;
	for (index = first_above(table, base); base < end; index++) {
		u64 gap_end = index < table->count ? min_of(end, table->regions[index].base) : end;
		struct kho_mb_region range = { base, gap_end - base, nid, flags };

		if (base < gap_end && !insert(mb, table, &index, &range))
			return false;
		base = end_of(&table->regions[index]);
	}
	return true;
}

/* Splits the region at @index at @address, which lies inside of it. */
static bool split(struct kho_mb *mb, struct kho_mb_table *table, size_t index, u64 address)
{
	struct kho_mb_region *lower = &table->regions[index], *upper = lower + 1;

	if (!open_slot(mb, table, index))
		return false;
	lower->size = address - lower->base;
	upper->size = end_of(upper) - address;
	upper->base = address;
	return true;
}

/* memblock_isolate_range(): [*first, *last) are the regions that make up the range. */
static bool isolate(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, size_t *first, size_t *last)
{
	u64 end = range_end(base, size);
	size_t index;

	*first = *last = 0;
	if (mb->state != KHO_MB_GOOD)
		return false;
	if (base == end)
		return true;
	while (table->count + 2 > table->max)
		if (!double_array(mb, table, base, end - base))
			return false;
	index = first_above(table, base);
	if (index < table->count && table->regions[index].base < base && !split(mb, table, index++, base))
		return false;
	*first = index;
	for (; index < table->count && table->regions[index].base < end; index++)
		if (end_of(&table->regions[index]) > end && !split(mb, table, index, end))
			return false;
	*last = index;
	return true;
}

/* memblock_remove_range() */
static bool remove_range(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size)
{
	size_t first, last, index;

	if (!isolate(mb, table, base, size, &first, &last))
		return false;
	for (index = first; index < last; index++)
		table->total -= table->regions[index].size;
	close_slots(table, first, last - first);
	return true;
}

bool kho_mb_add(struct kho_mb *mb, u64 base, u64 size)
{
	return add_range(mb, &mb->memory, base, size, mb->config.max_nodes, 0);
}

bool kho_mb_add_node(struct kho_mb *mb, u64 base, u64 size, int nid, unsigned int flags)
{
	return add_range(mb, &mb->memory, base, size, nid, flags);
}

bool kho_mb_remove(struct kho_mb *mb, u64 base, u64 size)
{
	return remove_range(mb, &mb->memory, base, size);
}

bool kho_mb_reserve(struct kho_mb *mb, u64 base, u64 size, int nid, unsigned int flags)
{
	return add_range(mb, &mb->reserved, base, size, nid, flags);
}

bool kho_mb_free(struct kho_mb *mb, u64 base, u64 size)
{
	return remove_range(mb, &mb->reserved, base, size);
}

void kho_mb_trim(struct kho_mb *mb, u64 align)
{
	struct kho_mb_table *memory = &mb->memory;
	size_t index = 0;

	if (mb->state != KHO_MB_GOOD)
		return;
	if (!is_power_of_two(align)) {
		stop(mb, KHO_MB_UNMODELLED);
		return;
	}
	while (index < memory->count) {
		struct kho_mb_region *region = &memory->regions[index];
		u64 start = align_up(region->base, align), end = align_down(end_of(region), align);

		if (start < region->base) {
			stop(mb, KHO_MB_UNMODELLED); /* the kernel's table is no longer sorted */
			return;
		}
		if (start < end) {
			region->base = start;
			region->size = end - start;
			index++;
		} else {
			memory->total -= region->size;
			close_slots(memory, index, 1);
		}
	}
}

bool kho_mb_mark(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, unsigned int flag)
{
	size_t first, last, index;

	if (!isolate(mb, table, base, size, &first, &last))
		return false;
	for (index = first; index < last; index++)
		table->regions[index].flags |= flag;
	merge(table, first, last);
	return true;
}

bool kho_mb_clear(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, unsigned int flag)
{
	size_t first, last, index;

	if (!isolate(mb, table, base, size, &first, &last))
		return false;
	for (index = first; index < last; index++)
		table->regions[index].flags &= ~flag;
	merge(table, first, last);
	return true;
}

bool kho_mb_set_node(struct kho_mb *mb, struct kho_mb_table *table, u64 base, u64 size, int nid)
{
	size_t first, last, index;

	if (!isolate(mb, table, base, size, &first, &last))
		return false;
	for (index = first; index < last; index++)
		table->regions[index].nid = nid;
	merge(table, first, last);
	return true;
}

/* --- allocation --- */

/* Where an allocation was put. */
struct place {
	u64 address; /* 0: nowhere */
	u64 floor;   /* the free piece that it was cut from began here */
	int nid;     /* what its reservation was given */
};

static bool take(struct kho_mb *mb, const struct kho_mb_request *request, u64 from, u64 to, int nid,
		 struct place *place)
{
	u64 align = request->align ? request->align : mb->config.cache_line;

	place->address = search(mb, request->size, align, from, to, nid, &place->floor);
	place->nid = nid;
	if (place->address && add_range(mb, &mb->reserved, place->address, request->size, nid, KHO_MB_RSRV_KERN))
		return true;
	place->address = 0;
	return false;
}

/* memblock_alloc_range_nid(); where the reservation failed, the kernel tries the other nodes as well. */
static struct place alloc_range(struct kho_mb *mb, const struct kho_mb_request *request, u64 from, u64 to)
{
	struct place place = { 0 };

	if (mb->state != KHO_MB_GOOD)
		return place;
	if (!request->size || (request->align && !is_power_of_two(request->align))) {
		stop(mb, KHO_MB_UNMODELLED);
		return place;
	}
	if (!take(mb, request, from, to, request->nid, &place) && is_node(mb, request->nid) && !request->exact)
		take(mb, request, from, to, KHO_MB_NO_NODE, &place);
	return place;
}

/* memblock_alloc_internal() */
static struct place alloc_internal(struct kho_mb *mb, const struct kho_mb_request *request)
{
	u64 to = min_of(request->to, mb->current_limit);
	struct place place = alloc_range(mb, request, request->from, to);

	if (!place.address && request->from)
		place = alloc_range(mb, request, 0, to);
	return place;
}

u64 kho_mb_alloc_range(struct kho_mb *mb, const struct kho_mb_request *request)
{
	return alloc_range(mb, request, request->from, request->to).address;
}

u64 kho_mb_alloc(struct kho_mb *mb, const struct kho_mb_request *request)
{
	return alloc_internal(mb, request).address;
}

/*
 * After an allocation: how many more like it go right below, one under the other. What did not fit above still does
 * not, and each merges with the one before, so the array does not grow: unless it is full and the next makes it double.
 * The caller knows that it was not doubled for the first either, which would have freed memory above.
 */
static u64 count_more(const struct kho_mb *mb, const struct kho_mb_request *request, const struct place *place)
{
	u64 align = request->align ? request->align : mb->config.cache_line;

	if (request->size % align || mb->reserved.count >= mb->reserved.max)
		return 0;
	return (place->address - place->floor) / request->size;
}

struct kho_mb_blocks kho_mb_alloc_blocks(struct kho_mb *mb, const struct kho_mb_request *request, u64 count)
{
	struct kho_mb_blocks blocks = { 0 };

	while (blocks.count < count) {
		unsigned int doublings = mb->doublings + mb->failed_doublings;
		struct place place = alloc_internal(mb, request);
		const struct kho_mb_region *memory;
		u64 taken = 1;

		if (!place.address)
			break;
		if (mb->doublings + mb->failed_doublings == doublings)
			taken += min_of(count_more(mb, request, &place), count - blocks.count - 1);
		blocks.last = place.address - (taken - 1) * request->size;
		add_range(mb, &mb->reserved, blocks.last, (taken - 1) * request->size, place.nid, KHO_MB_RSRV_KERN);
		blocks.count += taken;
		memory = kho_mb_find(&mb->memory, place.address);
		if (is_node(mb, request->nid) && memory->nid != request->nid)
			blocks.elsewhere += taken;
	}
	return blocks;
}

/* --- questions --- */

u64 kho_mb_free_scratch(const struct kho_mb *mb, int nid)
{
	struct walk walk = begin_walk(mb, 0, ADDRESS_MAX, nid, KHO_MB_SCRATCH);
	u64 bytes = 0;

	while (next_free(&walk, 1))
		bytes += walk.to - walk.from;
	return bytes;
}

u64 kho_mb_largest_free(const struct kho_mb *mb, u64 align, u64 from, u64 to, int nid)
{
	struct walk walk = begin_search(mb, from, to, nid);
	u64 largest = 0, base;

	if (!align)
		align = mb->config.cache_line;
	while (next_free(&walk, 1)) {
		base = align_up(walk.from, align);
		if (base >= walk.from && base < walk.to)
			largest = max_of(largest, walk.to - base);
	}
	return largest;
}

u64 kho_mb_reserved_kern_size(const struct kho_mb *mb, u64 limit, int nid)
{
	const struct kho_mb_table *reserved = &mb->reserved;
	u64 bytes = 0;
	size_t index;

	for (index = 0; index < reserved->count && reserved->regions[index].base <= limit; index++) {
		const struct kho_mb_region *region = &reserved->regions[index];

		if (!(region->flags & KHO_MB_RSRV_KERN) || (is_node(mb, nid) && region->nid != nid))
			continue;
		bytes += min_of(end_of(region), limit) - region->base;
	}
	return bytes;
}
