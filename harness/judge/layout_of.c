// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/layout_of.h"

#include "harness/model/series.h"

#define MAX_ADDRESS (1ULL << 52)
#define MIN_SECTION (16ULL << 20)
#define MAX_PAGE    (1ULL << 30)
#define MAX_NODES   1024 /* NODES_SHIFT is at most 10 */
#define NONSENSE    "the probe's report of memory and scratch makes no sense"

/* Every size is multiplied with others: nothing may be so large that a product overflows. */
static bool geometry_valid(const struct kho_geometry *geometry)
{
	return geometry->page_size && geometry->page_size <= MAX_PAGE && geometry->struct_page_size &&
	       geometry->struct_page_size <= geometry->page_size && geometry->pmd_size <= MAX_PAGE &&
	       geometry->pages_per_section <= MAX_ADDRESS / geometry->page_size &&
	       geometry->page_size * geometry->pages_per_section >= MIN_SECTION;
}

/* [start, start + size) ends where there may still be memory, and without wrapping around. */
static bool area_valid(u64 start, u64 size, u64 end_of_memory)
{
	return size <= end_of_memory && start <= end_of_memory - size;
}

/* Scratch must lie in memory: so no garbled report can make an estimator walk for ever. */
static bool scratch_valid(const struct kho_layout *layout, u64 end_of_memory)
{
	for (size_t i = 0; i < layout->nr_scratch; i++)
		if (layout->scratch[i].size &&
		    !area_valid(layout->scratch[i].start, layout->scratch[i].size, end_of_memory))
			return false;
	return true;
}

static bool segments_valid(const struct kho_layout *layout, u64 end_of_memory)
{
	for (size_t i = 0; i < layout->nr_segments; i++)
		if (layout->segments[i].kind >= KHO_NR_SEGMENT_KINDS ||
		    !area_valid(layout->segments[i].start, layout->segments[i].size, end_of_memory))
			return false;
	return true;
}

static bool layout_valid(const struct kho_layout *layout)
{
	const struct kho_memory_ranges ranges =
		kho_memory_ranges_of(&layout->geometry, layout->ranges, layout->nr_ranges);
	u64 end_of_memory = layout->ranges[layout->nr_ranges - 1].end;

	return geometry_valid(&layout->geometry) && layout->nr_nodes <= MAX_NODES &&
	       kho_memory_ranges_valid(&ranges, layout->nr_nodes) && end_of_memory <= MAX_ADDRESS &&
	       scratch_valid(layout, end_of_memory) && segments_valid(layout, end_of_memory);
}

static size_t count_nodes(const GArray *ranges)
{
	size_t nr_nodes = 0;

	for (guint i = 0; i < ranges->len; i++)
		nr_nodes = MAX(nr_nodes, (size_t)g_array_index(ranges, struct kho_memory_range, i).node + 1);
	return nr_nodes;
}

/*
 * By the successor's series, which its release tells. A successor that died too early to say its own is known by its
 * name, such as "7.2-x86_64"; else it is taken for the first kernel's like.
 */
static const struct kho_series *series_of(const struct kho_result *result)
{
	bool same = g_str_equal(result->cell->kernel, result->cell->successor);

	return kho_series_of(result->successor_release)
		       ?: ((same ? kho_series_of(result->first_release) : NULL)
				   ?: (kho_series_of(result->cell->successor) ?: kho_series_of(result->first_release)));
}

/* Of what replay.h and aggregate.h say that they hold for, all that is not in the figures themselves. */
static const char *unmodelled(const struct kho_result *result, const struct kho_series *series)
{
	struct kho_payload payload = kho_cell_payload(result->cell);

	if (!g_str_equal(result->cell->kernel, result->cell->successor))
		return "the successor is another kernel than the first";
	if (!kho_arch_of(result->cell->successor)->is_pc)
		return "only the early boot of x86-64 is known";
	if (kho_payload_changes_boot(&payload))
		return "the successor is told to set memory aside";
	if (series && series->extended)
		return "the successor extends its scratch";
	return NULL;
}

const char *kho_layout_of_machine(const struct kho_result *result, struct kho_layout *layout)
{
	const struct kho_series *series = series_of(result);

	*layout = (struct kho_layout){
		.geometry = result->geometry,
		.ranges = (const struct kho_memory_range *)result->ranges->data,
		.nr_ranges = result->ranges->len,
		.nr_nodes = count_nodes(result->ranges),
		.scratch = (const struct kho_scratch_area *)result->scratch->data,
		.nr_scratch = result->scratch->len,
		.segments = (const struct kho_segment *)result->segments->data,
		.nr_segments = result->segments->len,
		.events = (const struct kho_early_event *)result->events->data,
		.nr_events = result->events->len,
		.map_chain = !series || series->buffered ? KHO_MAP_BUFFER : KHO_MAP_SECTIONS,
		.unmodelled = unmodelled(result, series),
	};
	if (!result->have_geometry)
		return "the probe could not read the kernel's geometry";
	if (!layout->nr_ranges)
		return "the probe could not read the memory ranges";
	return layout_valid(layout) ? NULL : NONSENSE;
}

const char *kho_layout_of(const struct kho_result *result, struct kho_layout *layout)
{
	const char *lacking = kho_layout_of_machine(result, layout);

	if (!lacking && !layout->nr_scratch)
		return "the probe could not read the scratch layout";
	return lacking;
}

struct kho_sparsemem_input kho_layout_sparsemem(const struct kho_layout *layout, const struct kho_memory_ranges *ranges)
{
	return (struct kho_sparsemem_input){
		.geometry = layout->geometry,
		.memory = kho_memory_from_ranges(ranges),
		.scratch = layout->scratch,
		.nr_scratch = layout->nr_scratch,
		.nr_nodes = layout->nr_nodes,
	};
}
