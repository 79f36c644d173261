// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/edge_cells.h"

#include "harness/judge/opinion.h"
#include "harness/judge/paper_layout.h"

/*
 * The first two: most of scratch on the nodes, or in one place. Then the same with kernel and initrd forced into what
 * is to hold the memory map; with lowmem alone; all areas at once; and what the kernel would choose.
 */
const char *const kho_edge_axes[] = { "16M,16M,*", "16M,*,32M",	     "16M,*,16M", "4M,4M,*", "2M,*,2M",
				      "*,32M,32M", "16M*,64M*,32M*", "*%",	  NULL };

static int compare_values(gconstpointer a, gconstpointer b)
{
	const uint64_t *first = a, *second = b;

	return *first < *second ? -1 : *first > *second;
}

static void add_value(GArray *values, uint64_t value, uint64_t high)
{
	if (value >= 1 && value <= high)
		g_array_append_val(values, value);
}

static void add_edge(GArray *values, const struct kho_boundary_edge *edge, uint64_t high)
{
	if (edge->have_below)
		add_value(values, edge->below, high);
	if (!edge->have_at)
		return;
	add_value(values, edge->at, high);
	add_value(values, edge->at + 1, high);
}

/* Would there be a handover? */
static bool is_handed_over(const struct kho_result *known, const struct kho_scratch_spec *spec)
{
	g_autoptr(KhoPaper) paper = kho_paper_new(known, spec, NULL);

	return paper && kho_paper_end(paper) == KHO_PAPER_LOADED;
}

static bool holds(const GPtrArray *specs, const char *text)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)specs, text, g_str_equal, NULL);
}

void kho_edge_cells(const struct kho_result *known, const struct kho_axis *axis, const struct kho_topology *topology,
		    GPtrArray *specs)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	struct kho_opinion opinions[KHO_NR_ESTIMATORS];
	uint64_t high = kho_axis_most(axis, topology);

	if (!high)
		return;
	kho_opinions(known, axis, 1, high, opinions);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		if (opinions[i].have) {
			add_edge(values, &opinions[i].result.first, high);
			add_edge(values, &opinions[i].result.last, high);
		}
		kho_opinion_clear(&opinions[i]);
	}
	g_array_sort(values, compare_values);
	for (guint i = 0; i < values->len; i++) {
		g_autoptr(KhoScratchSpec) spec = kho_axis_spec(axis, g_array_index(values, uint64_t, i));

		if (!holds(specs, spec->text) && is_handed_over(known, spec))
			g_ptr_array_add(specs, g_strdup(spec->text));
	}
}
