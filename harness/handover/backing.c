// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/backing.h"

#define MIN_SECTION (16ULL << 20)
#define MAX_NODE    4096
#define SMALL_PAGE  (4ULL << 10)
#define MAX_ADDRESS (1ULL << 52)

/* The map of the sections [from, to) that were seen so far, all of one node and without a gap between their numbers'
 * order in memory. */
struct run {
	unsigned int node;
	guint64 bytes; /* of map */
	guint64 next;  /* physical address at which the next piece has to lie */
	bool whole;
};

struct examination {
	const struct kho_backing_input *input;
	struct kho_memory memory;
	guint64 section_bytes, map_bytes; /* of a section: memory, map */
	guint at;			  /* in the mappings */
	struct run run;
	GArray *nodes;
};

static struct kho_map_node *node_of(struct examination *x, unsigned int nid)
{
	for (guint i = 0; i < x->nodes->len; i++) {
		struct kho_map_node *node = &g_array_index(x->nodes, struct kho_map_node, i);

		if (node->node == nid)
			return node;
	}
	g_array_append_val(x->nodes, ((struct kho_map_node){ .node = nid }));
	return &g_array_index(x->nodes, struct kho_map_node, x->nodes->len - 1);
}

static void end_run(struct examination *x)
{
	if (x->run.bytes && !x->run.whole && x->input->whole_runs)
		node_of(x, x->run.node)->fallen_bytes += x->run.bytes;
	x->run.bytes = 0;
}

static unsigned int physical_node(const struct examination *x, guint64 physical)
{
	return x->memory.pfn_node(x->memory.context, physical / x->input->geometry.page_size);
}

/* A mapped part of a section's map, cut to it. */
static void take_part(struct examination *x, struct kho_map_node *node, const struct kho_mapping *mapping, guint64 from,
		      guint64 to)
{
	guint64 start = MAX(from, mapping->virtual), end = MIN(to, mapping->virtual + mapping->size);
	guint64 physical = mapping->physical + (start - mapping->virtual);

	node->map_bytes += end - start;
	if (mapping->size == SMALL_PAGE)
		node->page_bytes += end - start;
	if (physical_node(x, physical) != node->node)
		node->foreign_bytes += end - start;
	if (x->run.bytes && physical != x->run.next)
		x->run.whole = false;
	x->run.bytes += end - start;
	x->run.next = physical + (end - start);
}

/* Bytes of memory in a section. */
static guint64 section_memory(const struct examination *x, guint64 section)
{
	guint64 from = section * x->section_bytes, to = from + x->section_bytes, bytes = 0;

	for (guint i = 0; i < x->input->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(x->input->ranges, struct kho_memory_range, i);

		if (range->start < to && range->end > from)
			bytes += MIN(range->end, to) - MAX(range->start, from);
	}
	return bytes;
}

static void take_section(struct examination *x, guint64 section)
{
	unsigned int nid =
		x->memory.pfn_node(x->memory.context, section * (x->section_bytes / x->input->geometry.page_size));
	struct kho_map_node *node = node_of(x, nid);
	guint64 from = x->input->start + section * x->map_bytes, to = from + x->map_bytes, before = node->map_bytes;

	if (x->run.node != nid)
		end_run(x);
	if (!x->run.bytes)
		x->run = (struct run){ .node = nid, .whole = true };
	for (; x->at < x->input->mappings->len; x->at++) {
		const struct kho_mapping *mapping = &g_array_index(x->input->mappings, struct kho_mapping, x->at);

		if (mapping->virtual >= to)
			break;
		if (mapping->virtual + mapping->size > from)
			take_part(x, node, mapping, from, to);
		if (mapping->virtual + mapping->size > to)
			break; /* the next section's map begins in it */
	}
	if (node->map_bytes == before)
		node->lost_bytes += section_memory(x, section);
}

static gint by_node(gconstpointer a, gconstpointer b)
{
	const struct kho_map_node *left = a, *right = b;

	return left->node < right->node ? -1 : left->node > right->node;
}

static bool makes_sense(const struct kho_backing_input *input, const struct kho_memory_ranges *ranges)
{
	return input->geometry.map_virtual && input->geometry.page_size && ranges->count &&
	       ranges->section_bytes >= MIN_SECTION && input->geometry.struct_page_size &&
	       kho_memory_ranges_valid(ranges, MAX_NODE) && ranges->ranges[ranges->count - 1].end <= MAX_ADDRESS;
}

GArray *kho_backing_examine(const struct kho_backing_input *input)
{
	const struct kho_memory_ranges ranges = {
		.ranges = (const struct kho_memory_range *)input->ranges->data,
		.count = input->ranges->len,
		.page_size = input->geometry.page_size,
		.section_bytes = input->geometry.page_size * input->geometry.pages_per_section,
	};
	struct examination x = {
		.input = input,
		.memory = kho_memory_from_ranges(&ranges),
		.section_bytes = ranges.section_bytes,
		.map_bytes = input->geometry.struct_page_size * input->geometry.pages_per_section,
	};

	if (!makes_sense(input, &ranges))
		return NULL;
	x.nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_map_node));
	for (u64 section = 0; x.memory.next_section(x.memory.context, &section); section++)
		take_section(&x, section);
	end_run(&x);
	g_array_sort(x.nodes, by_node);
	return x.nodes;
}

/* --- in words --- */

static char *amount(guint64 bytes)
{
	if (bytes % (1 << 20) == 0)
		return g_strdup_printf("%" G_GINT64_MODIFIER "u MiB", bytes >> 20);
	return g_strdup_printf("%" G_GINT64_MODIFIER "u KiB", bytes >> 10);
}

static void append_part(GString *text, guint64 bytes, const char *what)
{
	g_autofree char *size = amount(bytes);

	if (bytes)
		g_string_append_printf(text, ", %s %s", size, what);
}

static void append_node(GString *text, const struct kho_map_node *node)
{
	g_autofree char *map = amount(node->map_bytes), *lost = amount(node->lost_bytes);
	g_autofree char *fallen = amount(node->fallen_bytes);

	if (!node->fallen_bytes && !node->page_bytes && !node->foreign_bytes && !node->lost_bytes)
		return;
	g_string_append_printf(text, "%snode %u: ", text->len ? "; " : "", node->node);
	if (node->lost_bytes)
		g_string_append_printf(text, "%s of memory lost; ", lost);
	if (node->fallen_bytes)
		g_string_append_printf(text, "%s of the memory map's %s fell back to small blocks", fallen, map);
	else
		g_string_append_printf(text, "memory map of %s", map);
	append_part(text, node->page_bytes, "in 4 KiB pages");
	append_part(text, node->foreign_bytes, "on other nodes");
}

char *kho_backing_remark(const GArray *nodes)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < nodes->len; i++)
		append_node(text, &g_array_index(nodes, struct kho_map_node, i));
	return text->len ? g_strdup(text->str) : NULL;
}
