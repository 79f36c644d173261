// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/backing.h"

#define MIN_SECTION (16ULL << 20)
#define MAX_NODE    4096
#define SMALL_PAGE  (4ULL << 10)
#define MAX_ADDRESS (1ULL << 52)
/* 128 TiB in sections of 128 MiB. Ranges come from the guest, and more would take minutes. */
#define MAX_SECTIONS (1u << 20)

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
	guint range;			  /* the first that does not end before the section */
	struct run run;
	GArray *nodes; /* of struct kho_map_node, by number */
};

static struct kho_map_node *node_of(struct examination *x, unsigned int nid)
{
	if (nid >= x->nodes->len)
		g_array_set_size(x->nodes, nid + 1);
	g_array_index(x->nodes, struct kho_map_node, nid).node = nid;
	return &g_array_index(x->nodes, struct kho_map_node, nid);
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

static const struct kho_memory_range *range_at(const struct examination *x, guint index)
{
	return index < x->input->ranges->len ? &g_array_index(x->input->ranges, struct kho_memory_range, index) : NULL;
}

/* Bytes of memory in a section. Sections ascend from call to call. */
static guint64 section_memory(struct examination *x, guint64 section)
{
	guint64 from = section * x->section_bytes, to = from + x->section_bytes, bytes = 0;
	const struct kho_memory_range *range;

	while ((range = range_at(x, x->range)) && range->end <= from)
		x->range++;
	for (guint i = x->range; (range = range_at(x, i)) && range->start < to; i++)
		bytes += MIN(range->end, to) - MAX(range->start, from);
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

/* Drops the numbers that no section is of: of one there is a map, or it is lost. */
static GArray *present_nodes(const struct examination *x)
{
	GArray *present = g_array_new(FALSE, FALSE, sizeof(struct kho_map_node));

	for (guint i = 0; i < x->nodes->len; i++) {
		const struct kho_map_node *node = &g_array_index(x->nodes, struct kho_map_node, i);

		if (node->map_bytes || node->lost_bytes)
			g_array_append_val(present, *node);
	}
	return present;
}

/* Nothing of this is trusted: sums and products have to stay within 64 bits. */
static bool geometry_makes_sense(const struct kho_geometry *geometry)
{
	return geometry->map_virtual && geometry->page_size && geometry->pages_per_section &&
	       geometry->page_size <= MAX_ADDRESS / geometry->pages_per_section &&
	       geometry->page_size * geometry->pages_per_section >= MIN_SECTION && geometry->struct_page_size &&
	       geometry->struct_page_size <= geometry->page_size;
}

static bool makes_sense(const struct examination *x, const struct kho_memory_ranges *ranges)
{
	guint64 end;

	if (!geometry_makes_sense(&x->input->geometry) || !ranges->count || !kho_memory_ranges_valid(ranges, MAX_NODE))
		return false;
	end = ranges->ranges[ranges->count - 1].end;
	return end <= MAX_ADDRESS && x->input->start <= G_MAXUINT64 - (end / x->section_bytes + 1) * x->map_bytes;
}

GArray *kho_backing_examine(const struct kho_backing_input *input)
{
	const struct kho_memory_ranges ranges = kho_memory_ranges_of(
		&input->geometry, (const struct kho_memory_range *)input->ranges->data, input->ranges->len);
	struct examination x = {
		.input = input,
		.memory = kho_memory_from_ranges(&ranges),
		.section_bytes = ranges.section_bytes,
		.map_bytes = input->geometry.struct_page_size * input->geometry.pages_per_section,
	};

	g_autoptr(GArray) nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_map_node));
	guint sections = 0;

	if (!makes_sense(&x, &ranges))
		return NULL;
	x.nodes = nodes;
	for (u64 section = 0; x.memory.next_section(x.memory.context, &section); section++) {
		if (sections++ == MAX_SECTIONS)
			return NULL;
		take_section(&x, section);
	}
	end_run(&x);
	return present_nodes(&x);
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
