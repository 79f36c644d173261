// SPDX-License-Identifier: GPL-2.0-only
#include "replay.h"

#include "direct_map.h"
#include "early_boot.h"
#include "scratch_plan.h"

#define MIB	       (1ULL << 20)
#define LOW_RESERVED   (64ULL << 10) /* early_reserve_memory() */
#define KHO_SETUP_DATA 48	     /* struct setup_data and struct kho_data behind it */

#define PERCPU_TABLES 3		/* upper, middle, lower */
#define PERCPU_LESS   (8 << 10) /* PERCPU_DYNAMIC_RESERVE - PERCPU_DYNAMIC_EARLY_SIZE of 64-bit kernels */

#define SLAB	     2048      /* 1 << IO_TLB_SHIFT */
#define BOUNCE_LEAST (1 * MIB) /* IO_TLB_MIN_SLABS */

/* A range of the first kernel that lies elsewhere in the successor, or nowhere. */
struct place {
	u64 start, end;
};

struct course {
	const struct kho_layout *layout;
	struct kho_replay *replay;
	struct kho_mb mb;
	struct kho_memory memory;
	struct kho_memory_ranges ranges;
	u64 *bases; /* where the successor got what the first kernel got from event i */
	u64 *words;
	size_t nr_memory, nr_reserved, nr_words;

	struct kho_early_kernel kernel; /* of the first kernel */
	struct place initrd;		/* likewise */
	u64 image_at;			/* where the successor's lies */
	bool nodes_set, mapped;
	u64 next_section;
	u64 bounce_wanted; /* of the first kernel */
	bool percpu_paged; /* per-cpu areas had to be put together from pages */
	bool bounce_lost;  /* there is none: what belongs to it is not asked for */
	kho_replay_watch watch;
	void *context;
};

static bool overlap(u64 start, u64 end, u64 other_start, u64 other_end)
{
	return start < other_end && other_start < end;
}

static u64 page_up(const struct course *course, u64 size)
{
	u64 page = course->layout->geometry.page_size;

	return (size + page - 1) / page * page;
}

static void unknown(struct course *course, const char *why)
{
	course->replay->end = KHO_REPLAY_UNKNOWN;
	course->replay->why = why;
}

static void die(struct course *course, const char *why, int node, u64 wanted)
{
	course->replay->end = KHO_REPLAY_DIES;
	course->replay->why = why;
	course->replay->node = node;
	course->replay->wanted_bytes = wanted;
}

/* --- what the first kernel's trace says of itself --- */

static const struct kho_segment *segment_of(const struct kho_layout *layout, enum kho_segment_kind kind)
{
	size_t i;

	for (i = 0; i < layout->nr_segments; i++)
		if (layout->segments[i].kind == kind)
			return &layout->segments[i];
	return NULL;
}

static struct place find_initrd(const struct kho_layout *layout)
{
	struct place initrd = { 0 };
	size_t i;

	for (i = 0; i < layout->nr_events; i++)
		if (layout->events[i].kind == KHO_EARLY_INITRD)
			initrd = (struct place){ layout->events[i].base,
						 layout->events[i].base + layout->events[i].size };
	return initrd;
}

static bool has_memory(const struct kho_layout *layout)
{
	size_t i;

	for (i = 0; i < layout->nr_events; i++)
		if (layout->events[i].kind == KHO_EARLY_ADD)
			return layout->nr_ranges;
	return false;
}

static const char *what_is_missing(struct course *course)
{
	const struct kho_layout *layout = course->layout;

	if (!layout->nr_events)
		return "no trace of the first kernel's early boot";
	if (!has_memory(layout))
		return "the trace does not show any memory";
	if (!segment_of(layout, KHO_SEGMENT_KERNEL))
		return "where the successor's kernel was loaded is not known";
	if (!segment_of(layout, KHO_SEGMENT_SCRATCH_LIST))
		return "where the list of scratch areas was loaded is not known";
	if (layout->map_chain != KHO_MAP_BUFFER)
		return "the successor's memory map is not allocated in buffers";
	if (!layout->geometry.map_virtual || !layout->geometry.pmd_size)
		return "the successor's memory map is not virtual";
	if (!kho_early_kernel_find(layout->events, layout->nr_events, &course->kernel))
		return "the trace does not show where the first kernel lies";
	return NULL;
}

