// SPDX-License-Identifier: GPL-2.0-only
/* The course of the reference's events: what depends on the machine is made anew, the rest is repeated. */
#include "harness/model/scaled_boot.h"

#include "harness/model/error.h"
#include "harness/model/scaled_parts.h"

#define MIB	  (1ULL << 20)
#define LOW_LIMIT (1ULL << 32)
#define TOP_LOW	  (256 * MIB) /* firmware's tables and QEMU's initrd lie in these last MiB below 4 GiB */

/* Where an allocation of the reference is here. */
struct moved {
	const struct kho_early_event *there;
	uint64_t here; /* 0: nowhere */
};

struct scaling {
	const struct kho_result *reference;
	struct kho_scaled_parts parts;
	GArray *moved;				       /* of struct moved, so far */
	bool added, mapped, noded, rooted, mapped_map; /* what is made at the first event of its kind is made */
	bool late;
};

static const struct kho_early_event *event_at(const struct scaling *scaling, guint index)
{
	return &g_array_index(scaling->reference->events, struct kho_early_event, index);
}

static bool once(bool *made)
{
	bool first = !*made;

	*made = true;
	return first;
}

/* An allocation that is made here as there, but for its size. */
static void repeat(struct scaling *scaling, guint index, uint64_t size)
{
	const struct kho_early_event *there = event_at(scaling, index);
	const struct kho_reference_boot *boot = &scaling->parts.boot;
	const struct kho_scaled_machine *machine = scaling->parts.machine;
	struct kho_early_event event = *there;
	struct moved moved = { there, 0 };

	event.size = size;
	if (event.to == boot->end)
		event.to = machine->end;
	if (event.nid != KHO_ANY_NODE && (guint)event.nid >= machine->nr_nodes)
		event.nid = KHO_ANY_NODE;
	/* What the reference did not get either is nothing to die of. */
	moved.here = kho_early_book_alloc(&scaling->parts.book, event, there->base);
	g_array_append_val(scaling->moved, moved);
}

/* --- allocations --- */

static void repeat_percpu(struct scaling *scaling, guint index)
{
	const struct kho_early_event *event = event_at(scaling, index);
	guint tail = scaling->parts.boot.percpu_tail;

	if (index >= tail && index < tail + KHO_PERCPU_TABLES)
		repeat(scaling, index, kho_scaled_percpu_table(&scaling->parts, index - tail));
	else if (kho_early_called_by(event, "pcpu_build_alloc_info"))
		repeat(scaling, index, kho_scaled_percpu_info(&scaling->parts));
	else if (kho_early_called_by(event, "pcpu_embed_first_chunk"))
		repeat(scaling, index, kho_scaled_percpu_list(&scaling->parts));
	else
		repeat(scaling, index, event->size);
}

/* trap_init() and mm_core_init() */
static void take_late(struct scaling *scaling, guint index)
{
	const struct kho_early_event *event = event_at(scaling, index);

	if (once(&scaling->late))
		kho_scaled_make_late(&scaling->parts);
	if (kho_early_called_by(event, "spp_getpage"))
		repeat(scaling, index, event->size);
	else if (scaling->parts.machine->end > LOW_LIMIT)
		repeat(scaling, index, kho_scaled_bounce(&scaling->parts, event->size));
}

/* What is made anew as a whole, at the first event of its kind. */
static bool take_remade(struct scaling *scaling, guint index)
{
	const struct kho_early_event *event = event_at(scaling, index);
	struct kho_scaled_parts *parts = &scaling->parts;

	if (kho_early_called_by(event, "alloc_low_pages")) {
		if (once(&scaling->mapped))
			kho_scaled_map_memory(parts);
	} else if (!event->traced && event->nid != KHO_ANY_NODE) {
		if (once(&scaling->noded))
			kho_scaled_make_nodes(parts);
	} else if (kho_early_called_by(event, "sparse_index_alloc")) {
		if (once(&scaling->rooted))
			kho_scaled_make_roots(parts);
	} else if (kho_early_called_by(event, "sparse_init_nid") || kho_early_called_by(event, "memmap_alloc")) {
		if (once(&scaling->mapped_map))
			kho_scaled_make_sparse(parts);
	} else if (kho_early_called_by(event, "pcpu_fc_alloc")) {
		if (index == parts->boot.percpu_first)
			kho_scaled_make_percpu(parts);
	} else {
		return false;
	}
	return true;
}

/* Only some machines have these; kho_scaled_make_nodes() and _late() know which. */
static bool is_remade_elsewhere(const struct kho_early_event *event)
{
	return kho_early_called_by(event, "alloc_large_system_hash") || kho_early_called_by(event, "setup_log_buf") ||
	       kho_early_called_by(event, "numa_set_distance");
}

static void take_alloc(struct scaling *scaling, guint index)
{
	const struct kho_early_event *event = event_at(scaling, index);

	if (take_remade(scaling, index) || is_remade_elsewhere(event))
		return;
	if (kho_early_called_by(event, "spp_getpage") || kho_early_called_by(event, "swiotlb_init_remap"))
		take_late(scaling, index);
	else
		repeat_percpu(scaling, index);
}

