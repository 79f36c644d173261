/* SPDX-License-Identifier: GPL-2.0-only */
/* Machines that nobody would draw, the same ones for the same seed. */
#ifndef KHO_TESTS_RANDOM_MACHINE_H
#define KHO_TESTS_RANDOM_MACHINE_H

#include "harness/model/random.h"
#include "tests/unit/drawn_machine.h"

/* What a machine has that not all properties hold for. */
struct style {
	bool split_sections; /* nodes and holes may begin inside a section */
	bool overlaps;	     /* scratch areas may overlap, which memblock would never let them */
};

static const struct kho_geometry geometries[] = {
	{ 64, 4096, 2 * MIB, 32768, true },	 /* x86-64 */
	{ 64, 4096, 2 * MIB, 32768, true },	 /* ... mostly */
	{ 64, 4096, 2 * MIB, 32768, true },	 /* ... */
	{ 64, 4096, 2 * MIB, 32768, false },	 /* without vmemmap */
	{ 80, 4096, 2 * MIB, 32768, true },	 /* 2.5 MiB of map */
	{ 80, 4096, 0, 32768, true },		 /* no PMD_SIZE */
	{ 128, 4096, 2 * MIB, 32768, true },	 /* two huge pages a section */
	{ 64, 4096, 2 * MIB, 4096, true },	 /* sections of 16 MiB */
	{ 64, 64 * KIB, 512 * MIB, 8192, true }, /* arm64's large pages */
};

static inline uint64_t section_bytes(const struct machine *machine)
{
	return machine->geometry.page_size * machine->geometry.pages_per_section;
}

static inline bool touches(uint64_t start, uint64_t end, uint64_t other_start, uint64_t other_end)
{
	return start < other_end && other_start < end;
}

static inline void make_memory(struct machine *machine, struct kho_random *random, const struct style *style)
{
	uint64_t section = section_bytes(machine), unit = style->split_sections ? machine->geometry.page_size : section;
	uint64_t at = kho_random_below(random, 3 * section / unit) * unit;

	for (uint64_t runs = 1 + kho_random_below(random, 16); runs; runs--) {
		uint64_t end = at + (1 + kho_random_below(random, 5 * section / unit)) * unit;

		add_range(machine, at, end, kho_random_below(random, MAX_NODES));
		at = end;
		if (kho_random_below(random, 3) == 0)
			at += kho_random_below(random, 3 * section / unit) * unit;
	}
}

static inline bool area_is_free(const struct machine *machine, uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < machine->nr_scratch; i++)
		if (touches(start, start + size, machine->scratch[i].start,
			    machine->scratch[i].start + machine->scratch[i].size))
			return false;
	return true;
}

/* So much in all that both answers are given. */
static inline void make_scratch(struct machine *machine, struct kho_random *random, const struct style *style)
{
	static const uint64_t units[] = { 2 * MIB, 2 * MIB, 64 * KIB, 1 };
	uint64_t end = machine->ranges[machine->nr_ranges - 1].end,
		 unit = units[kho_random_below(random, COUNT(units))];
	uint64_t map = end / machine->geometry.page_size * machine->geometry.struct_page_size;
	uint64_t count = 1 + kho_random_below(random, 10), most = map * kho_random_below(random, 9) / count;

	for (int tries = 0; tries < 40 && machine->nr_scratch < count; tries++) {
		uint64_t size = (1 + kho_random_below(random, most / unit + 2)) * unit, start;

		if (size >= end)
			continue;
		start = kho_random_below(random, (end - size) / unit + 1) * unit;
		if (machine->nr_scratch && kho_random_below(random, 3) == 0) { /* a neighbour */
			const struct kho_scratch_area *last = &machine->scratch[machine->nr_scratch - 1];

			start = last->start + last->size;
		}
		if (start + size <= end && (style->overlaps || area_is_free(machine, start, size)))
			add_scratch(machine, start, size);
	}
}

static inline bool segment_is_free(const struct machine *machine, uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < machine->nr_segments; i++)
		if (touches(start, start + size, machine->segments[i].start,
			    machine->segments[i].start + machine->segments[i].size))
			return false;
	return true;
}

/* Mostly inside of scratch; some reach out of it. */
static inline void make_segments(struct machine *machine, struct kho_random *random)
{
	for (uint64_t wanted = kho_random_below(random, COUNT(machine->segments)); machine->nr_scratch && wanted;
	     wanted--) {
		const struct kho_scratch_area *area = &machine->scratch[kho_random_below(random, machine->nr_scratch)];
		uint64_t start = area->start + kho_random_below(random, area->size);
		uint64_t size = kho_random_below(random, area->size / 2 + 2);

		if (kho_random_below(random, 2))
			start -= start % machine->geometry.page_size;
		if (segment_is_free(machine, start, size))
			add_segment(machine, kho_random_below(random, KHO_NR_SEGMENT_KINDS), start, size);
	}
	machine->kernel_bytes = kho_random_below(random, 2) ? kho_random_below(random, 16 * MIB) : 0;
}

static inline void make_machine(struct machine *machine, uint64_t seed, struct style style)
{
	struct kho_random random = kho_random_start(seed, style.split_sections + 2 * style.overlaps);

	*machine = (struct machine){ .geometry = geometries[kho_random_below(&random, COUNT(geometries))] };
	make_memory(machine, &random, &style);
	make_scratch(machine, &random, &style);
	make_segments(machine, &random);
}

#endif
