// SPDX-License-Identifier: GPL-2.0-only
/* From a topology's file to a topology. docs/topologies.md documents every key. */
#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/pc_layout.h"
#include "harness/model/size.h"
#include "harness/model/topology_reader.h"

#define MIB (1ULL << 20)

#define DISTANCE_SELF	     10
#define DISTANCE_UNREACHABLE 255

bool kho_topology_read_size(struct kho_topology_reader *reader, const struct yaml_node_s *value, const char *where,
			    uint64_t *bytes, GError **error)
{
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(value));

	if (!kho_size_parse(kho_yaml_text(value), bytes))
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is not a size", where, quoted);
	if (*bytes > KHO_MAX_MEMORY)
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is more than 64T", where, quoted);
	/* No node can then begin or end in the hole from 640 KiB to 1 MiB, which firmware treats apart. */
	if (*bytes % MIB)
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is not a multiple of 1M", where, quoted);
	return true;
}

static bool read_number(struct kho_topology_reader *reader, const struct yaml_node_s *value, const char *where,
			unsigned int min, unsigned int max, unsigned int *number, GError **error)
{
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(value));
	const char *end;
	uint64_t wide;

	if (!kho_number_parse(kho_yaml_text(value), &end, &wide) || *end)
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is not a whole number", where, quoted);
	if (min == max && wide != min)
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is not %u", where, quoted, min);
	if (wide < min || wide > max)
		return kho_yaml_fail(reader->yaml, value, error, "%s%s is not from %u to %u", where, quoted, min, max);
	*number = wide;
	return true;
}

static bool read_memory(struct kho_topology_reader *reader, const struct yaml_node_s *memory,
			const struct yaml_node_s *ranges, unsigned int nid, uint64_t *bytes, GError **error)
{
	g_autofree char *where = g_strdup_printf("node %u: memory: ", nid);
	g_autofree char *text = NULL;
	uint64_t sum;

	if (memory && !kho_topology_read_size(reader, memory, where, bytes, error))
		return false;
	if (!ranges)
		return true;
	if (!kho_topology_read_ranges(reader, ranges, KHO_DECLARED_MEMORY, nid, &sum, error))
		return false;
	text = kho_size_format(sum);
	if (memory && *bytes != sum)
		return kho_yaml_fail(reader->yaml, memory, error, "%sthe ranges add up to %s", where, text);
	if (sum > KHO_MAX_MEMORY)
		return kho_yaml_fail(reader->yaml, ranges, error, "node %u: ranges: their sum is more than 64T", nid);
	*bytes = sum;
	return true;
}

static bool read_node(struct kho_topology_reader *reader, const struct yaml_node_s *item, unsigned int nid,
		      GError **error)
{
	enum { MEMORY, CPUS, RANGES, WINDOWS, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[MEMORY] = { "memory", KHO_YAML_VALUE, false },
		[CPUS] = { "cpus", KHO_YAML_VALUE, false },
		[RANGES] = { "ranges", KHO_YAML_LIST, false },
		[WINDOWS] = { "windows", KHO_YAML_LIST, false },
	};
	g_autofree char *what = g_strdup_printf("node %u", nid);
	g_autofree char *where = g_strdup_printf("node %u: ", nid);
	g_autofree char *where_cpus = g_strdup_printf("node %u: cpus: ", nid);
	const struct yaml_node_s *values[NR_KEYS];
	unsigned int cpus = 0;
	uint64_t memory = 0, windows;

	if (!kho_yaml_expect(reader->yaml, item, KHO_YAML_MAPPING, what, error) ||
	    !kho_yaml_mapping(reader->yaml, item, where, keys, NR_KEYS, values, error))
		return false;
	if (!values[MEMORY] && !values[RANGES])
		return kho_yaml_fail(reader->yaml, item, error, "node %u: memory is missing (0 for none)", nid);
	if (!read_memory(reader, values[MEMORY], values[RANGES], nid, &memory, error))
		return false;
	if (values[CPUS] && !read_number(reader, values[CPUS], where_cpus, 0, KHO_MAX_CPUS, &cpus, error))
		return false;
	if (values[WINDOWS] &&
	    !kho_topology_read_ranges(reader, values[WINDOWS], KHO_DECLARED_WINDOW, nid, &windows, error))
		return false;
	if (!memory && !cpus)
		return kho_yaml_fail(reader->yaml, item, error, "node %u: has neither memory nor CPUs", nid);
	kho_topology_add_node(reader->topology, memory, cpus);
	return true;
}

static bool check_totals(struct kho_topology_reader *reader, const struct yaml_node_s *list, GError **error)
{
	unsigned int cpus = kho_topology_cpus(reader->topology);
	uint64_t memory = kho_topology_memory(reader->topology);

	if (!memory)
		return kho_yaml_fail(reader->yaml, list, error, "nodes: none has memory");
	if (!cpus)
		return kho_yaml_fail(reader->yaml, list, error, "nodes: none has a CPU");
	if (cpus > KHO_MAX_CPUS)
		return kho_yaml_fail(reader->yaml, list, error, "nodes: %u CPUs, but a machine has at most %d", cpus,
				     KHO_MAX_CPUS);
	/* Physical addresses are what runs out, and the hole for devices takes some. */
	if (memory > KHO_MAX_MEMORY - KHO_PC_HOLE)
		return kho_yaml_fail(reader->yaml, list, error,
				     "nodes: more memory than fits below 64T with a hole of 1G");
	return true;
}