/* --- before memblock may allocate --- */

/* early_reserve_memory(), and firmware's ranges as the first kernel found them. */
static void reserve_what_was_found(struct course *course)
{
	size_t i;

	kho_mb_reserve(&course->mb, course->image_at, course->kernel.brk - course->kernel.start, KHO_MB_NO_NODE,
		       KHO_MB_RSRV_KERN);
	kho_mb_reserve(&course->mb, 0, LOW_RESERVED, KHO_MB_NO_NODE, 0);
	for (i = 0; i < course->layout->nr_events; i++) {
		const struct kho_early_event *event = &course->layout->events[i];

		if (event->kind == KHO_EARLY_FOUND && !(event->flags & KHO_MB_RSRV_KERN))
			kho_mb_reserve(&course->mb, event->base, event->size, KHO_MB_NO_NODE, 0);
	}
}

static void reserve_segments(struct course *course)
{
	const struct kho_segment *initrd = segment_of(course->layout, KHO_SEGMENT_INITRD);
	const struct kho_segment *params = segment_of(course->layout, KHO_SEGMENT_BOOT_PARAMS);

	if (initrd)
		kho_mb_reserve(&course->mb, initrd->start, page_up(course, initrd->size), KHO_MB_NO_NODE,
			       KHO_MB_RSRV_KERN);
	/* It lies behind the command line; all that counts is that its page is taken. */
	if (params)
		kho_mb_reserve(&course->mb, params->start + params->size - 2 * KHO_SETUP_DATA, KHO_SETUP_DATA,
			       KHO_MB_NO_NODE, KHO_MB_RSRV_KERN);
}

/* kho_populate(), called by parse_setup_data() */
static void add_scratch(struct course *course)
{
	const struct kho_layout *layout = course->layout;
	size_t i;

	for (i = 0; i < layout->nr_scratch; i++) {
		const struct kho_scratch_area *area = &layout->scratch[i];

		kho_mb_add(&course->mb, area->start, area->size);
		kho_mb_mark(&course->mb, &course->mb.memory, area->start, area->size, KHO_MB_SCRATCH);
	}
	kho_mb_reserve(&course->mb, segment_of(layout, KHO_SEGMENT_SCRATCH_LIST)->start,
		       layout->nr_scratch * KHO_SCRATCH_ENTRY, KHO_MB_NO_NODE, 0);
	course->mb.scratch_only = true;
}

/* reserve_brk() and e820__memblock_setup() */
static void add_memory(struct course *course)
{
	size_t i;

	kho_mb_reserve(&course->mb, course->image_at + (course->kernel.brk - course->kernel.start),
		       course->kernel.end - course->kernel.brk, KHO_MB_NO_NODE, KHO_MB_RSRV_KERN);
	kho_mb_allow_resize(&course->mb);
	for (i = 0; i < course->layout->nr_events; i++) {
		const struct kho_early_event *event = &course->layout->events[i];

		if (event->kind == KHO_EARLY_ADD)
			kho_mb_add(&course->mb, event->base, event->size);
	}
	kho_mb_mark(&course->mb, &course->mb.memory, 0, MIB, KHO_MB_SCRATCH);
	kho_mb_trim(&course->mb, course->layout->geometry.page_size);
}

/* --- requests that depend on what is left --- */

