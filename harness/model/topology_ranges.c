// SPDX-License-Identifier: GPL-2.0-only
/* The ranges in a topology file: where it says that a node's memory lies. */
#include <string.h>

#include "harness/model/size.h"
#include "harness/model/topology_reader.h"

static bool read_range(struct kho_topology_reader *reader, const struct yaml_node_s *item, unsigned int nid,
		       struct kho_declared_range *declared, GError **error)
{
	enum { START, SIZE, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[START] = { "start", KHO_YAML_VALUE, true },
		[SIZE] = { "size", KHO_YAML_VALUE, true },
	};
	g_autofree char *what = g_strdup_printf("node %u: a range", nid);
	g_autofree char *where = g_strdup_printf("node %u: ranges: ", nid);
	const struct yaml_node_s *values[NR_KEYS];
	uint64_t size;

	if (!kho_yaml_expect(reader->yaml, item, KHO_YAML_MAPPING, what, error) ||
	    !kho_yaml_mapping(reader->yaml, item, where, keys, NR_KEYS, values, error) ||
	    !kho_topology_read_size(reader, values[START], where, &declared->range.start, error) ||
	    !kho_topology_read_size(reader, values[SIZE], where, &size, error))
		return false;
	if (!size)
		return kho_yaml_fail(reader->yaml, values[SIZE], error, "%sthe size is 0", where);
	declared->range.end = declared->range.start + size;
	declared->nid = nid;
	declared->at = item;
	return true;
}

bool kho_topology_read_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *list, unsigned int nid,
			      uint64_t *bytes, GError **error)
{
	*bytes = 0;
	for (guint i = 0; i < kho_yaml_length(list); i++) {
		struct kho_declared_range declared;

		if (!read_range(reader, kho_yaml_item(reader->yaml, list, i), nid, &declared, error))
			return false;
		g_array_append_val(reader->declared, declared);
		/* Cannot overflow: each is at most 2^46 and the file at most 2^20 bytes. */
		*bytes += declared.range.end - declared.range.start;
	}
	if (!*bytes)
		return kho_yaml_fail(reader->yaml, list, error, "node %u: ranges: the list is empty", nid);
	return true;
}

static struct kho_declared_range *declared_at(const struct kho_topology_reader *reader, guint index)
{
	return &g_array_index(reader->declared, struct kho_declared_range, index);
}

static char *range_text(const struct kho_range *range)
{
	g_autofree char *start = kho_size_format(range->start);
	g_autofree char *end = kho_size_format(range->end);

	return g_strdup_printf("%s to %s", start, end);
}

static char *ranges_text(const GArray *ranges)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < ranges->len; i++) {
		g_autofree char *range = range_text(&g_array_index(ranges, struct kho_range, i));

		g_string_append_printf(text, "%s%s", i ? " and " : "", range);
	}
	return g_strdup(text->str);
}

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_declared_range *left = a, *right = b;

	if (left->range.start != right->range.start)
		return left->range.start < right->range.start ? -1 : 1;
	return left->nid < right->nid ? -1 : left->nid > right->nid;
}

/* In ascending order any overlap shows between two neighbours. */
static bool check_overlaps(struct kho_topology_reader *reader, GError **error)
{
	for (guint i = 1; i < reader->declared->len; i++) {
		const struct kho_declared_range *before = declared_at(reader, i - 1), *here = declared_at(reader, i);
		g_autofree char *before_text = NULL, *text = NULL;

		if (before->range.end <= here->range.start)
			continue;
		before_text = range_text(&before->range);
		text = range_text(&here->range);
		return kho_yaml_fail(reader->yaml, here->at, error, "node %u: ranges: %s overlaps %s of node %u",
				     here->nid, text, before_text, before->nid);
	}
	return true;
}

static void append_joined(GArray *ranges, const struct kho_range *range)
{
	struct kho_range *last = ranges->len ? &g_array_index(ranges, struct kho_range, ranges->len - 1) : NULL;

	if (last && last->end == range->start)
		last->end = range->end;
	else
		g_array_append_val(ranges, *range);
}

/* Of a node, those that touch as one; *@first is the first of them. */
static GArray *joined_ranges(const struct kho_topology_reader *reader, unsigned int nid,
			     const struct kho_declared_range **first)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_range));

	*first = NULL;
	for (guint i = 0; i < reader->declared->len; i++) {
		const struct kho_declared_range *declared = declared_at(reader, i);

		if (declared->nid != nid)
			continue;
		if (!*first)
			*first = declared;
		append_joined(ranges, &declared->range);
	}
	return ranges;
}

static bool check_place(struct kho_topology_reader *reader, unsigned int nid, GError **error)
{
	const GArray *placed = kho_topology_node(reader->topology, nid)->ranges;
	const struct kho_declared_range *first;
	g_autoptr(GArray) wanted = joined_ranges(reader, nid, &first);
	g_autofree char *text = NULL;

	if (!first)
		return true;
	if (wanted->len == placed->len && !memcmp(wanted->data, placed->data, placed->len * sizeof(struct kho_range)))
		return true;
	text = ranges_text(placed);
	return kho_yaml_fail(reader->yaml, first->at, error,
			     "node %u: ranges: the machine puts this node's memory at %s", nid, text);
}

bool kho_topology_check_ranges(struct kho_topology_reader *reader, GError **error)
{
	g_array_sort(reader->declared, compare_start);
	if (!check_overlaps(reader, error))
		return false;
	for (unsigned int nid = 0; nid < reader->topology->nodes->len; nid++) {
		if (!check_place(reader, nid, error))
			return false;
	}
	return true;
}
