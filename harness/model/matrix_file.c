// SPDX-License-Identifier: GPL-2.0-only
/* From a matrix's file to its cells. docs/matrices.md documents every key. */
#include "harness/model/matrix.h"

#include "harness/model/error.h"
#include "harness/model/name.h"
#include "harness/model/yaml.h"

static struct kho_matrix *load(const char *path, const char *topology_dir, const char *kernel, bool is_included,
			       GError **error);

/* Far above what anybody can run; a slip of the pen should not end with the host's memory. */
#define MAX_CELLS 100000

struct reader {
	struct kho_yaml *yaml;
	struct kho_matrix *matrix;
	const char *topology_dir;
	GHashTable *by_name; /* of struct kho_topology *, not owned */
	GHashTable *ids;     /* of the cells, not owned */
	GPtrArray *included; /* of char *: kernels of included matrices */
	const char *path;    /* of the file */
	const char *kernel;
	bool one_kernel; /* stands in for all that the file names; cells that become the same are one */
	bool is_included;
};

/* A group: lists of the same length as those in the file, with the places of their items. */
struct group {
	GPtrArray *kernels;    /* of char *, as those of the matrix; NULL: it has those */
	GPtrArray *topologies; /* of struct kho_topology *, not owned */
	GPtrArray *specs;      /* of struct kho_scratch_spec *, owned */
	GPtrArray *payloads;   /* of char * */
	const struct yaml_node_s *specs_at;
};

static bool read_items(struct reader *reader, const struct yaml_node_s *list, const char *what,
		       bool (*take)(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error),
		       void *to, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *item_what = g_strdup_printf("%s: an item", what);

	if (!kho_yaml_length(list))
		return kho_yaml_fail(reader->yaml, list, error, "%s: the list is empty", what);
	for (guint i = 0; i < kho_yaml_length(list); i++) {
		const struct yaml_node_s *item = kho_yaml_item(reader->yaml, list, i);
		g_autofree char *quoted = NULL;

		if (!kho_yaml_expect(reader->yaml, item, KHO_YAML_VALUE, item_what, error))
			return false;
		quoted = kho_error_quote(kho_yaml_text(item));
		if (!g_hash_table_add(seen, (gpointer)kho_yaml_text(item)))
			return kho_yaml_fail(reader->yaml, item, error, "%s: %s is listed twice", what, quoted);
		if (!take(reader, item, to, error))
			return false;
	}
	return true;
}

static bool is_kernel_or_pair(const char *text)
{
	g_auto(GStrv) names = g_strsplit(text, ">", 2);

	return names[0] && kho_name_valid(names[0]) && (!names[1] || kho_name_valid(names[1]));
}

static bool take_kernel(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error)
{
	const char *name = kho_yaml_text(item);
	g_autofree char *quoted = kho_error_quote(name);

	if (!is_kernel_or_pair(name))
		return kho_yaml_fail(reader->yaml, item, error,
				     "kernels: %s is neither a name nor a pair FIRST>SUCCESSOR (%s)", quoted,
				     KHO_NAME_RULE);
	g_ptr_array_add(to, g_strdup(name));
	return true;
}

/* A topology that several groups name is read once. */
static struct kho_topology *find_topology(struct reader *reader, const struct yaml_node_s *item, GError **error)
{
	const char *name = kho_yaml_text(item);
	struct kho_topology *topology = g_hash_table_lookup(reader->by_name, name);
	g_autofree char *file = g_strconcat(name, ".yaml", NULL);
	g_autofree char *path = g_build_filename(reader->topology_dir, file, NULL);

	if (topology)
		return topology;
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		kho_yaml_fail(reader->yaml, item, error, "topologies: there is no %s", path);
		return NULL;
	}
	topology = kho_topology_load(path, error);
	if (!topology)
		return NULL;
	g_ptr_array_add(reader->matrix->topologies, topology);
	g_hash_table_insert(reader->by_name, topology->name, topology);
	return topology;
}

static bool take_topology(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error)
{
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(item));
	struct kho_topology *topology;

	if (!kho_name_valid(kho_yaml_text(item)))
		return kho_yaml_fail(reader->yaml, item, error, "topologies: %s is not a name (%s)", quoted,
				     KHO_NAME_RULE);
	topology = find_topology(reader, item, error);
	if (!topology)
		return false;
	g_ptr_array_add(to, topology);
	return true;
}