/* init_mem_mapping() */
static void map_memory(struct course *course)
{
	u64 top = course->image_at + (course->kernel.end - course->kernel.start);
	u64 buffer = kho_early_table_buffer(&course->kernel);
	const struct kho_mb_region *last;
	struct kho_direct_map map;

	course->mapped = true;
	if (!course->mb.memory.count) {
		unknown(course, "the trace does not show any memory");
		return;
	}
	last = &course->mb.memory.regions[course->mb.memory.count - 1];
	if (!kho_direct_map_build(&map, &course->mb, last->base + last->size, top - buffer, top, false, course->words,
				  course->nr_words)) {
		if (map.overflow)
			unknown(course, "too many page tables for the model");
		else
			die(course, "alloc_low_pages", KHO_ANY_NODE, course->layout->geometry.page_size);
	}
	course->mb.current_limit = last->base + last->size;
}

/* numa_register_meminfo(): memory gets its nodes, and what is reserved in it, too. */
static void set_nodes(struct course *course)
{
	const struct kho_layout *layout = course->layout;

	kho_early_set_nodes(&course->mb, &course->mb.memory, layout->ranges, layout->nr_ranges);
	kho_early_set_nodes(&course->mb, &course->mb.reserved, layout->ranges, layout->nr_ranges);
	course->nodes_set = true;
}

/* sparse_init_nid(), for the buffer of which the first kernel's event stands */
static void back_map(struct course *course, const struct kho_early_event *event)
{
	struct kho_map_run run;
	u64 backed;

	if (!kho_map_next_run(&course->memory, course->layout->geometry.pages_per_section, &course->next_section,
			      &run) ||
	    (int)run.nid != event->nid || run.count * kho_section_map_bytes(&course->layout->geometry) != event->size) {
		unknown(course, "the trace's memory maps are not those of the memory ranges");
		return;
	}
	backed = kho_map_back_run(&course->replay->backing, &course->memory, &run);
	if (backed == run.count)
		return;
	die(course, "memory map", event->nid, course->layout->geometry.page_size);
	course->replay->map_failed = true;
	course->replay->map_sections = backed;
	course->replay->map_wanted = run.count;
}

static u64 allocate(struct course *course, const struct kho_early_event *event, u64 size)
{
	struct kho_mb_request request = kho_early_request_of(event);
	u64 base;

	request.size = size;
	base = kho_mb_alloc(&course->mb, &request);
	if (course->watch)
		course->watch(course->context, event, base);
	return base;
}

/* Asks for half of it, and half of that, until there is some, but for less than @least. *@size is what it got. */
static u64 allocate_some(struct course *course, const struct kho_early_event *event, u64 *size, u64 least)
{
	u64 base = allocate(course, event, *size);

	while (!base && *size / 2 >= least) {
		*size /= 2;
		base = allocate(course, event, *size);
	}
	return base;
}

/* An array with an entry for each slab of the buffer; other requests are smaller than a page. */
static u64 in_proportion(const struct course *course, u64 size)
{
	u64 slabs = course->bounce_wanted / SLAB;

	if (size < course->layout->geometry.page_size || !slabs)
		return size;
	return page_up(course, size / slabs * (course->replay->bounce_bytes / SLAB));
}

/* swiotlb_init_remap(): its first request is the buffer, what follows is in proportion to it. */
static u64 allocate_bounce(struct course *course, const struct kho_early_event *event)
{
	u64 size = event->size, base;

	if (course->bounce_lost)
		return 0;
	if (course->bounce_wanted)
		return allocate(course, event, in_proportion(course, size));
	course->bounce_wanted = size;
	base = allocate_some(course, event, &size, BOUNCE_LEAST);
	course->bounce_lost = !base;
	course->replay->bounce_bytes = base ? size : 0;
	return base;
}

/* alloc_large_system_hash(): down to a page */
static u64 allocate_hash(struct course *course, const struct kho_early_event *event)
{
	u64 size = event->size, least = course->layout->geometry.page_size;

	return allocate_some(course, event, &size, least);
}

/* --- per-cpu areas: a PMD for each group of CPUs, or else a page for each page of them --- */

static bool is_percpu(const struct kho_early_event *event)
{
	return event->kind == KHO_EARLY_ALLOC && kho_early_called_by(event, "pcpu_fc_alloc");
}

