// SPDX-License-Identifier: GPL-2.0-only
#include "aggregate.h"

/*
 * What early boot takes of scratch beside the maps until its memory is free, and cannot do without. (swiotlb and the
 * large hash tables make do with what they get.) Measured with memblock=debug on Linux 6.19.6, x86-64, in a small
 * configuration, on machines of 4 to 64 GiB, one to eight nodes, one to four CPUs.
 */

/* mem_section[]: 16 KiB; page tables of vmemmap and for CPU entry areas: 20; tables of CPUs and resources: 20. */
#define BOOT_BYTES ((u64)64 << 10)
/* pglist_data: 12 KiB; and a page table, for the block that it breaks. */
#define BOOT_NODE_BYTES ((u64)16 << 10)
/* The per-cpu area of a CPU, page by page; as long as nobody tells, a node has one CPU. */
#define BOOT_CPU_BYTES ((u64)152 << 10)
/* Usage bitmaps: 88 bytes; struct mem_section: 16; page tables for a direct map without pages of 1 GiB: 512. */
#define BOOT_SECTION_BYTES ((u64)640)

#define TABLE_ENTRY_BYTES 8

/* How maps are made. */
struct unit {
	u64 bytes;	 /* of a block */
	u64 per_section; /* blocks in the map of a section */
	bool aligned;	 /* a block may be had in one piece, aligned to its size */
	bool pages;	 /* a block may be had page by page, ... */
	u64 table_bytes; /* ... and then needs these page tables */
};

/* [start, end) */
struct extent {
	u64 start;
	u64 end;
};

/* Free scratch. */
struct room {
	u64 bytes;  /* in whole pages */
	u64 blocks; /* aligned ones in it */
};

static u64 round_up_to(u64 value, u64 unit)
{
	u64 rest = value % unit;

	return rest ? value + (unit - rest) : value;
}

static u64 divide_up(u64 value, u64 unit)
{
	return value / unit + (value % unit != 0);
}

static u64 minimum(u64 a, u64 b)
{
	return a < b ? a : b;
}

/*
 * With vmemmap, huge pages where the map of a section is a multiple of them, and single pages if there are none;
 * without vmemmap each section's map must be in one piece, as in the other __populate_section_memmap() of mm/sparse.c.
 */
static struct unit unit_of(const struct kho_geometry *geometry)
{
	u64 map = round_up_to(geometry->struct_page_size * geometry->pages_per_section, geometry->page_size);
	struct unit unit = { .bytes = map, .per_section = 1, .aligned = true };

	if (!geometry->map_virtual)
		return unit;
	unit.pages = true;
	unit.aligned = geometry->pmd_size && map % geometry->pmd_size == 0;
	if (unit.aligned) {
		unit.bytes = geometry->pmd_size;
		unit.per_section = map / geometry->pmd_size;
	}
	unit.table_bytes = round_up_to(unit.bytes / geometry->page_size * TABLE_ENTRY_BYTES, geometry->page_size);
	return unit;
}

/* --- room: scratch areas, and the gaps that segments leave in them --- */

/* What the successor keeps of a segment when it has started. */
static u64 kept_bytes(const struct kho_aggregate_input *input, const struct kho_segment *segment)
{
	switch (segment->kind) {
	case KHO_SEGMENT_KERNEL:
		return input->kernel_bytes ? minimum(input->kernel_bytes, segment->size) : segment->size;
	case KHO_SEGMENT_PURGATORY:
		return 0; /* it has run */
	case KHO_SEGMENT_BOOT_PARAMS:
		/* Copied, but for the setup data: see memblock_x86_reserve_range_setup_data(). */
		return minimum(input->geometry.page_size, segment->size);
	case KHO_SEGMENT_OTHER:
	case KHO_SEGMENT_SCRATCH_LIST:
	case KHO_SEGMENT_INITRD:
	case KHO_NR_SEGMENT_KINDS:
		break;
	}
	return segment->size;
}

/* The first of what segments keep that ends behind @from; empty, [0, 0), if there is none. */
static struct extent next_taken(const struct kho_aggregate_input *input, u64 from)
{
	struct extent first = { 0 };
	size_t i;

	for (i = 0; i < input->nr_segments; i++) {
		u64 start = input->segments[i].start, kept = kept_bytes(input, &input->segments[i]);

		if (kept && start + kept > from && (!first.end || start < first.start))
			first = (struct extent){ start, start + kept };
	}
	return first;
}