static bool take_spec(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct kho_scratch_spec *spec = kho_scratch_spec_parse(kho_yaml_text(item), &cause);

	if (!spec)
		return kho_yaml_fail(reader->yaml, item, error, "%s", cause->message);
	g_ptr_array_add(to, spec);
	return true;
}

static bool take_payload(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct kho_payload payload;

	if (!kho_payload_parse(kho_yaml_text(item), &payload, &cause))
		return kho_yaml_fail(reader->yaml, item, error, "payloads: %s", cause->message);
	g_ptr_array_add(to, g_strdup(kho_yaml_text(item)));
	return true;
}

static bool add_cell(struct reader *reader, const struct group *group, const char *kernel, guint topology, guint spec,
		     const char *payload, GError **error)
{
	g_auto(GStrv) pair = g_strsplit(kernel, ">", 2);
	GPtrArray *cells = reader->matrix->cells;
	struct kho_cell *cell =
		kho_cell_new(pair[0], pair[1] ?: pair[0], g_ptr_array_index(group->topologies, topology),
			     g_ptr_array_index(group->specs, spec), payload);
	const struct yaml_node_s *at = kho_yaml_item(reader->yaml, group->specs_at, spec);

	g_ptr_array_add(cells, cell);
	if (cells->len > MAX_CELLS)
		return kho_yaml_fail(reader->yaml, at, error, "more than %d cells", MAX_CELLS);
	if (g_hash_table_add(reader->ids, cell->id))
		return true;
	if (!reader->one_kernel)
		return kho_yaml_fail(reader->yaml, at, error, "the cell %s is there twice", cell->id);
	g_ptr_array_remove_index(cells, cells->len - 1);
	return true;
}

static bool add_payloads(struct reader *reader, const struct group *group, const char *kernel, guint topology,
			 guint spec, GError **error)
{
	for (guint i = 0; i < group->payloads->len; i++) {
		if (!add_cell(reader, group, kernel, topology, spec, g_ptr_array_index(group->payloads, i), error))
			return false;
	}
	return true;
}

static bool add_cells(struct reader *reader, const struct group *group, const char *kernel, GError **error)
{
	for (guint topology = 0; topology < group->topologies->len; topology++) {
		for (guint spec = 0; spec < group->specs->len; spec++) {
			if (!add_payloads(reader, group, kernel, topology, spec, error))
				return false;
		}
	}
	return true;
}

static bool has_kernel(const GPtrArray *kernels, const char *kernel)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)kernels, kernel, g_str_equal, NULL);
}

static void group_free(gpointer data)
{
	struct group *group = data;

	g_clear_pointer(&group->kernels, g_ptr_array_unref);
	g_ptr_array_unref(group->topologies);
	g_ptr_array_unref(group->specs);
	g_ptr_array_unref(group->payloads);
	g_free(group);
}

/* They join the matrix's, unless one kernel stands in for all. */
static bool read_group_kernels(struct reader *reader, struct group *group, const struct yaml_node_s *list,
			       GError **error)
{
	GPtrArray *all = reader->matrix->kernels;

	if (!list)
		return true;
	group->kernels = g_ptr_array_new_with_free_func(g_free);
	if (!read_items(reader, list, "kernels", take_kernel, group->kernels, error))
		return false;
	if (reader->one_kernel)
		g_clear_pointer(&group->kernels, g_ptr_array_unref);
	for (guint i = 0; group->kernels && i < group->kernels->len; i++) {
		const char *kernel = g_ptr_array_index(group->kernels, i);

		if (!has_kernel(all, kernel))
			g_ptr_array_add(all, g_strdup(kernel));
	}
	return true;
}