static bool is_freed_of(const struct kho_early_event *event, const struct kho_early_event *area)
{
	return event->kind == KHO_EARLY_FREE && event->base >= area->base &&
	       event->base + event->size <= area->base + area->size;
}

/* Does a freed piece of an area follow one of a CPU's? Otherwise it follows another, of a CPU that there is not. */
static bool ends_cpu(const struct course *course, const struct kho_early_event *area,
		     const struct kho_early_event *freed)
{
	size_t i;

	for (i = 0; i < course->layout->nr_events; i++) {
		const struct kho_early_event *event = &course->layout->events[i];

		if (is_freed_of(event, area) && event->base + event->size == freed->base)
			return false;
	}
	return freed->base != area->base;
}

/*
 * How many pages pcpu_page_first_chunk() has of an area: for each CPU what pcpu_embed_first_chunk() kept, but for
 * dynamic allocation only PERCPU_DYNAMIC_EARLY_SIZE, not PERCPU_DYNAMIC_RESERVE. (With modules that is 8 KiB less
 * still.)
 */
static u64 single_pages(const struct course *course, const struct kho_early_event *area)
{
	u64 kept = area->size, cpus = 0;
	size_t i;

	for (i = 0; i < course->layout->nr_events; i++) {
		const struct kho_early_event *event = &course->layout->events[i];

		if (!is_freed_of(event, area) || event->size > kept)
			continue;
		kept -= event->size;
		cpus += ends_cpu(course, area, event);
	}
	if (cpus * PERCPU_LESS < kept)
		kept -= cpus * PERCPU_LESS;
	return kept / course->layout->geometry.page_size;
}

/* pcpu_page_first_chunk(); its list of pages is as large as what pcpu_embed_first_chunk() gave back before. */
static void allocate_percpu_pages(struct course *course)
{
	const struct kho_layout *layout = course->layout;
	struct kho_mb_request request = { .size = layout->geometry.page_size,
					  .align = layout->geometry.page_size,
					  .from = KHO_MAX_DMA };
	size_t i;

	for (i = 0; i < layout->nr_events; i++) {
		const struct kho_early_event *area = &layout->events[i];
		u64 pages = is_percpu(area) ? single_pages(course, area) : 0;

		course->replay->percpu_pages += pages;
		request.nid = area->nid;
		if (pages && kho_mb_alloc_blocks(&course->mb, &request, pages).count < pages) {
			die(course, area->caller, area->nid, request.size);
			return;
		}
	}
	/* Page tables to map them in a row. */
	request.nid = KHO_ANY_NODE;
	if (kho_mb_alloc_blocks(&course->mb, &request, PERCPU_TABLES).count < PERCPU_TABLES)
		die(course, "pcpu_populate_pte", KHO_ANY_NODE, request.size);
}

static void allocate_percpu(struct course *course, size_t index)
{
	const struct kho_layout *layout = course->layout;
	size_t i;

	if (course->percpu_paged)
		return;
	course->bases[index] = allocate(course, &layout->events[index], layout->events[index].size);
	if (course->bases[index])
		return;
	course->percpu_paged = true;
	for (i = 0; i < index; i++) {
		if (!is_percpu(&layout->events[i]) || !course->bases[i])
			continue;
		kho_mb_free(&course->mb, course->bases[i], layout->events[i].size);
		course->bases[i] = 0;
	}
	allocate_percpu_pages(course);
}

/* The kernel gets on without what these ask for. */
static bool is_dispensable(const struct kho_early_event *event)
{
	static const char *const callers[] = {
		"reserve_real_mode",
		"swiotlb_init_remap",
		"setup_log_buf",
		"start_kernel",
		"print_unknown_bootoptions",
		"reserve_crashkernel_generic",
		"arch_reserve_crashkernel",
	};
	size_t i;

	for (i = 0; i < sizeof(callers) / sizeof(callers[0]); i++)
		if (kho_early_called_by(event, callers[i]))
			return true;
	return !event->base;
}

/* --- the course of events --- */

