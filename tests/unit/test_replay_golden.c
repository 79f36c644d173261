// SPDX-License-Identifier: GPL-2.0-only
/* The replay against real successors: each allocation must come out at the very address where the successor had it. */
#include "estimator/replay.h"
#include "tests/unit/golden_boot.h"

static struct kho_early_event *event_at(const GArray *events, guint i)
{
	return &g_array_index(events, struct kho_early_event, i);
}

/* Allocations of which the replay tells: not those of page tables and the memory map, which it makes in its own way. */
static bool is_told(const struct kho_early_event *event)
{
	static const char *const others[] = { "memmap_alloc", "alloc_low_pages", "init_mem_mapping" };

	if (event->kind != KHO_EARLY_ALLOC)
		return false;
	for (gsize i = 0; i < COUNT(others); i++)
		if (strcmp(event->caller, others[i]) == 0)
			return false;
	return true;
}

static guint next_told(const GArray *events, guint i)
{
	while (i < events->len && !is_told(event_at(events, i)))
		i++;
	return i;
}

/* The two command lines have not the same length, nor have their copies: the first kernel's get the successor's size.
 */
static void level_command_lines(struct recorded *recorded)
{
	const GArray *first = recorded->first->events, *successor = recorded->successor->events;
	guint i = next_told(first, 0), j = next_told(successor, 0);

	while (i < first->len && j < successor->len) {
		struct kho_early_event *event = event_at(first, i);

		if (strcmp(event->caller, event_at(successor, j)->caller) != 0)
			return;
		if (strcmp(event->caller, "__memblock_alloc_or_panic") == 0)
			event->size = event_at(successor, j)->size;
		i = next_told(first, i + 1);
		j = next_told(successor, j + 1);
	}
}

struct comparison {
	const GArray *successor;
	guint at, same, different;
};

static void compare(void *context, const struct kho_early_event *event, u64 base)
{
	struct comparison *comparison = context;
	const struct kho_early_event *real;

	comparison->at = next_told(comparison->successor, comparison->at);
	assert_in_range(comparison->at, 0, comparison->successor->len - 1);
	real = event_at(comparison->successor, comparison->at++);
	assert_string_equal(event->caller, real->caller);
	if (base == real->base)
		comparison->same++;
	else
		comparison->different++;
}

static void replay(struct recorded *recorded, const struct kho_scratch_area *scratch, size_t nr_scratch,
		   kho_replay_watch watch, void *context, struct kho_replay *result)
{
	const struct kho_layout layout = {
		.geometry = { 64, 4096, 2 * MIB, 32768, true },
		.ranges = (const struct kho_memory_range *)recorded->ranges->data,
		.nr_ranges = recorded->ranges->len,
		.nr_nodes = 2,
		.scratch = scratch,
		.nr_scratch = nr_scratch,
		.segments = (const struct kho_segment *)recorded->segments.segments->data,
		.nr_segments = recorded->segments.segments->len,
		.events = (const struct kho_early_event *)recorded->first->events->data,
		.nr_events = recorded->first->events->len,
	};
	g_autofree void *workspace = g_malloc(kho_replay_workspace(&layout));

	kho_replay_run(&layout, workspace, watch, context, result);
}

/* Plenty of scratch, but node 0's area has just the size of its memory map, so that this falls back to blocks. */
static void test_blocks(void **state)
{
	static const struct kho_scratch_area scratch[] = {
		{ 3078619136, 64 * MIB }, { 9323937792, 256 * MIB }, { 5230297088, 64 * MIB }, { 9256828928, 64 * MIB }
	};
	struct comparison comparison = { 0 };
	struct recorded recorded;
	struct kho_replay result;

	record_take(&recorded, "tests/golden/early-boot-two-even-64M-256M-64M.console");
	level_command_lines(&recorded);
	comparison.successor = recorded.successor->events;
	replay(&recorded, scratch, COUNT(scratch), compare, &comparison, &result);
	assert_int_equal(result.end, KHO_REPLAY_FREE);
	assert_int_equal(comparison.different, 0);
	assert_in_range(comparison.same, 30, 200);
	assert_int_equal(result.bounce_bytes, 32 * MIB);
	assert_int_equal(result.percpu_pages, 0);
	assert_int_equal(result.backing.blocks, 32);
	assert_int_equal(result.backing.elsewhere, 0);
	recorded_clear(&recorded);
}

/* How many single pages a successor really put its per-cpu areas together from. */
static u64 count_percpu_pages(const struct recorded *recorded)
{
	u64 pages = 0;

	for (guint i = 0; i < recorded->successor->events->len; i++) {
		const struct kho_early_event *event = event_at(recorded->successor->events, i);

		pages += event->kind == KHO_EARLY_ALLOC && strcmp(event->caller, "pcpu_fc_alloc") == 0 &&
			 event->size == 4096 && event->base;
	}
	return pages;
}

