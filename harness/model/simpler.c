// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/simpler.h"

#include <string.h>

#include "harness/model/size.h"

#define MIB	(1ULL << 20)
#define SECTION (128 * MIB)
#define LEAST	(512 * MIB) /* of a machine */
#define STEP	(2 * MIB)   /* of scratch */

struct simplifying {
	const struct kho_topology *topology;
	const struct kho_scratch_spec *scratch;
	GPtrArray *found;
};

void kho_simpler_free(struct kho_simpler *simpler)
{
	kho_topology_free(simpler->topology);
	kho_scratch_spec_free(simpler->scratch);
	g_free(simpler->what);
	g_free(simpler);
}

/* What a topology's file says of it, read again; NULL: that is no machine. */
static struct kho_topology *read_again(const struct kho_topology *topology)
{
	g_autofree char *text = kho_topology_format(topology);
	g_autofree char *path = g_strconcat(topology->name, ".yaml", NULL);

	return kho_topology_parse(path, text, strlen(text), NULL);
}

static struct kho_node *node_of(struct kho_topology *topology, guint nid)
{
	return g_ptr_array_index(topology->nodes, nid);
}

/* Takes both over. */
static void take(const struct simplifying *simplifying, struct kho_topology *changed, char *what)
{
	g_autoptr(KhoTopology) copy = changed;
	struct kho_topology *topology = kho_topology_memory(changed) >= LEAST ? read_again(changed) : NULL;
	struct kho_simpler *simpler;

	if (!topology) {
		g_free(what);
		return;
	}
	simpler = g_new0(struct kho_simpler, 1);
	simpler->topology = topology;
	simpler->scratch = kho_scratch_spec_copy(simplifying->scratch);
	simpler->what = what;
	g_ptr_array_add(simplifying->found, simpler);
}

/* --- nodes --- */

static void drop_distances(struct kho_topology *topology, guint dropped)
{
	guint nodes = topology->nodes->len, to = 0;
	g_autofree uint8_t *old = topology->distances;

	if (!old)
		return;
	topology->distances = g_new0(uint8_t, nodes * nodes);
	for (guint i = 0; i < nodes * nodes; i++)
		if (i / nodes != dropped && i % nodes != dropped)
			topology->distances[to++] = old[i];
}

static void without_nodes(const struct simplifying *simplifying)
{
	for (guint nid = simplifying->topology->nodes->len; simplifying->topology->nodes->len > 1 && nid--;) {
		struct kho_topology *changed = kho_topology_copy(simplifying->topology);

		drop_distances(changed, nid);
		g_ptr_array_remove_index(changed->nodes, nid);
		take(simplifying, changed, g_strdup_printf("without node %u", nid));
	}
}

/* --- where memory lies --- */

static void drop_windows(struct kho_topology *topology)
{
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		g_array_set_size(node_of(topology, nid)->windows, 0);
}

static bool has_windows(const struct kho_topology *topology)
{
	for (guint nid = 0; nid < topology->nodes->len; nid++)
		if (kho_topology_node(topology, nid)->windows->len)
			return true;
	return false;
}

static void without_places(const struct simplifying *simplifying)
{
	struct kho_topology *changed;

	if (simplifying->topology->placed) {
		changed = kho_topology_copy(simplifying->topology);
		changed->placed = false;
		drop_windows(changed);
		g_array_set_size(changed->reserved, 0);
		take(simplifying, changed, g_strdup("one node behind the other"));
	}
	if (has_windows(simplifying->topology)) {
		changed = kho_topology_copy(simplifying->topology);
		drop_windows(changed);
		take(simplifying, changed, g_strdup("without windows"));
	}
	if (simplifying->topology->reserved->len) {
		changed = kho_topology_copy(simplifying->topology);
		g_array_set_size(changed->reserved, 0);
		take(simplifying, changed, g_strdup("nothing reserved"));
	}
	if (simplifying->topology->distances) {
		changed = kho_topology_copy(simplifying->topology);
		g_clear_pointer(&changed->distances, g_free);
		take(simplifying, changed, g_strdup("without distances"));
	}
}

static void drop_range(struct kho_node *node, guint index)
{
	const struct kho_range *range = &g_array_index(node->ranges, struct kho_range, index);

	node->memory -= range->end - range->start;
	g_array_remove_index(node->ranges, index);
}