/*
 * relocate_initrd() (arch/x86/kernel/setup.c, inlined into setup_arch()) makes a copy of an initrd that does not lie in
 * memory, such as the first kernel's where the firmware put it into a hole. kexec puts the successor's into scratch,
 * where it stays.
 */
static bool moves_initrd(const struct course *course, const struct kho_early_event *event)
{
	return course->initrd.end && event->size == course->initrd.end - course->initrd.start &&
	       (kho_early_called_by(event, "setup_arch") || kho_early_called_by(event, "reserve_initrd") ||
		kho_early_called_by(event, "relocate_initrd"));
}

static void take_alloc(struct course *course, size_t index)
{
	const struct kho_early_event *event = &course->layout->events[index];
	u64 base;

	if (moves_initrd(course, event))
		return;
	if (kho_early_called_by(event, "init_mem_mapping") || kho_early_called_by(event, "memory_map_top_down") ||
	    kho_early_called_by(event, "alloc_low_pages")) {
		if (!course->mapped)
			map_memory(course);
		return;
	}
	if (event->nid != KHO_ANY_NODE && !course->nodes_set)
		set_nodes(course);
	if (kho_early_called_by(event, "memmap_alloc")) {
		if (event->exact)
			back_map(course, event);
		return;
	}
	if (is_percpu(event)) {
		allocate_percpu(course, index);
		return;
	}
	if (kho_early_called_by(event, "swiotlb_init_remap"))
		base = allocate_bounce(course, event);
	else if (kho_early_called_by(event, "alloc_large_system_hash"))
		base = allocate_hash(course, event);
	else
		base = allocate(course, event, event->size);
	course->bases[index] = base;
	if (!base && !is_dispensable(event))
		die(course, event->caller, event->nid, event->size);
}

/* What the first kernel freed, the successor frees where it has it. */
static void take_free(struct course *course, size_t index)
{
	const struct kho_early_event *event = &course->layout->events[index];
	size_t i;

	if (kho_early_called_by(event, "memblock_double_array"))
		return;
	for (i = index; i-- > 0;) {
		const struct kho_early_event *got = &course->layout->events[i];

		if (got->kind != KHO_EARLY_ALLOC || event->base < got->base ||
		    event->base + event->size > got->base + got->size)
			continue;
		if (course->bases[i])
			kho_mb_free(&course->mb, course->bases[i] + (event->base - got->base), event->size);
		return;
	}
}

static void take_reserve(struct course *course, const struct kho_early_event *event)
{
	u64 end = event->base + event->size;

	/* The model doubles its own arrays, elsewhere and at another time. */
	if (kho_early_called_by(event, "memblock_double_array"))
		return;
	if (overlap(course->kernel.start, course->kernel.end, event->base, end) ||
	    overlap(course->initrd.start, course->initrd.end, event->base, end))
		return;
	kho_mb_reserve(&course->mb, event->base, event->size, event->nid, event->flags);
	/* reserve_real_mode() */
	if (!event->base && event->size == MIB)
		kho_mb_clear(&course->mb, &course->mb.memory, 0, MIB, KHO_MB_SCRATCH);
}

static void take_event(struct course *course, size_t index)
{
	const struct kho_early_event *event = &course->layout->events[index];

	switch (event->kind) {
	case KHO_EARLY_ALLOC:
		take_alloc(course, index);
		return;
	case KHO_EARLY_FREE:
		take_free(course, index);
		return;
	case KHO_EARLY_RESERVE:
		take_reserve(course, event);
		return;
	case KHO_EARLY_REMOVE:
		kho_mb_remove(&course->mb, event->base, event->size);
		return;
	case KHO_EARLY_FOUND:
	case KHO_EARLY_INITRD:
	case KHO_EARLY_ADD:
	case KHO_EARLY_DOUBLE: /* the model doubles its own */
	case KHO_NR_EARLY_KINDS:
		return;
	}
}