static bool read_group(struct reader *reader, const struct yaml_node_s *item, GPtrArray *groups, GError **error)
{
	enum { KERNELS, TOPOLOGIES, KHO_SCRATCH, PAYLOADS, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[KERNELS] = { "kernels", KHO_YAML_LIST, false },
		[TOPOLOGIES] = { "topologies", KHO_YAML_LIST, true },
		[KHO_SCRATCH] = { "kho_scratch", KHO_YAML_LIST, true },
		[PAYLOADS] = { "payloads", KHO_YAML_LIST, false },
	};
	struct group *group = g_new0(struct group, 1);
	const struct yaml_node_s *values[NR_KEYS];

	group->topologies = g_ptr_array_new();
	group->specs = g_ptr_array_new_with_free_func((GDestroyNotify)kho_scratch_spec_free);
	group->payloads = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(groups, group);
	if (!kho_yaml_expect(reader->yaml, item, KHO_YAML_MAPPING, "groups: an item", error) ||
	    !kho_yaml_mapping(reader->yaml, item, "", keys, NR_KEYS, values, error))
		return false;
	group->specs_at = values[KHO_SCRATCH];
	if (!read_group_kernels(reader, group, values[KERNELS], error))
		return false;
	if (!values[PAYLOADS])
		g_ptr_array_add(group->payloads, g_strdup(KHO_PAYLOAD_DEFAULT));
	else if (!read_items(reader, values[PAYLOADS], "payloads", take_payload, group->payloads, error))
		return false;
	return read_items(reader, values[TOPOLOGIES], "topologies", take_topology, group->topologies, error) &&
	       read_items(reader, values[KHO_SCRATCH], "kho_scratch", take_spec, group->specs, error);
}

static gpointer copy_text(gconstpointer text, gpointer data)
{
	return g_strdup(text);
}

static bool read_groups(struct reader *reader, const struct yaml_node_s *list, GError **error)
{
	g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
	g_autoptr(GPtrArray) own = g_ptr_array_copy(reader->matrix->kernels, copy_text, NULL);
	const GPtrArray *kernels = reader->matrix->kernels;

	g_ptr_array_set_free_func(own, g_free);
	if (!kho_yaml_length(list))
		return kho_yaml_fail(reader->yaml, list, error, "groups: the list is empty");
	for (guint i = 0; i < kho_yaml_length(list); i++) {
		if (!read_group(reader, kho_yaml_item(reader->yaml, list, i), groups, error))
			return false;
	}
	for (guint kernel = 0; kernel < kernels->len; kernel++) {
		for (guint i = 0; i < groups->len; i++) {
			const struct group *group = g_ptr_array_index(groups, i);
			const char *name = g_ptr_array_index(kernels, kernel);

			if (has_kernel(group->kernels ?: own, name) && !add_cells(reader, group, name, error))
				return false;
		}
	}
	return true;
}

/* The file's list is checked even where @kernel stands in for it. */
static bool read_kernels(struct reader *reader, const struct yaml_node_s *list, const char *kernel, GError **error)
{
	g_autofree char *quoted = kernel ? kho_error_quote(kernel) : NULL;
	GPtrArray *kernels = reader->matrix->kernels;

	if (!read_items(reader, list, "kernels", take_kernel, kernels, error))
		return false;
	if (!kernel)
		return true;
	if (!is_kernel_or_pair(kernel)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the kernel %s is not a name (%s)", quoted,
			    KHO_NAME_RULE);
		return false;
	}
	g_ptr_array_set_size(kernels, 0);
	g_ptr_array_add(kernels, g_strdup(kernel));
	return true;
}

static bool take_over(struct reader *reader, const struct yaml_node_s *item, struct kho_matrix *included,
		      GError **error)
{
	while (included->topologies->len)
		g_ptr_array_add(reader->matrix->topologies, g_ptr_array_steal_index(included->topologies, 0));
	for (guint i = 0; i < included->kernels->len; i++)
		if (!has_kernel(reader->included, g_ptr_array_index(included->kernels, i)))
			g_ptr_array_add(reader->included, g_strdup(g_ptr_array_index(included->kernels, i)));
	while (included->cells->len) {
		struct kho_cell *cell = g_ptr_array_steal_index(included->cells, 0);

		if (reader->one_kernel && g_hash_table_contains(reader->ids, cell->id)) {
			kho_cell_free(cell);
			continue;
		}
		g_ptr_array_add(reader->matrix->cells, cell);
		if (!g_hash_table_add(reader->ids, cell->id))
			return kho_yaml_fail(reader->yaml, item, error, "the cell %s is there twice", cell->id);
	}
	return true;
}

