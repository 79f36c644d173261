// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/topology.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/size.h"

static void node_free(gpointer data)
{
	struct kho_node *node = data;

	g_array_unref(node->ranges);
	g_array_unref(node->windows);
	g_free(node);
}

struct kho_topology *kho_topology_new(const char *name, const char *description)
{
	struct kho_topology *topology = g_new0(struct kho_topology, 1);

	topology->name = g_strdup(name);
	topology->description = g_strdup(description);
	topology->nodes = g_ptr_array_new_with_free_func(node_free);
	topology->reserved = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	return topology;
}

struct kho_node *kho_topology_add_node(struct kho_topology *topology, uint64_t memory, unsigned int cpus)
{
	struct kho_node *node = g_new0(struct kho_node, 1);

	node->memory = memory;
	node->cpus = cpus;
	node->ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	node->windows = g_array_new(FALSE, FALSE, sizeof(struct kho_range));
	g_ptr_array_add(topology->nodes, node);
	return node;
}

static int compare_ranges(gconstpointer a, gconstpointer b)
{
	const struct kho_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static void join_ranges(GArray *ranges)
{
	for (guint i = 1; i < ranges->len;) {
		struct kho_range *before = &g_array_index(ranges, struct kho_range, i - 1);

		if (before->end < before[1].start) {
			i++;
		} else {
			before->end = MAX(before->end, before[1].end);
			g_array_remove_index(ranges, i);
		}
	}
}

void kho_topology_place(struct kho_topology *topology, unsigned int nid, struct kho_range range)
{
	struct kho_node *node = g_ptr_array_index(topology->nodes, nid);

	topology->placed = true;
	g_array_append_val(node->ranges, range);
	g_array_sort(node->ranges, compare_ranges);
	join_ranges(node->ranges);
	node->memory = 0;
	for (guint i = 0; i < node->ranges->len; i++) {
		const struct kho_range *part = &g_array_index(node->ranges, struct kho_range, i);

		node->memory += part->end - part->start;
	}
}

struct kho_topology *kho_topology_copy(const struct kho_topology *topology)
{
	struct kho_topology *copy = kho_topology_new(topology->name, topology->description);
	guint nodes = topology->nodes->len;

	for (guint nid = 0; nid < nodes; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);
		struct kho_node *added = kho_topology_add_node(copy, node->memory, node->cpus);

		g_array_append_vals(added->ranges, node->ranges->data, node->ranges->len);
		g_array_append_vals(added->windows, node->windows->data, node->windows->len);
	}
	g_array_append_vals(copy->reserved, topology->reserved->data, topology->reserved->len);
	copy->placed = topology->placed;
	copy->distances = g_memdup2(topology->distances, topology->distances ? nodes * nodes : 0);
	return copy;
}

void kho_topology_free(struct kho_topology *topology)
{
	if (!topology)
		return;
	g_free(topology->name);
	g_free(topology->description);
	g_ptr_array_unref(topology->nodes);
	g_array_unref(topology->reserved);
	g_free(topology->distances);
	g_free(topology);
}

uint64_t kho_topology_memory(const struct kho_topology *topology)
{
	uint64_t memory = 0;

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		memory += kho_topology_node(topology, nid)->memory;
	return memory;
}

void kho_topology_describe(struct kho_topology *topology)
{
	g_autofree char *memory = kho_size_format(kho_topology_memory(topology));

	g_free(topology->description);
	topology->description = g_strdup_printf("%u node%s, %s in all", topology->nodes->len,
						topology->nodes->len == 1 ? "" : "s", memory);
}

unsigned int kho_topology_cpus(const struct kho_topology *topology)
{
	unsigned int cpus = 0;

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		cpus += kho_topology_node(topology, nid)->cpus;
	return cpus;
}

/* Plain where YAML cannot take it for anything else, in single quotes otherwise. */
static void format_text(GString *text, const char *value)
{
	bool plain = g_ascii_isalnum(value[0]);
	g_auto(GStrv) parts = g_strsplit(value, "'", -1);
	g_autofree char *doubled = g_strjoinv("''", parts);

	for (const char *c = value; *c; c++)
		plain = plain && (g_ascii_isalnum(*c) || strchr(" .,()+_/-", *c));
	if (plain)
		g_string_append(text, value);
	else
		g_string_append_printf(text, "'%s'", doubled);
}

static void format_ranges(GString *text, const char *indent, const char *key, const GArray *ranges)
{
	if (ranges->len)
		g_string_append_printf(text, "%s%s:\n", indent, key);
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);
		g_autofree char *start = kho_size_format(range->start);
		g_autofree char *size = kho_size_format(range->end - range->start);

		g_string_append_printf(text, "%s  - start: %s\n%s    size: %s\n", indent, start, indent, size);
	}
}

static void format_node(GString *text, const struct kho_node *node, bool placed)
{
	g_autofree char *memory = kho_size_format(node->memory);

	g_string_append_printf(text, "  - memory: %s\n", memory);
	if (placed)
		format_ranges(text, "    ", "ranges", node->ranges);
	format_ranges(text, "    ", "windows", node->windows);
	if (node->cpus)
		g_string_append_printf(text, "    cpus: %u\n", node->cpus);
}

static void format_distances(GString *text, const struct kho_topology *topology)
{
	unsigned int nodes = topology->nodes->len;

	g_string_append(text, "distances:\n");
	for (unsigned int from = 0; from < nodes; from++) {
		g_string_append(text, "  - [");
		for (unsigned int to = 0; to < nodes; to++)
			g_string_append_printf(text, "%s%u", to ? ", " : "", topology->distances[from * nodes + to]);
		g_string_append(text, "]\n");
	}
}

char *kho_topology_format(const struct kho_topology *topology)
{
	GString *text = g_string_new(NULL);

	if (*topology->description) {
		g_string_append(text, "description: ");
		format_text(text, topology->description);
		g_string_append_c(text, '\n');
	}
	g_string_append(text, "nodes:\n");
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		format_node(text, kho_topology_node(topology, nid), topology->placed);
	format_ranges(text, "", "reserved", topology->reserved);
	if (topology->distances)
		format_distances(text, topology);
	return g_string_free(text, FALSE);
}

bool kho_topology_bootable(const struct kho_topology *topology, GError **error)
{
	unsigned int cpus = kho_topology_cpus(topology);

	if (topology->nodes->len > KHO_BOOT_NODES) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: has %u nodes, but a machine that is booted at most %d (CONFIG_NODES_SHIFT=6); "
			    "'kho-runner predict' takes it",
			    topology->name, topology->nodes->len, KHO_BOOT_NODES);
		return false;
	}
	if (cpus <= KHO_BOOT_CPUS)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s: has %u CPUs, but a machine that is booted at most %d; 'kho-runner predict' takes it",
		    topology->name, cpus, KHO_BOOT_CPUS);
	return false;
}