/* Has the model stopped? */
static bool stopped(struct course *course)
{
	switch (course->mb.state) {
	case KHO_MB_GOOD:
		break;
	case KHO_MB_PANIC:
		/* kho_populate() comes before memblock_allow_resize(), and each area is a region of memory. */
		die(course,
		    course->mb.memory.count + 2 > course->mb.memory.max
			    ? "memblock: cannot resize memory array, there are too many areas of scratch"
			    : "memblock: cannot resize reserved array",
		    KHO_ANY_NODE, 0);
		break;
	case KHO_MB_BUG:
		die(course, "memblock: no place for its own array", KHO_ANY_NODE, 0);
		break;
	case KHO_MB_OVERFLOW:
		unknown(course, "too many regions for the model of memblock");
		break;
	case KHO_MB_UNMODELLED:
		unknown(course, "a request that memblock's model does not know");
		break;
	}
	return course->replay->end != KHO_REPLAY_FREE;
}

static void run(struct course *course)
{
	size_t i;

	course->image_at = segment_of(course->layout, KHO_SEGMENT_KERNEL)->start;
	reserve_what_was_found(course);
	reserve_segments(course);
	add_scratch(course);
	add_memory(course);
	for (i = 0; i < course->layout->nr_events && !stopped(course); i++)
		take_event(course, i);
	stopped(course);
	course->replay->left_bytes = kho_mb_free_scratch(&course->mb, KHO_MB_NO_NODE);
}

/* --- workspace --- */

static u64 end_of_memory(const struct kho_layout *layout)
{
	return layout->nr_ranges ? layout->ranges[layout->nr_ranges - 1].end : 0;
}

static void plan(const struct kho_layout *layout, size_t *nr_memory, size_t *nr_reserved, size_t *nr_words)
{
	*nr_memory = 4 * (layout->nr_ranges + layout->nr_scratch) + 64;
	*nr_reserved = layout->nr_events + 4 * *nr_memory + 256;
	*nr_words = kho_direct_map_words(end_of_memory(layout), *nr_memory);
}

size_t kho_replay_workspace(const struct kho_layout *layout)
{
	size_t nr_memory, nr_reserved, nr_words;

	plan(layout, &nr_memory, &nr_reserved, &nr_words);
	return (nr_memory + nr_reserved) * sizeof(struct kho_mb_region) + (layout->nr_events + nr_words) * sizeof(u64);
}

static void set_up(struct course *course, void *workspace)
{
	const struct kho_layout *layout = course->layout;
	const struct kho_mb_config config = kho_early_config(layout->geometry.page_size, layout->nr_nodes);
	struct kho_mb_region *regions = workspace;
	size_t i;

	plan(layout, &course->nr_memory, &course->nr_reserved, &course->nr_words);
	kho_mb_init(&course->mb, &config, regions, course->nr_memory, regions + course->nr_memory, course->nr_reserved);
	course->bases = (u64 *)(regions + course->nr_memory + course->nr_reserved);
	course->words = course->bases + layout->nr_events;
	for (i = 0; i < layout->nr_events; i++)
		course->bases[i] = 0;
	course->ranges = kho_memory_ranges_of(&layout->geometry, layout->ranges, layout->nr_ranges);
	course->memory = kho_memory_from_ranges(&course->ranges);
	course->replay->backing =
		(struct kho_map_backing){ .mb = &course->mb, .geometry = &layout->geometry, .lowest = KHO_MAX_DMA };
}

void kho_replay_run(const struct kho_layout *layout, void *workspace, kho_replay_watch watch, void *context,
		    struct kho_replay *replay)
{
	struct course course = { .layout = layout, .replay = replay, .watch = watch, .context = context };
	const char *missing;

	*replay = (struct kho_replay){ .end = KHO_REPLAY_FREE, .node = KHO_ANY_NODE };
	missing = what_is_missing(&course);
	if (missing) {
		unknown(&course, missing);
		return;
	}
	course.initrd = find_initrd(layout);
	set_up(&course, workspace);
	run(&course);
	replay->backing.mb = NULL;
	replay->backing.geometry = NULL;
}