/* Another matrix, by its name, from the same directory. What is included includes nothing itself. */
static bool take_include(struct reader *reader, const struct yaml_node_s *item, void *to, GError **error)
{
	g_autofree char *directory = g_path_get_dirname(reader->path);
	g_autofree char *file = g_strconcat(kho_yaml_text(item), ".yaml", NULL);
	g_autofree char *path = g_build_filename(directory, file, NULL);
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(item));
	struct kho_matrix *included;
	bool taken;

	if (!kho_name_valid(kho_yaml_text(item)))
		return kho_yaml_fail(reader->yaml, item, error, "includes: %s is not a name (%s)", quoted,
				     KHO_NAME_RULE);
	if (reader->is_included)
		return kho_yaml_fail(reader->yaml, item, error, "includes: this matrix is itself included");
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return kho_yaml_fail(reader->yaml, item, error, "includes: there is no %s", path);
	included = load(path, reader->topology_dir, reader->kernel, true, error);
	if (!included)
		return false;
	taken = take_over(reader, item, included, error);
	kho_matrix_free(included);
	return taken;
}

static bool read_includes(struct reader *reader, const struct yaml_node_s *list, GError **error)
{
	return !list || read_items(reader, list, "includes", take_include, NULL, error);
}

static bool read_matrix(struct reader *reader, const char *kernel, GError **error)
{
	enum { DESCRIPTION, KERNELS, INCLUDES, GROUPS, NR_KEYS };
	static const struct kho_yaml_key keys[NR_KEYS] = {
		[DESCRIPTION] = { "description", KHO_YAML_VALUE, false },
		[KERNELS] = { "kernels", KHO_YAML_LIST, true },
		[INCLUDES] = { "includes", KHO_YAML_LIST, false },
		[GROUPS] = { "groups", KHO_YAML_LIST, true },
	};
	const struct yaml_node_s *root = kho_yaml_root(reader->yaml);
	const struct yaml_node_s *values[NR_KEYS];

	return kho_yaml_expect(reader->yaml, root, KHO_YAML_MAPPING, "the file", error) &&
	       kho_yaml_mapping(reader->yaml, root, "", keys, NR_KEYS, values, error) &&
	       kho_yaml_line(reader->yaml, values[DESCRIPTION], "description", &reader->matrix->description, error) &&
	       read_kernels(reader, values[KERNELS], kernel, error) && read_includes(reader, values[INCLUDES], error) &&
	       read_groups(reader, values[GROUPS], error);
}

/* Behind its own: which group has which kernels is settled. */
static bool add_included_kernels(struct reader *reader)
{
	for (guint i = 0; i < reader->included->len; i++) {
		const char *kernel = g_ptr_array_index(reader->included, i);

		if (!has_kernel(reader->matrix->kernels, kernel))
			g_ptr_array_add(reader->matrix->kernels, g_strdup(kernel));
	}
	return true;
}

static struct kho_matrix *matrix_new(const char *path)
{
	struct kho_matrix *matrix = g_new0(struct kho_matrix, 1);

	matrix->name = kho_name_from_path(path);
	matrix->kernels = g_ptr_array_new_with_free_func(g_free);
	matrix->topologies = g_ptr_array_new_with_free_func((GDestroyNotify)kho_topology_free);
	matrix->cells = g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	return matrix;
}

static bool parse(struct kho_matrix *matrix, const char *path, const char *topology_dir, const char *kernel,
		  bool is_included, GError **error)
{
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) included = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KhoYaml) yaml = NULL;
	g_autofree char *text = NULL;
	gsize length;
	struct reader reader;

	text = kho_yaml_read_file(path, &length, error);
	if (!text)
		return false;
	yaml = kho_yaml_parse(path, text, length, error);
	if (!yaml)
		return false;
	reader = (struct reader){
		yaml, matrix, topology_dir, by_name, ids, included, path, kernel, kernel != NULL, is_included,
	};
	return read_matrix(&reader, kernel, error) && add_included_kernels(&reader);
}

static struct kho_matrix *load(const char *path, const char *topology_dir, const char *kernel, bool is_included,
			       GError **error)
{
	g_autoptr(KhoMatrix) matrix = matrix_new(path);

	return parse(matrix, path, topology_dir, kernel, is_included, error) ? g_steal_pointer(&matrix) : NULL;
}

struct kho_matrix *kho_matrix_load(const char *path, const char *topology_dir, const char *kernel, GError **error)
{
	return load(path, topology_dir, kernel, false, error);
}
