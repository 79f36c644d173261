// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/stretches.h"

#include "harness/model/linux_view.h"

#define GIB	    (1ULL << 30)
#define LOW	    (1ULL << 20)
#define DEVICES	    (3 * GIB)
#define DEVICES_END (4 * GIB)

bool kho_stretch_usable(const struct kho_stretch *stretch)
{
	return stretch->kind == KHO_STRETCH_MEMORY || stretch->kind == KHO_STRETCH_SCRATCH;
}

static void add(GArray *stretches, uint64_t start, uint64_t end, enum kho_stretch_kind kind, unsigned int node)
{
	struct kho_stretch stretch = { .start = start, .end = end, .kind = kind, .node = node };

	if (start < end)
		g_array_append_val(stretches, stretch);
}

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_stretch *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/* --- memory, and what the topology says of the rest --- */

static void add_memory(GArray *stretches, const struct kho_topology *topology)
{
	g_autoptr(GArray) ranges = kho_linux_ranges(topology, &kho_arch_x86_64);

	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(ranges, struct kho_memory_range, i);

		add(stretches, range->start == LOW ? 0 : range->start, range->end, KHO_STRETCH_MEMORY, range->node);
	}
}

static void add_all(GArray *stretches, const GArray *ranges, enum kho_stretch_kind kind, unsigned int node)
{
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

		add(stretches, range->start, range->end, kind, node);
	}
}

/* --- what is left --- */

static void add_gap(GArray *stretches, uint64_t start, uint64_t end)
{
	add(stretches, start, MIN(end, DEVICES), KHO_STRETCH_NOTHING, 0);
	add(stretches, MAX(start, DEVICES), MIN(end, DEVICES_END), KHO_STRETCH_DEVICES, 0);
	add(stretches, MAX(start, DEVICES_END), end, KHO_STRETCH_NOTHING, 0);
}

static void add_gaps(GArray *stretches)
{
	guint count = stretches->len;
	uint64_t at = 0;

	for (guint i = 0; i < count; i++) {
		struct kho_stretch stretch = g_array_index(stretches, struct kho_stretch, i);

		add_gap(stretches, at, stretch.start);
		at = MAX(at, stretch.end);
	}
}

/* --- scratch --- */

static int compare_area(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct kho_layout *scratch = data;
	const struct kho_scratch_area *left = &scratch->scratch[*(const size_t *)a];
	const struct kho_scratch_area *right = &scratch->scratch[*(const size_t *)b];

	return left->start < right->start ? -1 : left->start > right->start;
}

/* Which area comes first in memory, and so on; of size_t. */
static GArray *areas_in_order(const struct kho_layout *scratch)
{
	GArray *order = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (size_t area = 0; area < scratch->nr_scratch; area++)
		if (scratch->scratch[area].size)
			g_array_append_val(order, area);
	g_array_sort_with_data(order, compare_area, (gpointer)scratch);
	return order;
}

/* Appends @stretch to @cut, with those areas cut out that lie in it, beginning with the one that *@next says. */
static void cut_one(GArray *cut, const struct kho_stretch *stretch, const struct kho_layout *scratch,
		    const GArray *order, guint *next)
{
	uint64_t at = stretch->start;

	for (; *next < order->len; (*next)++) {
		size_t area = g_array_index(order, size_t, *next);
		uint64_t start = scratch->scratch[area].start, end = start + scratch->scratch[area].size;
		struct kho_stretch taken = { start, end, KHO_STRETCH_SCRATCH, stretch->node, area };

		if (start >= stretch->end)
			break;
		if (stretch->kind != KHO_STRETCH_MEMORY || start < at || end > stretch->end)
			continue;
		add(cut, at, start, KHO_STRETCH_MEMORY, stretch->node);
		g_array_append_val(cut, taken);
		at = end;
	}
	add(cut, at, stretch->end, stretch->kind, stretch->node);
}

static GArray *cut_scratch(const GArray *stretches, const struct kho_layout *scratch)
{
	GArray *cut = g_array_new(FALSE, FALSE, sizeof(struct kho_stretch));
	g_autoptr(GArray) order = areas_in_order(scratch);
	guint next = 0;

	for (guint i = 0; i < stretches->len; i++)
		cut_one(cut, &g_array_index(stretches, struct kho_stretch, i), scratch, order, &next);
	return cut;
}

GArray *kho_stretches_new(const struct kho_topology *topology, const struct kho_layout *scratch)
{
	g_autoptr(GArray) stretches = g_array_new(FALSE, FALSE, sizeof(struct kho_stretch));

	add_memory(stretches, topology);
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		add_all(stretches, kho_topology_node(topology, nid)->windows, KHO_STRETCH_WINDOW,
			kho_linux_nid(topology, nid));
	add_all(stretches, topology->reserved, KHO_STRETCH_RESERVED, 0);
	g_array_sort(stretches, compare_start);
	add_gaps(stretches);
	g_array_sort(stretches, compare_start);
	return scratch ? cut_scratch(stretches, scratch) : g_steal_pointer(&stretches);
}
