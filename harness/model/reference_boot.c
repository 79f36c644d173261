// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/reference_boot.h"

#include "estimator/map_backing.h"
#include "harness/model/scaled_machine.h"

#define PAGE	     4096ULL
#define PMD	     (2ULL << 20)
#define SECTION	     (128ULL << 20) /* SECTION_SIZE_BITS is 27 */
#define ATOM_MOST    (1ULL << 30)
#define ADDRESS_MOST (1ULL << 46)
#define NODES_MOST   1024

static const struct kho_early_event *event_at(const struct kho_result *reference, guint i)
{
	return &g_array_index(reference->events, struct kho_early_event, i);
}

/* The first allocation for @caller from @at on; the number of events if there is none. */
static guint find_alloc(const struct kho_result *reference, guint at, const char *caller)
{
	while (at < reference->events->len && (event_at(reference, at)->kind != KHO_EARLY_ALLOC ||
					       !kho_early_called_by(event_at(reference, at), caller)))
		at++;
	return at;
}

/* memblock_phys_alloc_try_nid() prints no request. */
static bool find_node_data(const struct kho_result *reference, struct kho_reference_boot *boot)
{
	for (guint i = 0; i < reference->events->len; i++) {
		const struct kho_early_event *event = event_at(reference, i);

		if (event->kind != KHO_EARLY_ALLOC || event->traced || event->nid == KHO_ANY_NODE)
			continue;
		boot->node_bytes = event->size;
		return true;
	}
	return false;
}

static bool find_usage(const struct kho_result *reference, struct kho_reference_boot *boot)
{
	const struct kho_memory_ranges ranges = kho_memory_ranges_of(
		&reference->geometry, (const struct kho_memory_range *)reference->ranges->data, reference->ranges->len);
	const struct kho_memory memory = kho_memory_from_ranges(&ranges);
	guint at = find_alloc(reference, 0, "sparse_init_nid");
	struct kho_map_run run;
	u64 section = 0;

	if (at == reference->events->len ||
	    !kho_map_next_run(&memory, reference->geometry.pages_per_section, &section, &run))
		return false;
	boot->usage_bytes = event_at(reference, at)->size / run.count;
	return boot->usage_bytes;
}

static bool is_atom(uint64_t bytes)
{
	return bytes >= PAGE && bytes <= ATOM_MOST && !(bytes & (bytes - 1));
}

/* Each CPU has a unit of its own, of which what it does not use is freed once all of them are there. */
static bool find_percpu(const struct kho_result *reference, struct kho_reference_boot *boot)
{
	const struct kho_early_event *first, *freed;
	guint at = find_alloc(reference, 0, "pcpu_fc_alloc");

	boot->percpu_first = at;
	for (; at < reference->events->len && kho_early_called_by(event_at(reference, at), "pcpu_fc_alloc"); at++)
		boot->nr_cpus++;
	boot->percpu_tail = at + boot->nr_cpus;
	if (!boot->nr_cpus || boot->percpu_tail + KHO_PERCPU_TABLES > reference->events->len)
		return false;
	first = event_at(reference, boot->percpu_first);
	freed = event_at(reference, at);
	if (freed->kind != KHO_EARLY_FREE || freed->base <= first->base ||
	    freed->base + freed->size != first->base + first->size)
		return false;
	boot->percpu_used = freed->base - first->base;
	boot->percpu_atom = first->align;
	return first->size == first->align && is_atom(first->align) && boot->percpu_used % PAGE == 0 &&
	       event_at(reference, boot->percpu_tail)->size == sizeof(uint64_t) * boot->nr_cpus;
}

static bool is_x86_64(const struct kho_geometry *geometry)
{
	return geometry->map_virtual && geometry->pmd_size == PMD && geometry->page_size == PAGE &&
	       geometry->pages_per_section == SECTION / PAGE && geometry->struct_page_size &&
	       geometry->struct_page_size <= PAGE;
}

static bool has_memory(const struct kho_result *reference)
{
	const struct kho_memory_ranges ranges = {
		.ranges = (const struct kho_memory_range *)reference->ranges->data,
		.count = reference->ranges->len,
		.page_size = PAGE,
		.section_bytes = SECTION,
	};

	return kho_memory_ranges_valid(&ranges, NODES_MOST) && kho_low_end(reference->ranges) &&
	       ranges.ranges[ranges.count - 1].end <= ADDRESS_MOST;
}

const char *kho_reference_boot_read(const struct kho_result *reference, struct kho_reference_boot *boot)
{
	*boot = (struct kho_reference_boot){ 0 };
	if (!reference->have_geometry || !reference->ranges->len || !reference->events->len)
		return "the reference has no geometry, no memory or no trace of its early boot";
	if (!is_x86_64(&reference->geometry))
		return "the reference is not of x86-64 with a virtual memory map";
	if (!has_memory(reference))
		return "the reference's memory makes no sense";
	if (!kho_early_kernel_find((const struct kho_early_event *)reference->events->data, reference->events->len,
				   &boot->kernel))
		return "the reference's trace does not show where its kernel lies";
	if (!find_node_data(reference, boot))
		return "the reference's trace shows no node data";
	if (!find_usage(reference, boot))
		return "the reference's trace does not show how its memory map is set up";
	if (!find_percpu(reference, boot))
		return "the reference's trace does not show per-cpu areas of nodes with one CPU each";
	boot->nr_events = reference->events->len;
	boot->low_end = kho_low_end(reference->ranges);
	boot->end = g_array_index(reference->ranges, struct kho_memory_range, reference->ranges->len - 1).end;
	return NULL;
}