/* --- the rest --- */

static void take_free(struct scaling *scaling, guint index)
{
	const struct kho_early_event *event = event_at(scaling, index);
	const struct kho_reference_boot *boot = &scaling->parts.boot;
	guint frees = boot->percpu_first + boot->nr_cpus;

	if (index == frees)
		kho_scaled_free_percpu(&scaling->parts);
	if (index >= frees && index < boot->percpu_tail)
		return;
	for (guint i = scaling->moved->len; i-- > 0;) {
		const struct moved *moved = &g_array_index(scaling->moved, struct moved, i);

		if (event->base < moved->there->base ||
		    event->base + event->size > moved->there->base + moved->there->size)
			continue;
		if (moved->here)
			kho_early_book_free(&scaling->parts.book, moved->here + (event->base - moved->there->base),
					    event->size, event->caller);
		return;
	}
}

/* What lies at the end of the memory below 4 GiB lies there here as well. */
static uint64_t move(const struct scaling *scaling, uint64_t base)
{
	const struct kho_reference_boot *boot = &scaling->parts.boot;

	if (base >= LOW_LIMIT || base < MIB || base + TOP_LOW < boot->low_end ||
	    (base >= boot->kernel.start && base < boot->kernel.end))
		return base;
	return scaling->parts.machine->low_end + base - boot->low_end;
}

static void take_fixed(struct scaling *scaling, guint index)
{
	struct kho_early_event event = *event_at(scaling, index);

	/* The book doubles its own. */
	if (kho_early_called_by(&event, "memblock_double_array"))
		return;
	event.base = move(scaling, event.base);
	if (event.kind == KHO_EARLY_INITRD)
		kho_early_book_append(&scaling->parts.book, &event);
	else
		kho_early_book_reserve(&scaling->parts.book, &event);
}

static void take_event(struct scaling *scaling, guint index)
{
	switch (event_at(scaling, index)->kind) {
	case KHO_EARLY_FOUND:
	case KHO_EARLY_INITRD:
	case KHO_EARLY_RESERVE:
		take_fixed(scaling, index);
		return;
	case KHO_EARLY_ALLOC:
		take_alloc(scaling, index);
		return;
	case KHO_EARLY_FREE:
		take_free(scaling, index);
		return;
	case KHO_EARLY_ADD:
		if (once(&scaling->added))
			kho_scaled_add_memory(&scaling->parts);
		return;
	case KHO_EARLY_REMOVE:
	case KHO_EARLY_DOUBLE:
	case KHO_NR_EARLY_KINDS:
		return;
	}
}

static void run(struct scaling *scaling)
{
	const char *problem = scaling->parts.book.problem;

	for (guint i = 0; i < scaling->reference->events->len && !*problem; i++)
		take_event(scaling, i);
	if (!*problem && once(&scaling->late))
		kho_scaled_make_late(&scaling->parts);
}

/* What of the reference holds for every machine. */
static void take_facts(const struct kho_result *reference, struct kho_result *scaled, const GArray *ranges)
{
	scaled->have_geometry = true;
	scaled->geometry = reference->geometry;
	g_array_append_vals(scaled->ranges, ranges->data, ranges->len);
	/* How large they are; where they lie depends on scratch. */
	for (guint i = 0; i < reference->segments->len; i++) {
		struct kho_segment segment = g_array_index(reference->segments, struct kho_segment, i);

		segment.start = 0;
		g_array_append_val(scaled->segments, segment);
	}
	g_free(scaled->first_release);
	scaled->first_release = g_strdup(reference->first_release);
}

bool kho_scaled_boot_on(const struct kho_result *reference, struct kho_scaled_machine *machine,
			struct kho_result *scaled, GError **error)
{
	struct scaling scaling = { .reference = reference };
	struct kho_reference_boot boot;
	const char *problem = kho_reference_boot_read(reference, &boot);
	bool good;

	if (problem) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s", problem);
		kho_scaled_machine_free(machine);
		return false;
	}
	take_facts(reference, scaled, machine->ranges);
	kho_scaled_parts_init(&scaling.parts, &reference->geometry, &boot, machine, scaled->events);
	scaling.moved = g_array_new(FALSE, FALSE, sizeof(struct moved));
	run(&scaling);
	good = !*scaling.parts.book.problem;
	if (!good)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s does not boot on paper: %s",
			    scaled->cell->topology->name, scaling.parts.book.problem);
	g_array_unref(scaling.moved);
	kho_scaled_parts_clear(&scaling.parts);
	return good;
}

bool kho_scaled_boot(const struct kho_result *reference, struct kho_result *scaled, GError **error)
{
	return kho_scaled_boot_on(reference, kho_scaled_machine_new(scaled->cell->topology, reference->ranges), scaled,
				  error);
}