static void without_ranges(const struct simplifying *simplifying)
{
	for (guint nid = 0; simplifying->topology->placed && nid < simplifying->topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(simplifying->topology, nid)->ranges;

		for (guint i = 0; ranges->len > 1 && i < ranges->len; i++) {
			struct kho_topology *changed = kho_topology_copy(simplifying->topology);

			drop_range(node_of(changed, nid), i);
			take(simplifying, changed, g_strdup_printf("without a range of node %u", nid));
		}
	}
}

/* --- CPUs --- */

static void fewer_cpus(const struct simplifying *simplifying)
{
	for (guint nid = simplifying->topology->nodes->len; nid--;) {
		const struct kho_node *node = kho_topology_node(simplifying->topology, nid);
		guint least = node->memory && nid ? 0 : 1;
		struct kho_topology *changed;

		if (node->cpus <= least)
			continue;
		changed = kho_topology_copy(simplifying->topology);
		node_of(changed, nid)->cpus = least;
		take(simplifying, changed, g_strdup_printf("%u CPUs on node %u", least, nid));
	}
}

/* --- less memory --- */

/* Half, to whole sections where it is more than one. */
static uint64_t half(uint64_t bytes)
{
	uint64_t unit = bytes > 2 * SECTION ? SECTION : MIB;

	return bytes / 2 / unit * unit;
}

static void halve(struct kho_node *node, bool placed)
{
	node->memory = placed ? 0 : half(node->memory);
	for (guint i = 0; placed && i < node->ranges->len; i++) {
		struct kho_range *range = &g_array_index(node->ranges, struct kho_range, i);

		range->end = range->start + half(range->end - range->start);
		node->memory += range->end - range->start;
	}
}

static void less_memory(const struct simplifying *simplifying)
{
	const struct kho_topology *topology = simplifying->topology;
	struct kho_topology *changed = kho_topology_copy(topology);

	for (guint nid = 0; nid < topology->nodes->len; nid++)
		halve(node_of(changed, nid), topology->placed);
	take(simplifying, changed, g_strdup("half the memory"));
	for (guint nid = 0; topology->nodes->len > 1 && nid < topology->nodes->len; nid++) {
		if (kho_topology_node(topology, nid)->memory < SECTION)
			continue;
		changed = kho_topology_copy(topology);
		halve(node_of(changed, nid), topology->placed);
		take(simplifying, changed, g_strdup_printf("half the memory of node %u", nid));
	}
}

/* --- scratch --- */

static void take_sizes(const struct simplifying *simplifying, const uint64_t *sizes)
{
	g_autofree char *lowmem = kho_size_format(sizes[0]), *global = kho_size_format(sizes[1]),
			*pernode = kho_size_format(sizes[2]);
	g_autofree char *text = g_strdup_printf("%s,%s,%s", lowmem, global, pernode);
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse(text, NULL);
	struct simplifying other = *simplifying;

	other.scratch = scratch;
	if (scratch)
		take(&other, kho_topology_copy(simplifying->topology), g_strdup_printf("kho_scratch=%s", text));
}

static void less_scratch(const struct simplifying *simplifying)
{
	const struct kho_scratch_spec *scratch = simplifying->scratch;
	const uint64_t sizes[] = { scratch->lowmem, scratch->global, scratch->pernode };

	for (guint i = 0; !scratch->percent && i < G_N_ELEMENTS(sizes); i++) {
		const uint64_t less[] = { 0, sizes[i] / 2 / STEP * STEP };

		for (guint j = 0; j < G_N_ELEMENTS(less); j++) {
			uint64_t changed[] = { sizes[0], sizes[1], sizes[2] };

			changed[i] = less[j];
			if (less[j] < sizes[i] && (j == 0 || less[j]))
				take_sizes(simplifying, changed);
		}
	}
}

GPtrArray *kho_simpler_than(const struct kho_topology *topology, const struct kho_scratch_spec *scratch)
{
	struct simplifying simplifying = { topology, scratch,
					   g_ptr_array_new_with_free_func((GDestroyNotify)kho_simpler_free) };

	without_nodes(&simplifying);
	without_places(&simplifying);
	without_ranges(&simplifying);
	fewer_cpus(&simplifying);
	less_memory(&simplifying);
	less_scratch(&simplifying);
	return simplifying.found;
}
