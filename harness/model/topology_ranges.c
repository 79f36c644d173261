// SPDX-License-Identifier: GPL-2.0-only
/* The ranges in a topology file: where it says that a node's memory lies, or may come to lie, and what is taken. */
#include <string.h>

#include "harness/model/pc_layout.h"
#include "harness/model/size.h"
#include "harness/model/topology_reader.h"

/* --- reading --- */

static bool read_range(struct kho_topology_reader *reader, const struct yaml_node_s *item,
		       struct kho_declared_range *declared, GError **error)
{
	enum { START, SIZE, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[START] = { "start", KHO_YAML_VALUE, true },
		[SIZE] = { "size", KHO_YAML_VALUE, true },
	};
	g_autofree char *what = g_strconcat(declared->what, ": a range", NULL);
	g_autofree char *where = g_strconcat(declared->what, ": ", NULL);
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
	declared->at = item;
	return true;
}

bool kho_topology_read_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *list,
			      enum kho_declared_kind kind, unsigned int nid, uint64_t *bytes, GError **error)
{
	static const char *const names[] = { "ranges", "windows", "reserved" };
	char *what = kind == KHO_DECLARED_RESERVED ? g_strdup(names[kind])
						   : g_strdup_printf("node %u: %s", nid, names[kind]);

	g_ptr_array_add(reader->texts, what);
	*bytes = 0;
	for (guint i = 0; i < kho_yaml_length(list); i++) {
		struct kho_declared_range declared = { .kind = kind, .nid = nid, .what = what };

		if (!read_range(reader, kho_yaml_item(reader->yaml, list, i), &declared, error))
			return false;
		g_array_append_val(reader->declared, declared);
		/* Cannot overflow: each is at most 2^46 and the file at most 2^20 bytes. */
		*bytes += declared.range.end - declared.range.start;
	}
	return *bytes || kho_yaml_fail(reader->yaml, list, error, "%s: the list is empty", what);
}

static struct kho_declared_range *declared_at(const struct kho_topology_reader *reader, guint index)
{
	return &g_array_index(reader->declared, struct kho_declared_range, index);
}

/* --- checking --- */

static char *range_text(const struct kho_range *range)
{
	g_autofree char *start = kho_size_format(range->start);
	g_autofree char *end = kho_size_format(range->end);

	return g_strdup_printf("%s to %s", start, end);
}

static bool fail_at(struct kho_topology_reader *reader, const struct kho_declared_range *declared, const char *problem,
		    GError **error)
{
	g_autofree char *text = range_text(&declared->range);

	return kho_yaml_fail(reader->yaml, declared->at, error, "%s: %s %s", declared->what, text, problem);
}

static int compare_start(gconstpointer a, gconstpointer b)
{
	const struct kho_declared_range *left = a, *right = b;

	if (left->range.start != right->range.start)
		return left->range.start < right->range.start ? -1 : 1;
	return left->nid < right->nid ? -1 : left->nid > right->nid;
}

/* In ascending order any overlap shows with the one that reached farthest. Reserved ranges have only each other. */
static bool check_overlaps(struct kho_topology_reader *reader, bool reserved, GError **error)
{
	const struct kho_declared_range *before = NULL;

	for (guint i = 0; i < reader->declared->len; i++) {
		const struct kho_declared_range *here = declared_at(reader, i);
		g_autofree char *problem = NULL, *text = NULL;

		if ((here->kind == KHO_DECLARED_RESERVED) != reserved)
			continue;
		if (!before || before->range.end <= here->range.start) {
			before = here;
			continue;
		}
		text = range_text(&before->range);
		problem = g_strdup_printf("overlaps %s of %s", text, before->what);
		return fail_at(reader, here, problem, error);
	}
	return true;
}

/* The part of a reserved range that is no memory must be empty. */
static bool check_reserved(struct kho_topology_reader *reader, const struct kho_declared_range *reserved,
			   GError **error)
{
	uint64_t at = reserved->range.start;

	for (unsigned int nid = 0; nid < reader->topology->nodes->len; nid++) {
		const GArray *ranges = kho_topology_node(reader->topology, nid)->ranges;

		for (guint i = 0; i < ranges->len; i++) {
			const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);

			if (range->start <= at && reserved->range.end <= range->end)
				return true;
		}
	}
	return fail_at(reader, reserved, "does not lie in one range of memory", error);
}

/* --- placing --- */

static bool is_declared(const struct kho_topology_reader *reader, unsigned int nid)
{
	for (guint i = 0; i < reader->declared->len; i++)
		if (declared_at(reader, i)->kind == KHO_DECLARED_MEMORY && declared_at(reader, i)->nid == nid)
			return true;
	return false;
}