static void add_gap(const struct kho_aggregate_input *input, const struct unit *unit, u64 start, u64 end,
		    struct room *room)
{
	u64 first_page = round_up_to(start, input->geometry.page_size);
	u64 last_page = end - end % input->geometry.page_size;
	u64 first_block = round_up_to(start, unit->bytes);

	if (last_page > first_page)
		room->bytes += last_page - first_page;
	if (unit->aligned && last_page > first_block)
		room->blocks += (last_page - first_block) / unit->bytes;
}

static void add_area(const struct kho_aggregate_input *input, const struct unit *unit,
		     const struct kho_scratch_area *area, struct room *room)
{
	u64 at = area->start, end = area->start + area->size;

	while (at < end) {
		struct extent taken = next_taken(input, at);
		u64 gap_end = taken.end && taken.start < end ? taken.start : end;

		if (gap_end > at)
			add_gap(input, unit, at, gap_end, room);
		at = gap_end == end ? end : taken.end;
	}
}

static struct room find_room(const struct kho_aggregate_input *input, const struct unit *unit)
{
	struct room room = { 0 };
	size_t i;

	for (i = 0; i < input->nr_scratch; i++)
		add_area(input, unit, &input->scratch[i], &room);
	return room;
}

/* --- need --- */

static u64 count_sections(const struct kho_memory *memory)
{
	u64 section = 0, count = 0;

	for (; memory->next_section(memory->context, &section); section++)
		count++;
	return count;
}

/* The node of the section that has @index present ones before it. */
static unsigned int node_at(const struct kho_aggregate_input *input, u64 index)
{
	const struct kho_memory *memory = &input->memory;
	u64 section = 0;

	for (; memory->next_section(memory->context, &section) && index; section++)
		index--;
	return memory->pfn_node(memory->context, section * input->geometry.pages_per_section);
}

/*
 * How many aligned blocks are left for maps. Boot makes do with what is no such block; what it needs beyond that, it
 * breaks off blocks. (A block whose top it takes from without need is not lost: it serves page by page.)
 */
static u64 blocks_left(const struct unit *unit, const struct room *room, u64 boot_bytes)
{
	u64 odd = room->bytes - room->blocks * unit->bytes;

	if (boot_bytes <= odd)
		return room->blocks;
	return room->blocks - minimum(room->blocks, divide_up(boot_bytes - odd, unit->bytes));
}

/* How many of @wanted blocks of map there is room for. */
static u64 blocks_made(const struct unit *unit, const struct room *room, u64 boot_bytes, u64 wanted)
{
	u64 whole = minimum(wanted, blocks_left(unit, room, boot_bytes)), taken = boot_bytes + whole * unit->bytes;

	if (!unit->pages || taken >= room->bytes)
		return whole;
	return minimum(wanted, whole + (room->bytes - taken) / (unit->bytes + unit->table_bytes));
}

static u64 boot_bytes(const struct kho_aggregate_input *input, u64 sections)
{
	u64 percpu = input->percpu_bytes ? input->percpu_bytes : input->nr_nodes * BOOT_CPU_BYTES;

	return BOOT_BYTES + input->nr_nodes * BOOT_NODE_BYTES + percpu + sections * BOOT_SECTION_BYTES;
}

struct kho_aggregate_result kho_aggregate_estimate(const struct kho_aggregate_input *input)
{
	struct unit unit = unit_of(&input->geometry);
	struct room room = find_room(input, &unit);
	u64 sections = count_sections(&input->memory);
	u64 boot = boot_bytes(input, sections);
	u64 wanted = sections * unit.per_section, whole = minimum(wanted, blocks_left(&unit, &room, boot));
	u64 made = blocks_made(&unit, &room, boot, wanted);
	struct kho_aggregate_result result = {
		.insufficient = made < wanted || room.bytes < boot,
		.sections = sections,
		.section_map_bytes = kho_section_map_bytes(&input->geometry),
		.usable_bytes = room.bytes,
		.map_bytes = wanted * unit.bytes + (wanted - whole) * unit.table_bytes,
	};

	/* Without the help of single pages, only what is aligned can be used. */
	if (!unit.pages)
		result.usable_bytes = blocks_left(&unit, &room, boot) * unit.bytes + minimum(boot, room.bytes);
	result.required_bytes = boot + result.map_bytes;
	if (result.insufficient)
		result.node = sections ? node_at(input, minimum(made / unit.per_section, sections - 1)) : 0;
	else
		result.left_bytes = room.bytes - result.required_bytes;
	return result;
}
