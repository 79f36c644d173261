// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/scaled_machine.h"

#include "harness/model/linux_view.h"

#define MIB	  (1ULL << 20)
#define LOW_LIMIT (1ULL << 32)

void kho_scaled_machine_free(struct kho_scaled_machine *machine)
{
	g_array_unref(machine->ranges);
	g_array_unref(machine->cpus);
	g_free(machine);
}

static const struct kho_memory_range *range_at(const GArray *ranges, guint i)
{
	return &g_array_index(ranges, struct kho_memory_range, i);
}

uint64_t kho_low_end(const GArray *ranges)
{
	uint64_t end = 0;

	for (guint i = 0; i < ranges->len && range_at(ranges, i)->end <= LOW_LIMIT; i++)
		end = range_at(ranges, i)->end;
	return end;
}

/* --- nodes --- */

/* By the topology's number of a node. */
static GArray *number_nodes(const struct kho_topology *topology)
{
	GArray *numbers = g_array_new(FALSE, TRUE, sizeof(guint));

	g_array_set_size(numbers, topology->nodes->len);
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		g_array_index(numbers, guint, nid) = kho_linux_nid(topology, nid);
	return numbers;
}

static void take_cpus(struct kho_scaled_machine *machine, const struct kho_topology *topology, const GArray *numbers)
{
	g_array_set_size(machine->cpus, topology->nodes->len);
	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		guint cpus = kho_topology_node(topology, nid)->cpus;

		g_array_index(machine->cpus, guint, g_array_index(numbers, guint, nid)) = cpus;
		machine->nr_cpus += cpus;
	}
}

/* --- memory --- */

static void add_hole(GArray *holes, uint64_t start, uint64_t end)
{
	struct kho_range hole = { start, end };

	if (start < end)
		g_array_append_val(holes, hole);
}

static uint64_t end_of_low_memory(const struct kho_topology *topology)
{
	uint64_t low = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(topology, nid)->ranges;

		for (guint i = 0; i < ranges->len; i++) {
			uint64_t end = g_array_index(ranges, struct kho_range, i).end;

			if (end <= LOW_LIMIT)
				low = MAX(low, end);
		}
	}
	return low;
}

/* Ascending. Topologies have whole MiB, so what is missing from one is firmware's. */
static GArray *find_holes(const struct kho_topology *topology, const GArray *booted)
{
	GArray *holes = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	uint64_t at = 0, booted_end = kho_low_end(booted), low_end = end_of_low_memory(topology);

	for (guint i = 0; i < booted->len && at < MIB; i++) {
		add_hole(holes, at, MIN(range_at(booted, i)->start, MIB));
		at = range_at(booted, i)->end;
	}
	add_hole(holes, low_end - MIN(low_end, (MIB - booted_end % MIB) % MIB), low_end);
	return holes;
}

static void add_piece(GArray *pieces, uint64_t start, uint64_t end, guint node)
{
	struct kho_memory_range piece = { start, end, node };

	if (start < end)
		g_array_append_val(pieces, piece);
}

static void add_range(GArray *pieces, const struct kho_range *range, const GArray *holes, guint node)
{
	uint64_t at = range->start;

	for (guint i = 0; i < holes->len; i++) {
		const struct kho_range *hole = &g_array_index(holes, struct kho_range, i);

		if (hole->end <= at || hole->start >= range->end)
			continue;
		add_piece(pieces, at, hole->start, node);
		at = hole->end;
	}
	add_piece(pieces, at, range->end, node);
}

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_memory_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/* memblock has neighbours of the same node as one. */
static void join(GArray *ranges)
{
	for (guint i = 1; i < ranges->len;) {
		struct kho_memory_range *before = &g_array_index(ranges, struct kho_memory_range, i - 1);
		const struct kho_memory_range *here = before + 1;

		if (before->end != here->start || before->node != here->node) {
			i++;
			continue;
		}
		before->end = here->end;
		g_array_remove_index(ranges, i);
	}
}

static void take_memory(struct kho_scaled_machine *machine, const struct kho_topology *topology, const GArray *numbers,
			const GArray *holes)
{
	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(topology, nid)->ranges;

		for (guint i = 0; i < ranges->len; i++)
			add_range(machine->ranges, &g_array_index(ranges, struct kho_range, i), holes,
				  g_array_index(numbers, guint, nid));
	}
	g_array_sort(machine->ranges, compare_start);
	join(machine->ranges);
}

static struct kho_scaled_machine *machine_new(void)
{
	struct kho_scaled_machine *machine = g_new0(struct kho_scaled_machine, 1);

	machine->ranges = g_array_new(FALSE, TRUE, sizeof(struct kho_memory_range));
	machine->cpus = g_array_new(FALSE, TRUE, sizeof(guint));
	return machine;
}

static void settle(struct kho_scaled_machine *machine)
{
	machine->low_end = kho_low_end(machine->ranges);
	if (machine->ranges->len)
		machine->end = range_at(machine->ranges, machine->ranges->len - 1)->end;
}

struct kho_scaled_machine *kho_scaled_machine_known(const GArray *ranges, const GArray *cpus)
{
	struct kho_scaled_machine *machine = machine_new();

	g_array_append_vals(machine->ranges, ranges->data, ranges->len);
	g_array_append_vals(machine->cpus, cpus->data, cpus->len);
	machine->nr_nodes = cpus->len;
	for (guint nid = 0; nid < cpus->len; nid++)
		machine->nr_cpus += g_array_index(cpus, guint, nid);
	settle(machine);
	return machine;
}

struct kho_scaled_machine *kho_scaled_machine_new(const struct kho_topology *topology, const GArray *booted)
{
	struct kho_scaled_machine *machine = machine_new();
	g_autoptr(GArray) numbers = number_nodes(topology), holes = find_holes(topology, booted);

	machine->nr_nodes = topology->nodes->len;
	machine->distances = topology->distances;
	take_cpus(machine, topology, numbers);
	take_memory(machine, topology, numbers, holes);
	settle(machine);
	return machine;
}