static bool read_nodes(struct kho_topology_reader *reader, const struct yaml_node_s *list, GError **error)
{
	guint nodes = kho_yaml_length(list);

	if (!nodes)
		return kho_yaml_fail(reader->yaml, list, error, "nodes: the list is empty");
	if (nodes > KHO_MAX_NODES)
		return kho_yaml_fail(reader->yaml, kho_yaml_item(reader->yaml, list, KHO_MAX_NODES), error,
				     "nodes: %u nodes, but a machine has at most %d", nodes, KHO_MAX_NODES);
	for (guint nid = 0; nid < nodes; nid++) {
		if (!read_node(reader, kho_yaml_item(reader->yaml, list, nid), nid, error))
			return false;
	}
	return check_totals(reader, list, error);
}

static bool read_distance_row(struct kho_topology_reader *reader, const struct yaml_node_s *row, unsigned int from,
			      GError **error)
{
	unsigned int nodes = reader->topology->nodes->len;
	g_autofree char *what = g_strdup_printf("distances: row %u", from);

	if (!kho_yaml_expect(reader->yaml, row, KHO_YAML_LIST, what, error))
		return false;
	if (kho_yaml_length(row) != nodes)
		return kho_yaml_fail(reader->yaml, row, error, "%s has %u values for %u nodes", what,
				     kho_yaml_length(row), nodes);
	for (unsigned int to = 0; to < nodes; to++) {
		const struct yaml_node_s *value = kho_yaml_item(reader->yaml, row, to);
		g_autofree char *name = g_strdup_printf("distances: from node %u to node %u", from, to);
		g_autofree char *where = g_strconcat(name, ": ", NULL);
		/* Linux drops all distances if a node is not 10 from itself, or another not farther. */
		unsigned int min = from == to ? DISTANCE_SELF : DISTANCE_SELF + 1;
		unsigned int max = from == to ? DISTANCE_SELF : DISTANCE_UNREACHABLE;
		unsigned int distance;

		if (!kho_yaml_expect(reader->yaml, value, KHO_YAML_VALUE, name, error) ||
		    !read_number(reader, value, where, min, max, &distance, error))
			return false;
		reader->topology->distances[from * nodes + to] = distance;
	}
	return true;
}

static bool read_distances(struct kho_topology_reader *reader, const struct yaml_node_s *list, GError **error)
{
	unsigned int nodes = reader->topology->nodes->len;

	if (kho_yaml_length(list) != nodes)
		return kho_yaml_fail(reader->yaml, list, error, "distances: %u rows for %u nodes",
				     kho_yaml_length(list), nodes);
	reader->topology->distances = g_new0(uint8_t, nodes * nodes);
	for (unsigned int from = 0; from < nodes; from++) {
		if (!read_distance_row(reader, kho_yaml_item(reader->yaml, list, from), from, error))
			return false;
	}
	return true;
}

static bool read_topology(struct kho_topology_reader *reader, GError **error)
{
	enum { DESCRIPTION, NODES, RESERVED, DISTANCES, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[DESCRIPTION] = { "description", KHO_YAML_VALUE, false },
		[NODES] = { "nodes", KHO_YAML_LIST, true },
		[RESERVED] = { "reserved", KHO_YAML_LIST, false },
		[DISTANCES] = { "distances", KHO_YAML_LIST, false },
	};
	const struct yaml_node_s *root = kho_yaml_root(reader->yaml);
	const struct yaml_node_s *values[NR_KEYS];
	uint64_t reserved;

	if (!kho_yaml_expect(reader->yaml, root, KHO_YAML_MAPPING, "the file", error) ||
	    !kho_yaml_mapping(reader->yaml, root, "", keys, NR_KEYS, values, error) ||
	    !kho_yaml_line(reader->yaml, values[DESCRIPTION], "description", &reader->topology->description, error) ||
	    !read_nodes(reader, values[NODES], error))
		return false;
	if (values[RESERVED] &&
	    !kho_topology_read_ranges(reader, values[RESERVED], KHO_DECLARED_RESERVED, 0, &reserved, error))
		return false;
	if (!kho_topology_take_ranges(reader, values[NODES], error))
		return false;
	return !values[DISTANCES] || read_distances(reader, values[DISTANCES], error);
}

struct kho_topology *kho_topology_parse(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoYaml) yaml = kho_yaml_parse(path, text, length, error);
	g_autofree char *name = kho_name_from_path(path);
	g_autoptr(GArray) declared = g_array_new(FALSE, FALSE, sizeof(struct kho_declared_range));
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KhoTopology) topology = NULL;
	struct kho_topology_reader reader;

	if (!yaml)
		return NULL;
	topology = kho_topology_new(name, NULL);
	reader = (struct kho_topology_reader){
		.yaml = yaml, .topology = topology, .declared = declared, .texts = texts
	};
	return read_topology(&reader, error) ? g_steal_pointer(&topology) : NULL;
}

struct kho_topology *kho_topology_load(const char *path, GError **error)
{
	g_autofree char *name = kho_name_from_path(path);
	g_autofree char *text = NULL;
	gsize length;

	text = kho_yaml_read_file(path, &length, error);
	if (!text)
		return NULL;
	if (!kho_name_valid(name)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: a topology is named by its file, with %s", path,
			    KHO_NAME_RULE);
		return NULL;
	}
	return kho_topology_parse(path, text, length, error);
}

struct kho_topology *kho_topology_find(const char *data, const char *name, GError **error)
{
	g_autofree char *quoted = kho_error_quote(name);
	g_autofree char *file = g_strconcat(name, ".yaml", NULL);
	g_autofree char *path = g_build_filename(data, "topologies", file, NULL);

	if (kho_name_valid(name) && g_file_test(path, G_FILE_TEST_EXISTS))
		return kho_topology_load(path, error);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "there is no topology %s in %s/topologies", quoted, data);
	return NULL;
}