/* Just enough: per-cpu areas from single pages, hash tables that are halved, no bounce buffer at all. */
static void test_just_enough(void **state)
{
	static const struct kho_scratch_area scratch[] = { { 3137339392, 8 * MIB },
							   { 5282725888, 8 * MIB },
							   { 5215617024, 64 * MIB } };
	struct recorded recorded;
	struct kho_replay result;

	record_take(&recorded, "tests/golden/early-boot-one-8M-8M-64M.console");
	level_command_lines(&recorded);
	replay(&recorded, scratch, COUNT(scratch), NULL, NULL, &result);
	assert_int_equal(result.end, KHO_REPLAY_FREE);
	assert_int_equal(result.bounce_bytes, 0);
	assert_int_equal(result.percpu_pages, count_percpu_pages(&recorded));
	assert_int_not_equal(result.percpu_pages, 0);
	assert_int_equal(result.backing.blocks, 32);
	/* 16 MiB less in the node's area, and it dies. */
	replay(&recorded, (struct kho_scratch_area[]){ scratch[0], scratch[1], { 5215617024, 48 * MIB } }, 3, NULL,
	       NULL, &result);
	assert_int_equal(result.end, KHO_REPLAY_DIES);
	assert_true(result.map_failed);
	assert_int_equal(result.node, 0);
	recorded_clear(&recorded);
}

/* The first kernel had to copy its initrd, which lay in no memory: the successor's lies in scratch, and stays there. */
static void test_moved_initrd(void **state)
{
	static const struct kho_scratch_area scratch[] = {
		{ 3078619136, 64 * MIB }, { 9323937792, 256 * MIB }, { 5230297088, 64 * MIB }, { 9256828928, 64 * MIB }
	};
	struct kho_early_event copy = { .kind = KHO_EARLY_ALLOC, .nid = KHO_ANY_NODE, .align = 4096, .traced = true };
	struct recorded recorded;
	struct kho_replay before, after;
	guint place = 0;

	record_take(&recorded, "tests/golden/early-boot-two-even-64M-256M-64M.console");
	replay(&recorded, scratch, COUNT(scratch), NULL, NULL, &before);
	while (event_at(recorded.first->events, place)->kind != KHO_EARLY_INITRD)
		place++;
	copy.base = 8 * GIB;
	copy.size = event_at(recorded.first->events, place)->size;
	g_strlcpy(copy.caller, "setup_arch", sizeof(copy.caller));
	g_array_insert_val(recorded.first->events, place + 1, copy);
	replay(&recorded, scratch, COUNT(scratch), NULL, NULL, &after);
	assert_int_equal(after.left_bytes, before.left_bytes);
	/* Of another size it is something else, and counts. */
	event_at(recorded.first->events, place + 1)->size += 4096;
	replay(&recorded, scratch, COUNT(scratch), NULL, NULL, &after);
	assert_in_range(before.left_bytes - after.left_bytes, copy.size, copy.size + 2 * MIB);
	recorded_clear(&recorded);
}

/* Whatever a layout lacks is named, and nothing is concluded. */
static void test_missing(void **state)
{
	static const struct kho_scratch_area scratch[] = { { 3137339392, 8 * MIB } };
	struct recorded recorded;
	struct kho_replay result;

	record_take(&recorded, "tests/golden/early-boot-one-8M-8M-64M.console");
	g_array_set_size(recorded.segments.segments, 0);
	replay(&recorded, scratch, 1, NULL, NULL, &result);
	assert_int_equal(result.end, KHO_REPLAY_UNKNOWN);
	assert_non_null(strstr(result.why, "kernel was loaded"));
	g_array_set_size(recorded.first->events, 0);
	replay(&recorded, scratch, 1, NULL, NULL, &result);
	assert_int_equal(result.end, KHO_REPLAY_UNKNOWN);
	assert_non_null(strstr(result.why, "no trace"));
	recorded_clear(&recorded);
}

/* A planted fault: with a scratch area elsewhere the comparison must notice. */
static void test_comparison_can_fail(void **state)
{
	static const struct kho_scratch_area scratch[] = { { 3078619136, 64 * MIB },
							   { 9323937792, 256 * MIB },
							   { 5230297088 - 2 * MIB, 64 * MIB },
							   { 9256828928, 64 * MIB } };
	struct comparison comparison = { 0 };
	struct recorded recorded;
	struct kho_replay result;

	record_take(&recorded, "tests/golden/early-boot-two-even-64M-256M-64M.console");
	comparison.successor = recorded.successor->events;
	replay(&recorded, scratch, COUNT(scratch), compare, &comparison, &result);
	assert_in_range(comparison.different, 1, 200);
	recorded_clear(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_just_enough),
		cmocka_unit_test(test_moved_initrd),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_comparison_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
