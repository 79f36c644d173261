// SPDX-License-Identifier: GPL-2.0-only
#include "direct_map.h"

#define PAGE	(1ULL << 12)
#define PMD	(1ULL << 21)
#define PUD	(1ULL << 30)
#define PGD	(1ULL << 39)
#define ISA_END (1ULL << 20)

#define STEP_FACTOR 256 /* get_new_step_size(): 1 << (PMD_SHIFT - PAGE_SHIFT - 1) */
#define NR_PARTS    5	/* NR_RANGE_MR */
#define WORD_BITS   64

/* A part of a range, and with which pages it may be mapped. */
struct part {
	u64 start, end;
	bool pmd, pud;
};

static u64 min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 max(u64 a, u64 b)
{
	return a > b ? a : b;
}

static u64 down(u64 address, u64 align)
{
	return address & ~(align - 1);
}

static u64 up(u64 address, u64 align)
{
	return down(address + align - 1, align);
}

static size_t bitmap_words(u64 end, u64 unit)
{
	return (end / unit + 1) / WORD_BITS + 1;
}

/* Sets a bit; false: it was set. */
static bool set(u64 *bitmap, u64 bit)
{
	u64 mask = 1ULL << bit % WORD_BITS;
	bool was = bitmap[bit / WORD_BITS] & mask;

	bitmap[bit / WORD_BITS] |= mask;
	return !was;
}

/* alloc_low_pages(1) */
static bool take_page(struct kho_direct_map *map)
{
	const struct kho_mb_request request = {
		.size = PAGE,
		.align = PAGE,
		.from = map->min_mapped,
		.to = map->max_mapped,
		.nid = KHO_MB_NO_NODE,
	};

	if (map->use_buffer && map->buffer_end + PAGE <= map->buffer_top) {
		map->buffer_end += PAGE;
		return true;
	}
	if (map->min_mapped < map->max_mapped && kho_mb_alloc_range(map->mb, &request)) {
		map->pages++;
		return true;
	}
	/* What is left is extend_brk(), after the brk was closed: a BUG. */
	map->failed = true;
	return false;
}

static bool add_pte_table(struct kho_direct_map *map, u64 number)
{
	size_t i;

	for (i = 0; i < map->nr_pte_tables; i++)
		if (map->pte_tables[i] == number)
			return true;
	if (map->nr_pte_tables == map->room) {
		map->overflow = true;
		return false;
	}
	map->pte_tables[map->nr_pte_tables++] = number;
	return take_page(map);
}

/* phys_pmd_init() */
static bool map_pmds(struct kho_direct_map *map, const struct part *part, u64 start, u64 end)
{
	u64 address;

	if (part->pmd)
		return true;
	for (address = start; address < end; address = down(address, PMD) + PMD)
		if (!add_pte_table(map, address / PMD))
			return false;
	return true;
}

/* kernel_physical_mapping_init(), phys_pud_init() */
static bool map_part(struct kho_direct_map *map, const struct part *part)
{
	u64 address, next;

	for (address = part->start; address < part->end; address = next) {
		next = min(down(address, PUD) + PUD, part->end);
		if (set(map->pud_tables, address / PGD) && !take_page(map))
			return false;
		if (part->pud)
			continue;
		if (set(map->pmd_tables, address / PUD) && !take_page(map))
			return false;
		if (!map_pmds(map, part, address, next))
			return false;
	}
	return true;
}

/* memblock_is_region_memory() */
static bool is_memory(const struct kho_mb *mb, u64 start, u64 end)
{
	const struct kho_mb_region *region = kho_mb_find(&mb->memory, start);

	return region && region->base + region->size >= end;
}

/* save_mr() and adjust_range_page_size_mask() */
static size_t save(const struct kho_direct_map *map, struct part *parts, size_t count, struct part part)
{
	if (part.start >= part.end || count == NR_PARTS)
		return count;
	part.pmd = part.pmd || is_memory(map->mb, down(part.start, PMD), up(part.end, PMD));
	part.pud = map->gb_pages && (part.pud || is_memory(map->mb, down(part.start, PUD), up(part.end, PUD)));
	parts[count] = part;
	return count + 1;
}

