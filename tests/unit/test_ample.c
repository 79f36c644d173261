// SPDX-License-Identifier: GPL-2.0-only
/* Ample scratch, held against a model of kho_reserve_scratch() that knows nothing of how it was computed. */
#include "harness/model/ample.h"
#include "harness/model/generate.h"
#include "harness/model/pc_layout.h"
#include "tests/unit/test.h"

/* What the kernel itself has taken by then: generous, and in the middle of where it can hurt most. */
#define KERNEL (64 * MIB)

/* A smaller machine with its kernel in the worst place may have no room for anything. */
#define ROOM_FOR_CHOICE (2 * GIB)

struct machine {
	GArray *free; /* of struct piece, ascending */
};

struct piece {
	struct kho_range range;
	guint nid;
};

static struct piece *piece_at(const struct machine *machine, guint index)
{
	return &g_array_index(machine->free, struct piece, index);
}

static uint64_t bytes_at(const struct machine *machine, guint index)
{
	return piece_at(machine, index)->range.end - piece_at(machine, index)->range.start;
}

/* As memblock does: from the top, in one piece, aligned, and never across a node's border. @nid: -1 for any. */
static bool take(struct machine *machine, uint64_t size, int nid, uint64_t below)
{
	for (guint i = machine->free->len; i-- > 0;) {
		struct piece *piece = piece_at(machine, i), rest = *piece;
		uint64_t start, top = MIN(piece->range.end, below);

		if ((nid >= 0 && (guint)nid != piece->nid) || top < piece->range.start + size)
			continue;
		start = (top - size) & ~(4 * MIB - 1);
		if (start < piece->range.start)
			continue;
		piece->range.end = start;
		rest.range.start = start + size;
		g_array_insert_val(machine->free, i + 1, rest);
		return true;
	}
	return false;
}

/* Each node's map lies at its top, whole sections of it; then the kernel: at 16 MiB, or in the middle of the largest
 * low piece. */
static void boot(struct machine *machine, const struct kho_topology *topology, bool kernel_in_the_middle)
{
	struct piece rest;
	guint largest = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		for (guint i = 0; i < node->ranges->len; i++) {
			struct piece piece = { g_array_index(node->ranges, struct kho_range, i), nid };

			g_array_append_val(machine->free, piece);
		}
		if (node->memory)
			assert_true(take(machine, (node->memory / (128 * MIB) + 1) * 2 * MIB, nid, UINT64_MAX));
	}
	for (guint i = 1; kernel_in_the_middle && i < machine->free->len; i++)
		if (piece_at(machine, i)->range.end <= 4 * GIB && bytes_at(machine, i) > bytes_at(machine, largest))
			largest = i;
	rest = *piece_at(machine, largest);
	piece_at(machine, largest)->range.end = kernel_in_the_middle ? rest.range.start + bytes_at(machine, largest) / 2
								     : MIN(rest.range.end, 16 * MIB);
	rest.range.start = piece_at(machine, largest)->range.end + KERNEL;
	if (rest.range.start < rest.range.end)
		g_array_insert_val(machine->free, largest + 1, rest);
}

static bool can_reserve(const struct kho_topology *topology, const struct kho_scratch_spec *spec, bool in_the_middle)
{
	struct machine machine = { g_array_new(FALSE, FALSE, sizeof(struct piece)) };
	bool fits;

	boot(&machine, topology, in_the_middle);
	fits = take(&machine, spec->lowmem, -1, 4 * GIB) && take(&machine, spec->global, -1, UINT64_MAX);
	for (guint nid = 0; nid < topology->nodes->len && fits; nid++)
		if (kho_topology_node(topology, nid)->memory)
			fits = take(&machine, spec->pernode, nid, UINT64_MAX);
	g_array_unref(machine.free);
	return fits;
}

/* Every node's map at least twice in its own area, or else all those maps twice in the global one; and the images. */
static bool is_ample(const struct kho_topology *topology, const struct kho_scratch_spec *spec)
{
	uint64_t left = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		uint64_t memory = kho_topology_node(topology, nid)->memory;
		uint64_t map = memory ? (memory / (128 * MIB) + 1) * 2 * MIB : 0;

		if (spec->pernode < 2 * map)
			left += 2 * map;
	}
	return spec->global >= left + 32 * MIB && spec->lowmem > 0;
}

