/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines for tests of the estimators.
 *
 * In the drawings a column is one section of 128 MiB, whose map is 2 MiB; a digit is the node of a
 * present section, '.' a hole. Scratch is drawn below, in the same columns where it fits.
 */
#ifndef KHO_TESTS_DRAWN_MACHINE_H
#define KHO_TESTS_DRAWN_MACHINE_H

#include <string.h>

#include "estimator/aggregate.h"
#include "estimator/layout.h"
#include "tests/unit/test.h"

#define SECTION	    (128 * MIB)
#define MAX_NODES   8
#define MAX_RANGES  256
#define MAX_SCRATCH 32
#define MAX_PIECES  512

static const struct kho_geometry x86_64 = {
	.struct_page_size = 64, .page_size = 4096, .pmd_size = 2 * MIB, .pages_per_section = 32768, .map_virtual = true
};

struct machine {
	struct kho_geometry geometry;
	struct kho_memory_range ranges[MAX_RANGES];
	size_t nr_ranges;
	struct kho_scratch_area scratch[MAX_SCRATCH];
	size_t nr_scratch, nr_nodes;
	struct kho_segment segments[8];
	size_t nr_segments;
	uint64_t kernel_bytes;
	/* the answers */
	struct kho_sparsemem_node nodes[MAX_NODES];
	struct kho_sparsemem_result result;
	struct kho_aggregate_result total;
};

static inline void add_range(struct machine *machine, uint64_t start, uint64_t end, unsigned int node)
{
	assert_true(machine->nr_ranges < MAX_RANGES);
	machine->ranges[machine->nr_ranges++] = (struct kho_memory_range){ start, end, node };
	if (node >= machine->nr_nodes)
		machine->nr_nodes = node + 1;
}

/* Memory from a drawing: a column is a section. */
static inline void draw(struct machine *machine, const char *picture)
{
	machine->geometry = x86_64;
	for (uint64_t at = 0; picture[at];) {
		uint64_t length = 1;

		while (picture[at + length] == picture[at])
			length++;
		if (picture[at] != '.')
			add_range(machine, at * SECTION, (at + length) * SECTION, picture[at] - '0');
		at += length;
	}
}

static inline void add_scratch(struct machine *machine, uint64_t start, uint64_t size)
{
	assert_true(machine->nr_scratch < MAX_SCRATCH);
	machine->scratch[machine->nr_scratch++] = (struct kho_scratch_area){ start, size };
}

static inline void add_segment(struct machine *machine, enum kho_segment_kind kind, uint64_t start, uint64_t size)
{
	assert_true(machine->nr_segments < COUNT(machine->segments));
	machine->segments[machine->nr_segments++] = (struct kho_segment){ kind, start, size };
}

static inline struct kho_memory_ranges ranges_of(const struct machine *machine)
{
	return kho_memory_ranges_of(&machine->geometry, machine->ranges, machine->nr_ranges);
}

static inline void estimate(struct machine *machine)
{
	const struct kho_memory_ranges ranges = ranges_of(machine);
	const struct kho_sparsemem_input input = {
		.geometry = machine->geometry,
		.memory = kho_memory_from_ranges(&ranges),
		.scratch = machine->scratch,
		.nr_scratch = machine->nr_scratch,
		.nr_nodes = machine->nr_nodes,
	};
	struct kho_scratch_piece pieces[MAX_PIECES];

	assert_true(kho_memory_ranges_valid(&ranges, machine->nr_nodes));
	assert_true(kho_sparsemem_count_pieces(&input) <= MAX_PIECES);
	memset(machine->nodes, 0xaa, sizeof(machine->nodes)); /* the estimator owes nothing to what was there */
	machine->result = kho_sparsemem_estimate(&input, machine->nodes, pieces);
}

static inline void estimate_total(struct machine *machine)
{
	const struct kho_memory_ranges ranges = ranges_of(machine);
	const struct kho_aggregate_input input = {
		.geometry = machine->geometry,
		.memory = kho_memory_from_ranges(&ranges),
		.scratch = machine->scratch,
		.nr_scratch = machine->nr_scratch,
		.segments = machine->segments,
		.nr_segments = machine->nr_segments,
		.kernel_bytes = machine->kernel_bytes,
		.nr_nodes = machine->nr_nodes,
	};

	assert_true(kho_memory_ranges_valid(&ranges, machine->nr_nodes));
	machine->total = kho_aggregate_estimate(&input);
}

#endif
