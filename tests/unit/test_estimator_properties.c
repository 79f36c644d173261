// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must hold of the estimators on any machine: that they say what their specification says (against slow
 * references), and invariants. Machines are random, and the same in each run; what fails names its seed.
 */
#include "tests/unit/reference_estimates.h"

#define MACHINES 1500

static const struct style any = { .split_sections = true, .overlaps = true };
static const struct style apart = { .split_sections = true };
static const struct style whole_sections = { 0 };

#define check(seed, condition)                                               \
	do {                                                                 \
		if (!(condition))                                            \
			fail_msg("machine %d: %s", (int)(seed), #condition); \
	} while (0)

static bool same_node(const struct kho_sparsemem_node *a, const struct kho_sparsemem_node *b)
{
	return a->map_count == b->map_count && a->required_bytes == b->required_bytes &&
	       a->usable_bytes == b->usable_bytes && a->insufficient == b->insufficient;
}

static bool same_nodes(const struct machine *a, const struct machine *b)
{
	for (size_t i = 0; i < a->nr_nodes; i++)
		if (!same_node(&a->nodes[i], &b->nodes[i]))
			return false;
	return true;
}

static bool same_result(const struct machine *a, const struct machine *b)
{
	return same_nodes(a, b) && a->result.section_map_bytes == b->result.section_map_bytes &&
	       a->result.insufficient == b->result.insufficient && a->result.worst == b->result.worst;
}

static bool same_total(const struct machine *a, const struct machine *b)
{
	return a->total.insufficient == b->total.insufficient && a->total.node == b->total.node &&
	       a->total.sections == b->total.sections && a->total.usable_bytes == b->total.usable_bytes &&
	       a->total.required_bytes == b->total.required_bytes && a->total.left_bytes == b->total.left_bytes;
}

/* --- against the references --- */

/* And both answers come up often enough for that to mean something. */
static void sparsemem_by_its_specification(void **state)
{
	static struct machine machine, reference;
	int warned = 0;

	for (int seed = 0; seed < MACHINES; seed++) {
		make_machine(&machine, seed, any);
		reference = machine;
		estimate(&machine);
		reference_sparsemem(&reference);
		check(seed, same_result(&machine, &reference));
		warned += machine.result.insufficient;
	}
	assert_in_range(warned, MACHINES / 4, MACHINES - MACHINES / 20);
}

static void aggregate_by_its_specification(void **state)
{
	static struct machine machine, reference;
	int warned = 0;

	for (int seed = 0; seed < MACHINES; seed++) {
		make_machine(&machine, seed, apart);
		reference = machine;
		estimate_total(&machine);
		reference_aggregate(&reference, machine.total.required_bytes - machine.total.map_bytes);
		check(seed, machine.total.insufficient == reference.total.insufficient);
		check(seed, !machine.total.insufficient || machine.total.node == reference.total.node);
		check(seed, machine.total.left_bytes == reference.total.left_bytes);
		check(seed, machine.total.insufficient == (machine.total.usable_bytes < machine.total.required_bytes));
		warned += machine.total.insufficient;
	}
	assert_in_range(warned, MACHINES / 4, MACHINES - MACHINES / 20);
}

/* --- what must not matter --- */

static void shuffle(struct machine *machine, struct kho_random *random)
{
	for (size_t i = machine->nr_scratch; i > 1; i--) {
		size_t j = kho_random_below(random, i);
		struct kho_scratch_area area = machine->scratch[j];

		machine->scratch[j] = machine->scratch[i - 1];
		machine->scratch[i - 1] = area;
	}
	for (size_t i = machine->nr_segments; i > 1; i--) {
		size_t j = kho_random_below(random, i);
		struct kho_segment segment = machine->segments[j];

		machine->segments[j] = machine->segments[i - 1];
		machine->segments[i - 1] = segment;
	}
}

/* Nor do areas that are not there. */
static void order_of_scratch(void **state)
{
	static struct machine machine, shuffled;

	for (int seed = 0; seed < MACHINES; seed++) {
		struct kho_random random = kho_random_start(seed, 100);

		make_machine(&machine, seed, any);
		shuffled = machine;
		add_scratch(&shuffled, kho_random_below(&random, GIB), 0);
		shuffle(&shuffled, &random);
		estimate(&machine);
		estimate(&shuffled);
		check(seed, same_result(&machine, &shuffled));
		estimate_total(&machine);
		estimate_total(&shuffled);
		check(seed, same_total(&machine, &shuffled));
	}
}

/* At a page inside of it; false: it has but one. */
static bool split_range(struct machine *machine, struct kho_random *random)
{
	size_t which = kho_random_below(random, machine->nr_ranges);
	struct kho_memory_range *range = &machine->ranges[which];
	uint64_t page = machine->geometry.page_size, pages = (range->end - range->start) / page;
	uint64_t at = pages > 1 ? range->start + (1 + kho_random_below(random, pages - 1)) * page : 0;

	if (!at)
		return false;
	memmove(range + 1, range, (machine->nr_ranges - which) * sizeof(*range));
	machine->nr_ranges++;
	range[0].end = range[1].start = at;
	return true;
}

static void ranges_in_parts(void **state)
{
	static struct machine machine, split;

	for (int seed = 0; seed < MACHINES; seed++) {
		struct kho_random random = kho_random_start(seed, 101);

		make_machine(&machine, seed, any);
		split = machine;
		for (int times = 0; times < 5; times++)
			split_range(&split, &random);
		estimate(&machine);
		estimate(&split);
		check(seed, same_result(&machine, &split));
		estimate_total(&machine);
		estimate_total(&split);
		check(seed, same_total(&machine, &split));
	}
}

/* Two worst nodes may be equally bad; then their numbers decide, and only then. */
static bool equally_bad(const struct kho_sparsemem_node *a, const struct kho_sparsemem_node *b)
{
	return !reference_worse(a, b) && !reference_worse(b, a);
}

static void numbers_of_nodes(void **state)
{
	static struct machine machine, renumbered;

	for (int seed = 0; seed < MACHINES; seed++) {
		struct kho_random random = kho_random_start(seed, 102);
		unsigned int numbers[MAX_NODES] = { 0 };

		make_machine(&machine, seed, any);
		renumbered = machine;
		for (size_t i = 1; i < machine.nr_nodes; i++) {
			size_t j = kho_random_below(&random, i + 1);

			numbers[i] = numbers[j];
			numbers[j] = i;
		}
		for (size_t i = 0; i < machine.nr_ranges; i++)
			renumbered.ranges[i].node = numbers[machine.ranges[i].node];
		estimate(&machine);
		estimate(&renumbered);
		for (size_t i = 0; i < machine.nr_nodes; i++)
			check(seed, same_node(&machine.nodes[i], &renumbered.nodes[numbers[i]]));
		check(seed, machine.result.insufficient == renumbered.result.insufficient);
		check(seed,
		      !machine.result.insufficient || equally_bad(&renumbered.nodes[renumbered.result.worst],
								  &renumbered.nodes[numbers[machine.result.worst]]));
		estimate_total(&machine);
		estimate_total(&renumbered);
		check(seed, machine.total.insufficient == renumbered.total.insufficient);
		check(seed, !machine.total.insufficient || numbers[machine.total.node] == renumbered.total.node);
		check(seed, machine.total.usable_bytes == renumbered.total.usable_bytes);
	}
}

/* --- more scratch --- */

/* How far the area can grow at its end, or downwards, without meeting another one or the end of memory. */
static uint64_t room_beside(const struct machine *machine, const struct kho_scratch_area *area, bool downwards)
{
	uint64_t end = machine->ranges[machine->nr_ranges - 1].end;
	uint64_t room = downwards ? area->start : end - (area->start + area->size);

	for (size_t i = 0; i < machine->nr_scratch; i++) {
		const struct kho_scratch_area *other = &machine->scratch[i];
		uint64_t gap;

		if (other == area || (other->start < area->start) != downwards)
			continue;
		gap = downwards ? area->start - (other->start + other->size)
				: other->start - (area->start + area->size);
		if (gap < room)
			room = gap;
	}
	return room;
}

/* One area, at one of its ends, by a little or by all that there is room for. */
static void grow(struct machine *machine, struct kho_random *random)
{
	struct kho_scratch_area *area = &machine->scratch[kho_random_below(random, machine->nr_scratch)];
	bool downwards = kho_random_below(random, 2);
	uint64_t room = room_beside(machine, area, downwards), more = room;

	if (kho_random_below(random, 3))
		more = kho_random_below(random, (room < 8 * MIB ? room : 8 * MIB) + 1);
	area->size += more;
	if (downwards)
		area->start -= more;
}

/* Where nodes meet at section boundaries, no node loses anything when an area grows in its place. */
static void more_scratch_for_sparsemem(void **state)
{
	static struct machine machine, grown;

	for (int seed = 0; seed < MACHINES; seed++) {
		struct kho_random random = kho_random_start(seed, 103);

		make_machine(&machine, seed, whole_sections);
		estimate(&machine);
		for (int times = 0; machine.nr_scratch && times < 6; times++) {
			grown = machine;
			grow(&grown, &random);
			estimate(&grown);
			for (size_t i = 0; i < machine.nr_nodes; i++)
				check(seed, grown.nodes[i].usable_bytes >= machine.nodes[i].usable_bytes);
			check(seed, machine.result.insufficient || !grown.result.insufficient);
			machine = grown;
		}
	}
}

/* Wherever they meet; and what it needs does not grow with it. */
static void more_scratch_for_aggregate(void **state)
{
	static struct machine machine, grown;

	for (int seed = 0; seed < MACHINES; seed++) {
		struct kho_random random = kho_random_start(seed, 104);

		make_machine(&machine, seed, apart);
		estimate_total(&machine);
		for (int times = 0; machine.nr_scratch && times < 6; times++) {
			grown = machine;
			grow(&grown, &random);
			estimate_total(&grown);
			check(seed, grown.total.usable_bytes >= machine.total.usable_bytes);
			check(seed, grown.total.required_bytes <= machine.total.required_bytes);
			check(seed, machine.total.insufficient || !grown.total.insufficient);
			machine = grown;
		}
	}
}

/*
 *	001|1			node 1 begins in the middle of section 2, and an area of its memory lies there;
 *	    [4M]		it grows downwards, across the border: then its first page is node 0's, and so is all of
 *	  [-----]		it up to the next section. More scratch, and node 1 has none.
 */
static void more_may_be_less(void **state)
{
	struct machine machine = { .geometry = x86_64 };
	uint64_t border = 2 * SECTION + SECTION / 2;

	add_range(&machine, 0, border, 0);
	add_range(&machine, border, 4 * SECTION, 1);
	add_scratch(&machine, 0, 6 * MIB);
	add_scratch(&machine, border, 4 * MIB);
	estimate(&machine);
	assert_false(machine.result.insufficient);
	machine.scratch[1].start -= 4 * MIB;
	machine.scratch[1].size += 4 * MIB;
	estimate(&machine);
	assert_true(machine.result.insufficient);
	assert_int_equal(machine.result.worst, 1);
	assert_int_equal(machine.nodes[1].usable_bytes, 0);
}

/*
 *	00			needs 4 MiB
 *	 [ 4M]			and has it; a larger area elsewhere, as a larger kho_scratch= would have it, loses 1 MiB
 *	  [ 5M - 1]		to alignment and a byte at its end
 */
static void larger_elsewhere_may_be_less(void **state)
{
	struct machine machine = { 0 };

	draw(&machine, "00");
	add_scratch(&machine, 16 * MIB, 4 * MIB);
	estimate(&machine);
	assert_false(machine.result.insufficient);
	machine.scratch[0] = (struct kho_scratch_area){ 17 * MIB, 5 * MIB - 1 };
	estimate(&machine);
	assert_true(machine.result.insufficient);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sparsemem_by_its_specification),
		cmocka_unit_test(aggregate_by_its_specification),
		cmocka_unit_test(order_of_scratch),
		cmocka_unit_test(ranges_in_parts),
		cmocka_unit_test(numbers_of_nodes),
		cmocka_unit_test(more_scratch_for_sparsemem),
		cmocka_unit_test(more_scratch_for_aggregate),
		cmocka_unit_test(more_may_be_less),
		cmocka_unit_test(larger_elsewhere_may_be_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