static void check(const struct kho_topology *topology, const struct kho_scratch_spec *spec)
{
	if (!is_ample(topology, spec))
		fail_msg("%s: %s is not ample", topology->name, spec->text);
	if (!can_reserve(topology, spec, false) ||
	    (kho_topology_memory(topology) >= ROOM_FOR_CHOICE && !can_reserve(topology, spec, true)))
		fail_msg("%s: %s cannot be reserved", topology->name, spec->text);
}

static void own_topologies(void **state)
{
	g_autoptr(GDir) directory = g_dir_open("topologies", 0, NULL);

	for (const char *name; (name = g_dir_read_name(directory));) {
		g_autofree char *path = g_build_filename("topologies", name, NULL);
		g_autoptr(KhoTopology) topology = kho_topology_load(path, NULL);
		g_autoptr(KhoScratchSpec) spec = kho_scratch_ample(topology);

		assert_non_null(spec);
		print_message("%-11s %s\n", topology->name, spec->text);
		check(topology, spec);
	}
}

static struct kho_topology *machine_of(const uint64_t *memory, size_t nodes)
{
	struct kho_topology *topology = kho_topology_new("odd", "");

	for (size_t i = 0; i < nodes; i++)
		kho_topology_add_node(topology, memory[i], !i);
	kho_pc_layout(topology);
	return topology;
}

/* A shape repeated: @count nodes of @first, then @count of @second. */
static struct kho_topology *many(unsigned int count, uint64_t first, uint64_t second)
{
	uint64_t memory[KHO_MAX_NODES];

	for (unsigned int i = 0; i < 2 * count; i++)
		memory[i] = i < count ? first : second;
	return machine_of(memory, 2 * count);
}

static void odd_machines(void **state)
{
	static const struct {
		unsigned int count;
		uint64_t first, second;
		const char *spec; /* NULL: none is ample; "": any */
	} cases[] = {
		{ 1, 64 * MIB, 448 * MIB, "" },
		{ 1, 4 * GIB, 64 * MIB, "128M,640M,16M" },
		{ 1, 64 * MIB, TIB - 64 * GIB, "" },
		{ 1, TIB / 4, 0, "" },
		{ 32, GIB, GIB, "" },
		{ 32, 64 * MIB, 64 * GIB, NULL }, /* each map of 1 GiB would have to fit into 24 GiB, 64 times */
		{ 8, 64 * MIB, 64 * GIB, "" },	  /* ... 16 times */
		{ 4, 64 * MIB, 64 * MIB, NULL },  /* nowhere is there room for a kernel */
		{ 1, 4 * GIB, 4 * MIB, NULL },	  /* a node without room for an area of its own */
		{ 1, 64 * MIB, 32 * MIB, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoTopology) topology = many(cases[i].count, cases[i].first, cases[i].second);
		g_autoptr(KhoScratchSpec) spec = kho_scratch_ample(topology);

		print_message("%zu: %s\n", i, spec ? spec->text : "none");
		assert_int_equal(spec != NULL, cases[i].spec != NULL);
		if (!spec)
			continue;
		check(topology, spec);
		if (*cases[i].spec)
			assert_string_equal(spec->text, cases[i].spec);
	}
}

static void random_machines(void **state)
{
	g_autoptr(KhoGenerateOptions) options = kho_generate_options_new();
	g_autoptr(GPtrArray) topologies = NULL;
	guint without = 0;

	assert_true(kho_generate_options_set(options, "strategy", "random", NULL));
	assert_true(kho_generate_options_set(options, "seed", "42", NULL));
	assert_true(kho_generate_options_set(options, "count", "1000", NULL));
	assert_true(kho_generate_options_set(options, "max-nodes", "16", NULL));
	assert_true(kho_generate_options_set(options, "max-memory", "128G", NULL));
	topologies = kho_generate(options, NULL);
	for (guint i = 0; i < topologies->len; i++) {
		g_autoptr(KhoScratchSpec) spec = kho_scratch_ample(g_ptr_array_index(topologies, i));

		if (spec)
			check(g_ptr_array_index(topologies, i), spec);
		else
			without++;
	}
	print_message("%u of %u machines have no ample scratch\n", without, topologies->len);
	assert_true(without < topologies->len / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_topologies),
		cmocka_unit_test(odd_machines),
		cmocka_unit_test(random_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
