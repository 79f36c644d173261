// SPDX-License-Identifier: GPL-2.0-only
/* Is there enough scratch in all? It looks at what is loaded, too, where that is known. */
#include "estimator/aggregate.h"

#include <inttypes.h>

#include "estimator/early_boot.h"
#include "harness/judge/estimators.h"

#define MIB (1ULL << 20)

static u64 kernel_segment_bytes(const struct kho_layout *layout)
{
	for (size_t i = 0; i < layout->nr_segments; i++)
		if (layout->segments[i].kind == KHO_SEGMENT_KERNEL)
			return layout->segments[i].size;
	return 0;
}

/* _text to its end, of what was reserved when memblock was first shown: image and brk area are one. 0: not known. */
static u64 image_bytes(const struct kho_layout *layout, const struct kho_early_event *brk)
{
	for (size_t i = 0; i < layout->nr_events; i++) {
		const struct kho_early_event *found = &layout->events[i];

		if (found->kind == KHO_EARLY_FOUND && found->base < brk->base && found->base + found->size >= brk->base)
			return brk->base + brk->size - found->base;
	}
	return 0;
}

/*
 * What the first kernel keeps to itself, which is its successor's like: its image, and right behind it what it used of
 * the brk area, as setup_arch() reserves it. 0: not known, or no answer that fits the segment.
 */
static u64 kernel_bytes(const struct kho_layout *layout)
{
	u64 segment = kernel_segment_bytes(layout);

	for (size_t i = 0; segment && i < layout->nr_events; i++) {
		const struct kho_early_event *event = &layout->events[i];
		u64 bytes;

		if (event->kind != KHO_EARLY_RESERVE ||
		    (!kho_early_called_by(event, "setup_arch") && !kho_early_called_by(event, "reserve_brk")))
			continue;
		bytes = image_bytes(layout, event);
		if (bytes && bytes <= segment)
			return bytes;
	}
	return 0;
}

static u64 overlap(const struct kho_early_event *a, const struct kho_early_event *b)
{
	u64 start = MAX(a->base, b->base), end = MIN(a->base + a->size, b->base + b->size);

	return end > start ? end - start : 0;
}

/*
 * What the per-cpu areas of the first kernel took: pcpu_embed_first_chunk() takes large blocks, and gives back what no
 * CPU needs. 0: not known.
 */
static u64 percpu_bytes(const struct kho_layout *layout)
{
	u64 bytes = 0;

	for (size_t i = 0; i < layout->nr_events; i++) {
		const struct kho_early_event *event = &layout->events[i];

		if (event->kind != KHO_EARLY_ALLOC || !event->base || !kho_early_called_by(event, "pcpu_fc_alloc"))
			continue;
		bytes += event->size;
		for (size_t j = i + 1; j < layout->nr_events; j++)
			if (layout->events[j].kind == KHO_EARLY_FREE)
				bytes -= MIN(bytes, overlap(event, &layout->events[j]));
	}
	return bytes;
}

/* Rounded so that what is lacking never looks like enough. */
static char *why(const struct kho_aggregate_result *result)
{
	u64 usable = result->usable_bytes * 10 / MIB, required = (result->required_bytes * 10 + MIB - 1) / MIB;

	return g_strdup_printf("all scratch has %" PRIu64 ".%" PRIu64 " MiB free, the maps of all nodes and early boot "
			       "need %" PRIu64 ".%" PRIu64 " MiB",
			       usable / 10, usable % 10, required / 10, required % 10);
}

void kho_predict_aggregate(const struct kho_layout *layout, struct kho_prediction *prediction)
{
	const struct kho_memory_ranges ranges =
		kho_memory_ranges_of(&layout->geometry, layout->ranges, layout->nr_ranges);
	const struct kho_aggregate_input input = {
		.geometry = layout->geometry,
		.memory = kho_memory_from_ranges(&ranges),
		.scratch = layout->scratch,
		.nr_scratch = layout->nr_scratch,
		.segments = layout->segments,
		.nr_segments = layout->nr_segments,
		.kernel_bytes = kernel_bytes(layout),
		.percpu_bytes = percpu_bytes(layout),
		.nr_nodes = layout->nr_nodes,
	};
	struct kho_aggregate_result result = kho_aggregate_estimate(&input);

	*prediction = (struct kho_prediction){
		.answer = result.insufficient ? KHO_ANSWER_INSUFFICIENT : KHO_ANSWER_SUFFICIENT,
		.node = result.node,
		.usable_bytes = result.usable_bytes,
		.required_bytes = result.required_bytes,
		.map_count = result.sections,
		.section_map_bytes = result.section_map_bytes,
		.have_left = true,
		.left_bytes = result.left_bytes,
	};
	if (result.insufficient)
		prediction->reason = why(&result);
	else if (!layout->nr_segments)
		prediction->reason = g_strdup("not counting what is loaded: it is not known");
}