static void take_declared(struct kho_topology_reader *reader, struct kho_topology *topology)
{
	for (guint i = 0; i < reader->declared->len; i++) {
		const struct kho_declared_range *declared = declared_at(reader, i);

		if (declared->kind == KHO_DECLARED_MEMORY)
			kho_topology_place(topology, declared->nid, declared->range);
	}
}

static bool same_ranges(const struct kho_topology *a, const struct kho_topology *b)
{
	for (unsigned int nid = 0; nid < a->nodes->len; nid++) {
		const GArray *left = kho_topology_node(a, nid)->ranges, *right = kho_topology_node(b, nid)->ranges;

		if (left->len != right->len ||
		    (left->len && memcmp(left->data, right->data, left->len * sizeof(struct kho_range))))
			return false;
	}
	return true;
}

/* Do the ranges that there are only say what the machine does anyway? */
static bool is_as_it_comes(struct kho_topology_reader *reader)
{
	g_autoptr(KhoTopology) placed = kho_topology_new("", "");

	for (unsigned int nid = 0; nid < reader->topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(reader->topology, nid);
		struct kho_node *copy = kho_topology_add_node(placed, node->memory, node->cpus);

		if (!is_declared(reader, nid))
			g_array_append_vals(copy->ranges, node->ranges->data, node->ranges->len);
	}
	take_declared(reader, placed);
	return same_ranges(placed, reader->topology);
}

static bool place(struct kho_topology_reader *reader, const struct yaml_node_s *nodes, GError **error)
{
	for (unsigned int nid = 0; nid < reader->topology->nodes->len; nid++) {
		struct kho_node *node = g_ptr_array_index(reader->topology->nodes, nid);

		if (node->memory && !is_declared(reader, nid))
			return kho_yaml_fail(reader->yaml, kho_yaml_item(reader->yaml, nodes, nid), error,
					     "node %u: ranges are missing: another node's are not where the machine "
					     "puts them, so that all must have some",
					     nid);
		g_array_set_size(node->ranges, 0);
	}
	take_declared(reader, reader->topology);
	return true;
}

/* Windows and reserved ranges, now that memory has its place. */
static bool take_others(struct kho_topology_reader *reader, GError **error)
{
	for (guint i = 0; i < reader->declared->len; i++) {
		const struct kho_declared_range *declared = declared_at(reader, i);
		struct kho_node *node;

		if (declared->kind == KHO_DECLARED_WINDOW) {
			node = g_ptr_array_index(reader->topology->nodes, declared->nid);
			g_array_append_val(node->windows, declared->range);
			reader->topology->placed = true;
		} else if (declared->kind == KHO_DECLARED_RESERVED) {
			if (!check_reserved(reader, declared, error))
				return false;
			g_array_append_val(reader->topology->reserved, declared->range);
		}
	}
	return true;
}

/* A window where a node has memory that it has not said itself. */
static bool check_windows(struct kho_topology_reader *reader, GError **error)
{
	for (guint i = 0; i < reader->declared->len; i++) {
		const struct kho_declared_range *window = declared_at(reader, i);

		if (window->kind != KHO_DECLARED_WINDOW)
			continue;
		if (window->range.start < (4ULL << 30))
			return fail_at(reader, window, "begins below 4G, where nothing is plugged in", error);
		for (unsigned int nid = 0; nid < reader->topology->nodes->len; nid++) {
			const GArray *ranges = kho_topology_node(reader->topology, nid)->ranges;

			for (guint j = 0; j < ranges->len; j++) {
				const struct kho_range *range = &g_array_index(ranges, struct kho_range, j);

				if (range->start < window->range.end && window->range.start < range->end)
					return fail_at(reader, window, "has memory already", error);
			}
		}
	}
	return true;
}

bool kho_topology_take_ranges(struct kho_topology_reader *reader, const struct yaml_node_s *nodes, GError **error)
{
	g_autofree char *problem = NULL;

	g_array_sort(reader->declared, compare_start);
	kho_pc_layout(reader->topology);
	if (!check_overlaps(reader, false, error) || !check_overlaps(reader, true, error))
		return false;
	if (!is_as_it_comes(reader) && !place(reader, nodes, error))
		return false;
	if (!check_windows(reader, error) || !take_others(reader, error))
		return false;
	problem = reader->topology->placed ? kho_pc_cover(reader->topology, NULL, NULL) : NULL;
	return !problem || kho_yaml_fail(reader->yaml, nodes, error, "%s", problem);
}
