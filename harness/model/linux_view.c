// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/linux_view.h"

#include "estimator/memory_ranges.h"
#include "harness/model/size.h"

#define MIB	 (1ULL << 20)
#define FOUR_GIB (4ULL << 30)

unsigned int kho_linux_nid(const struct kho_topology *topology, unsigned int nid)
{
	bool has_cpus = kho_topology_node(topology, nid)->cpus;
	unsigned int before = 0;

	for (unsigned int other = 0; other < topology->nodes->len; other++) {
		bool other_has_cpus = kho_topology_node(topology, other)->cpus;

		if (other_has_cpus == has_cpus)
			before += other < nid;
		else
			before += other_has_cpus;
	}
	return before;
}

/* --- both sides in the same form: ascending, from 1 MiB on, neighbours of the same node joined --- */

static struct kho_memory_range *range_at(const GArray *ranges, guint i)
{
	return &g_array_index(ranges, struct kho_memory_range, i);
}

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_memory_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static void add_range(GArray *ranges, unsigned int node, uint64_t start, uint64_t end)
{
	struct kho_memory_range range = { MAX(start, MIB), end, node };

	if (range.start < range.end)
		g_array_append_val(ranges, range);
}

/* [@start, @end) of @node, without what is reserved. */
static void add_unreserved(GArray *ranges, const struct kho_topology *topology, unsigned int node, uint64_t start,
			   uint64_t end)
{
	for (guint i = 0; i < topology->reserved->len; i++) {
		const struct kho_range *reserved = &g_array_index(topology->reserved, struct kho_range, i);

		if (reserved->start >= end || reserved->end <= start)
			continue;
		add_range(ranges, node, start, reserved->start);
		start = reserved->end;
	}
	add_range(ranges, node, start, end);
}

static GArray *joined(GArray *ranges)
{
	g_array_sort(ranges, compare_start);
	for (guint i = 1; i < ranges->len;) {
		struct kho_memory_range *before = range_at(ranges, i - 1);

		if (before->end == before[1].start && before->node == before[1].node) {
			before->end = before[1].end;
			g_array_remove_index(ranges, i);
		} else {
			i++;
		}
	}
	return ranges;
}

static void add_pc_ranges(GArray *ranges, const struct kho_topology *topology)
{
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const GArray *own = kho_topology_node(topology, nid)->ranges;

		for (guint i = 0; i < own->len; i++) {
			const struct kho_range *range = &g_array_index(own, struct kho_range, i);

			add_unreserved(ranges, topology, kho_linux_nid(topology, nid), range->start, range->end);
		}
	}
}

static void add_virt_ranges(GArray *ranges, const struct kho_topology *topology, uint64_t start)
{
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		uint64_t end = start + kho_topology_node(topology, nid)->memory;

		add_range(ranges, nid, start, end);
		start = end;
	}
}

GArray *kho_linux_ranges(const struct kho_topology *topology, const struct kho_arch *arch)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_memory_range));

	if (arch->is_pc)
		add_pc_ranges(ranges, topology);
	else
		add_virt_ranges(ranges, topology, arch->memory_start);
	return joined(ranges);
}

static GArray *seen(const GArray *from)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_memory_range));

	for (guint i = 0; i < from->len; i++)
		add_range(ranges, range_at(from, i)->node, range_at(from, i)->start, range_at(from, i)->end);
	return joined(ranges);
}

/* --- the difference --- */

static bool is_same(const struct kho_memory_range *range, const struct kho_memory_range *as_seen)
{
	uint64_t taken = range->end <= FOUR_GIB ? MIB : 1;

	return range->node == as_seen->node && range->start == as_seen->start && as_seen->end <= range->end &&
	       range->end - as_seen->end < taken;
}

static char *range_text(const GArray *ranges, guint i)
{
	const struct kho_memory_range *range = i < ranges->len ? range_at(ranges, i) : NULL;
	g_autofree char *start = range ? kho_size_format(range->start) : NULL;
	g_autofree char *end = range ? kho_size_format(range->end) : NULL;

	return range ? g_strdup_printf("%s to %s on node %u", start, end, (unsigned int)range->node)
		     : g_strdup("nothing more");
}

char *kho_linux_view_differs(const struct kho_topology *topology, const struct kho_arch *arch, const GArray *ranges)
{
	g_autoptr(GArray) wanted = kho_linux_ranges(topology, arch), found = seen(ranges);

	for (guint i = 0; wanted->len && i < MAX(wanted->len, found->len); i++) {
		g_autofree char *wanted_text = NULL, *found_text = NULL;

		if (i < wanted->len && i < found->len && is_same(range_at(wanted, i), range_at(found, i)))
			continue;
		wanted_text = range_text(wanted, i);
		found_text = range_text(found, i);
		return g_strdup_printf("it sees memory from %s where the topology has %s", found_text, wanted_text);
	}
	return NULL;
}
