// SPDX-License-Identifier: GPL-2.0-only
#include "map_backing.h"

#define TABLE_ENTRIES 512

bool kho_map_next_run(const struct kho_memory *memory, u64 pages_per_section, u64 *section, struct kho_map_run *run)
{
	if (!memory->next_section(memory->context, section))
		return false;
	*run = (struct kho_map_run){
		.nid = memory->pfn_node(memory->context, *section * pages_per_section),
		.first = *section,
	};
	do {
		run->count++;
		(*section)++;
	} while (memory->next_section(memory->context, section) &&
		 memory->pfn_node(memory->context, *section * pages_per_section) == run->nid);
	return true;
}

/* memmap_alloc() for page tables, blocks and pages: on the node if possible. */
static struct kho_mb_request request_for(const struct kho_map_backing *backing, u64 size, unsigned int nid)
{
	return (struct kho_mb_request){
		.size = size, .align = size, .from = backing->lowest, .to = KHO_MB_ACCESSIBLE, .nid = (int)nid
	};
}

static bool take_page(struct kho_map_backing *backing, unsigned int nid)
{
	const struct kho_mb_request request = request_for(backing, backing->geometry->page_size, nid);

	return kho_mb_alloc(backing->mb, &request) != 0;
}

/* vmemmap_pud_populate() and those above: page tables down to the one that holds @pmd. */
static bool back_tables(struct kho_map_backing *backing, u64 pmd, unsigned int nid)
{
	u64 table = pmd / TABLE_ENTRIES;

	if (backing->pud_table != table / TABLE_ENTRIES + 1) {
		if (!take_page(backing, nid))
			return false;
		backing->pud_table = table / TABLE_ENTRIES + 1;
	}
	if (backing->pmd_table != table + 1) {
		if (!take_page(backing, nid))
			return false;
		backing->pmd_table = table + 1;
	}
	return true;
}

/* vmemmap_populate_basepages() for a whole PMD */
static bool back_with_pages(struct kho_map_backing *backing, unsigned int nid)
{
	const struct kho_mb_request request = request_for(backing, backing->geometry->page_size, nid);
	u64 wanted = backing->geometry->pmd_size / backing->geometry->page_size;

	backing->page_blocks++;
	return take_page(backing, nid) && kho_mb_alloc_blocks(backing->mb, &request, wanted).count == wanted;
}

/*
 * vmemmap_populate_hugepages() without a buffer: PMDs [*@pmd, @end) as far as one page table goes. *@pmd is set behind
 * what is backed.
 */
static bool back_blocks(struct kho_map_backing *backing, u64 *pmd, u64 end, unsigned int nid)
{
	const struct kho_mb_request request = request_for(backing, backing->geometry->pmd_size, nid);
	u64 table_end = (*pmd / TABLE_ENTRIES + 1) * TABLE_ENTRIES;
	struct kho_mb_blocks got;

	if (!back_tables(backing, *pmd, nid))
		return false;
	end = end < table_end ? end : table_end;
	got = kho_mb_alloc_blocks(backing->mb, &request, end - *pmd);
	backing->blocks += got.count;
	backing->elsewhere += got.elsewhere;
	*pmd += got.count;
	while (*pmd < end) {
		if (!back_with_pages(backing, nid))
			return false;
		(*pmd)++;
	}
	return true;
}

/* The same from the buffer, which holds a PMD for each: only page tables are wanted. */
static bool back_from_buffer(struct kho_map_backing *backing, u64 *pmd, u64 end, unsigned int nid)
{
	u64 table_end = (*pmd / TABLE_ENTRIES + 1) * TABLE_ENTRIES;

	if (!back_tables(backing, *pmd, nid))
		return false;
	*pmd = end < table_end ? end : table_end;
	return true;
}

/* PMDs of the memory map of sections [@from, @to); the first may be shared with the section below, and backed. */
static bool back_sections(struct kho_map_backing *backing, u64 from, u64 to, unsigned int nid, bool buffered)
{
	const struct kho_geometry *geometry = backing->geometry;
	u64 bytes = geometry->struct_page_size * geometry->pages_per_section;
	u64 pmd = from * bytes / geometry->pmd_size, end = (to * bytes + geometry->pmd_size - 1) / geometry->pmd_size;

	if (pmd < backing->pmd)
		pmd = backing->pmd;
	while (pmd < end) {
		bool backed =
			buffered ? back_from_buffer(backing, &pmd, end, nid) : back_blocks(backing, &pmd, end, nid);

		backing->pmd = pmd;
		if (!backed)
			return false;
	}
	return true;
}

/* The end of the sections that are present without a hole from *@section on, at most @most. */
static u64 end_of_stretch(const struct kho_memory *memory, u64 section, u64 most)
{
	u64 end = section + 1, next = end;

	while (end - section < most && memory->next_section(memory->context, &next) && next == end)
		next = ++end;
	return end;
}

u64 kho_map_back_run(struct kho_map_backing *backing, const struct kho_memory *memory, const struct kho_map_run *run)
{
	u64 map_bytes = kho_section_map_bytes(backing->geometry), section = run->first, done = 0;
	const struct kho_mb_request buffer = {
		.size = run->count * map_bytes,
		.align = map_bytes,
		.from = backing->lowest,
		.to = KHO_MB_ACCESSIBLE,
		.nid = (int)run->nid,
		.exact = true,
	};
	bool buffered = kho_mb_alloc(backing->mb, &buffer) != 0;

	while (done < run->count) {
		u64 end = end_of_stretch(memory, section, run->count - done);

		if (!back_sections(backing, section, end, run->nid, buffered)) {
			u64 bytes = backing->geometry->struct_page_size * backing->geometry->pages_per_section;

			/* Those whose last PMD is backed. */
			return done + (backing->pmd * backing->geometry->pmd_size / bytes > section
					       ? backing->pmd * backing->geometry->pmd_size / bytes - section
					       : 0);
		}
		done += end - section;
		section = end;
		if (done < run->count && !memory->next_section(memory->context, &section))
			break;
	}
	return done;
}