/* split_mem_range() */
static size_t split(const struct kho_direct_map *map, struct part *parts, u64 start, u64 end)
{
	size_t count = 0;
	u64 at = start, stop = min(up(start, PMD), end);

	count = save(map, parts, count, (struct part){ at, stop, false, false });
	at = max(at, stop);
	stop = min(up(at, PUD), down(end, PMD));
	count = save(map, parts, count, (struct part){ at, stop, true, false });
	at = max(at, stop);
	stop = down(end, PUD);
	count = save(map, parts, count, (struct part){ at, stop, true, true });
	at = max(at, stop);
	stop = down(end, PMD);
	count = save(map, parts, count, (struct part){ at, stop, true, false });
	at = max(at, stop);
	return save(map, parts, count, (struct part){ at, end, false, false });
}

/* init_memory_mapping() */
static bool map_range(struct kho_direct_map *map, u64 start, u64 end)
{
	struct part parts[NR_PARTS];
	size_t count = split(map, parts, start, end), i;

	for (i = 0; i < count; i++)
		if (!map_part(map, &parts[i]))
			return false;
	map->max_mapped = max(map->max_mapped, end);
	return true;
}

/* init_range_memory_mapping(): adds to *@mapped what it maps. */
static bool map_memory(struct kho_direct_map *map, u64 from, u64 to, u64 *mapped)
{
	size_t i;

	/* The tables of memory do not change here, only those of reservations. */
	for (i = 0; i < map->mb->memory.count; i++) {
		const struct kho_mb_region *region = &map->mb->memory.regions[i];
		u64 start = min(max(up(region->base, PAGE), from), to);
		u64 end = min(max(down(region->base + region->size, PAGE), from), to);

		if (start >= end)
			continue;
		map->use_buffer = max(start, map->buffer_end) >= min(end, map->buffer_top);
		if (!map_range(map, start, end))
			return false;
		*mapped += end - start;
		map->use_buffer = true;
	}
	return true;
}

/* The top-most 2 MiB that memblock would give: where memory_map_top_down() begins. */
static u64 find_top(struct kho_mb *mb, u64 end)
{
	const struct kho_mb_request request = {
		.size = PMD, .align = PMD, .from = ISA_END, .to = end, .nid = KHO_MB_NO_NODE
	};
	u64 base = kho_mb_alloc_range(mb, &request);

	if (!base)
		return max(ISA_END, down(end, PMD));
	kho_mb_free(mb, base, PMD);
	return base + PMD;
}

/* memory_map_top_down() */
static bool map_top_down(struct kho_direct_map *map, u64 end)
{
	u64 top = find_top(map->mb, end), last = top, step = PMD, mapped = 0, start;

	map->max_mapped = 0;
	map->min_mapped = top;
	while (last > ISA_END) {
		start = last > step ? max(down(last - 1, step), ISA_END) : ISA_END;
		if (!map_memory(map, start, last, &mapped))
			return false;
		last = start;
		map->min_mapped = last;
		if (mapped >= step)
			step *= STEP_FACTOR;
	}
	return top >= end || map_memory(map, top, end, &mapped);
}

size_t kho_direct_map_words(u64 end, size_t nr_regions)
{
	return bitmap_words(end, PGD) + bitmap_words(end, PUD) + 4 * nr_regions + 16;
}

static void clear(u64 *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		words[i] = 0;
}

bool kho_direct_map_build(struct kho_direct_map *map, struct kho_mb *mb, u64 end, u64 buffer, u64 buffer_top,
			  bool gb_pages, u64 *words, size_t nr_words)
{
	size_t puds = bitmap_words(end, PGD), pmds = bitmap_words(end, PUD);

	*map = (struct kho_direct_map){
		.mb = mb,
		.gb_pages = gb_pages,
		.buffer = buffer,
		.buffer_end = buffer,
		.buffer_top = buffer_top,
		.use_buffer = true,
		.pud_tables = words,
		.pmd_tables = words + puds,
		.pte_tables = words + puds + pmds,
	};
	if (nr_words < puds + pmds) {
		map->overflow = true;
		return false;
	}
	map->room = nr_words - puds - pmds;
	clear(words, puds + pmds);
	/* The ISA range is always mapped, memory or not. */
	return map_range(map, 0, ISA_END) && map_top_down(map, end);
}
