// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/paper_difference.h"

#include <inttypes.h>
#include <stdarg.h>

#include "harness/model/kexec_segments.h"

/* The @rank-th node with memory. */
static bool node_at(const struct kho_layout *layout, size_t rank, size_t *nid)
{
	for (*nid = 0; *nid < layout->nr_nodes; (*nid)++) {
		bool memory = false;

		for (size_t i = 0; i < layout->nr_ranges && !memory; i++)
			memory = layout->ranges[i].node == *nid;
		if (memory && !rank--)
			return true;
	}
	return false;
}

char *kho_area_name(const struct kho_layout *layout, size_t index)
{
	size_t nid;

	if (index == 0)
		return g_strdup("lowmem");
	if (index == 1)
		return g_strdup("global");
	return node_at(layout, index - 2, &nid) ? g_strdup_printf("node %zu", nid) : g_strdup("no node");
}

static void add(GPtrArray *differences, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *differences, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(differences, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* "4096 bytes lower" */
static char *distance(u64 modelled, u64 real)
{
	u64 bytes = modelled < real ? real - modelled : modelled - real;

	return g_strdup_printf("%" PRIu64 " KiB %s", (uint64_t)(bytes / 1024), modelled < real ? "below" : "above");
}

static void compare_place(GPtrArray *differences, const char *name, u64 start, u64 size, u64 real_start, u64 real_size)
{
	g_autofree char *far = distance(start, real_start);

	if (size != real_size)
		add(differences, "%s: modelled with %" PRIu64 " bytes, really %" PRIu64, name, (uint64_t)size,
		    (uint64_t)real_size);
	/* Where an area of 0 bytes begins says nothing. */
	if (start != real_start && size)
		add(differences, "%s: modelled at 0x%" PRIx64 ", %s where it really is, 0x%" PRIx64, name,
		    (uint64_t)start, far, (uint64_t)real_start);
}

static void compare_scratch(GPtrArray *differences, const struct kho_layout *layout, const GArray *real)
{
	if (!real->len || !layout->nr_scratch)
		return;
	if (real->len != layout->nr_scratch) {
		add(differences, "modelled with %zu areas of scratch, really %u", layout->nr_scratch, real->len);
		return;
	}
	for (guint i = 0; i < real->len; i++) {
		const struct kho_scratch_area *area = &g_array_index(real, struct kho_scratch_area, i);
		g_autofree char *name = kho_area_name(layout, i);

		compare_place(differences, name, layout->scratch[i].start, layout->scratch[i].size, area->start,
			      area->size);
	}
}

static void compare_segments(GPtrArray *differences, const struct kho_layout *layout, const GArray *real)
{
	if (!real->len || !layout->nr_segments)
		return;
	if (real->len != layout->nr_segments) {
		add(differences, "modelled with %zu segments, really %u", layout->nr_segments, real->len);
		return;
	}
	for (guint i = 0; i < real->len; i++) {
		const struct kho_segment *segment = &g_array_index(real, struct kho_segment, i);

		compare_place(differences, kho_segment_kind_text(segment->kind), layout->segments[i].start,
			      layout->segments[i].size, segment->start, segment->size);
	}
}

/* What a real handover came to, as far as paper knows of it. False: nothing that says anything. */
static bool end_of(const struct kho_result *real, enum kho_paper_end *end)
{
	switch (real->outcome.name) {
	case KHO_OUTCOME_KHO_DISABLED:
		*end = KHO_PAPER_DISABLED;
		return true;
	case KHO_OUTCOME_LOAD_REJECTED:
		*end = KHO_PAPER_REJECTED;
		return true;
	case KHO_OUTCOME_HUNG:
	case KHO_OUTCOME_PANICKED:
	case KHO_OUTCOME_RESET:
	case KHO_OUTCOME_SURVIVED:
		*end = KHO_PAPER_LOADED;
		return true;
	case KHO_OUTCOME_LOST:
	case KHO_OUTCOME_FIRST_BOOT_FAILED:
	case KHO_OUTCOME_NOT_HANDED_OVER:
	case KHO_NR_OUTCOMES:
		break;
	}
	return false;
}

GPtrArray *kho_paper_differences(const struct kho_paper *paper, const struct kho_result *real)
{
	GPtrArray *differences = g_ptr_array_new_with_free_func(g_free);
	const struct kho_layout *layout = kho_paper_layout(paper);
	enum kho_paper_end end;

	if (end_of(real, &end) && kho_paper_end(paper) != KHO_PAPER_NOT_LOADED && end != kho_paper_end(paper))
		add(differences, "modelled as %s, really %s", kho_paper_end_text(kho_paper_end(paper)),
		    kho_outcome_text(real->outcome.name));
	compare_scratch(differences, layout, real->scratch);
	compare_segments(differences, layout, real->segments);
	return differences;
}
