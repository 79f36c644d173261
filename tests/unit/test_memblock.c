// SPDX-License-Identifier: GPL-2.0-only
/* memblock's tables out of a kernel's memory: pure code, on the fake kernel and on memory that is made up. */
#include "harness/handover/memblock.h"

#include "harness/model/error.h"
#include "tests/unit/made_up_memblock.h"

#define SCRATCH KHO_MEMBLOCK_KHO_SCRATCH

struct machine {
	struct kho_vmlinux *vmlinux;
	struct made_up_memblock made_up;
};

static int setup(void **state)
{
	struct machine *machine = g_new0(struct machine, 1);

	machine->vmlinux = fake_kernel_open();
	made_up_memblock_init(&machine->made_up);
	*state = machine;
	return 0;
}

static int teardown(void **state)
{
	struct machine *machine = *state;

	kho_vmlinux_free(machine->vmlinux);
	made_up_memblock_clear(&machine->made_up);
	g_free(machine);
	return 0;
}

static struct kho_memblock *read_with(const struct kho_vmlinux *vmlinux, const struct machine *machine, GError **error)
{
	g_autoptr(KhoImage) image = kho_image_new();

	made_up_memblock_put(&machine->made_up, machine->vmlinux, image);
	return kho_memblock_read(vmlinux, image, error);
}

static struct kho_memblock *read_tables(const struct machine *machine)
{
	g_autoptr(GError) error = NULL;
	struct kho_memblock *memblock = read_with(machine->vmlinux, machine, &error);

	if (!memblock)
		fail_msg("%s", error->message);
	return memblock;
}

static void expect_scratch(const struct machine *machine, guint64 scratch, guint64 available, guint64 largest)
{
	g_autoptr(KhoMemblock) memblock = read_tables(machine);

	assert_int_equal(memblock->scratch, scratch);
	assert_int_equal(memblock->scratch_free, available);
	assert_int_equal(memblock->scratch_largest, largest);
}

static void expect_error(const struct kho_vmlinux *vmlinux, const struct machine *machine, enum kho_error code,
			 const char *reason)
{
	g_autoptr(GError) error = NULL;

	assert_null(read_with(vmlinux, machine, &error));
	assert_true(g_error_matches(error, KHO_ERROR, code));
	assert_non_null(strstr(error->message, reason));
	assert_null(strchr(error->message, '\n'));
}

static void expect_garbage(const struct machine *machine)
{
	expect_error(machine->vmlinux, machine, KHO_ERROR_HOST, "memblock's tables are not in the memory");
}

static void expect_region(const GArray *table, guint index, struct kho_memblock_region expected)
{
	const struct kho_memblock_region *region = &g_array_index(table, struct kho_memblock_region, index);

	assert_true(index < table->len);
	assert_int_equal(region->base, expected.base);
	assert_int_equal(region->size, expected.size);
	assert_int_equal(region->flags, expected.flags);
	assert_int_equal(region->nid, expected.nid);
}

/* --- good tables --- */

static void empty_tables(void **state)
{
	expect_scratch(*state, 0, 0, 0);
}

static void two_nodes(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;
	g_autoptr(KhoMemblock) memblock = NULL;

	made_up_memory(made_up, 0x1000, 0x9e000, 0);
	made_up_memblock_add(made_up->memory, 4 * GIB, 4 * GIB, SCRATCH | KHO_MEMBLOCK_HOTPLUG, 1);
	made_up->memblock.memory.cnt = 2;
	made_up_reserve(made_up, 5 * GIB, GIB);
	memblock = read_tables(machine);
	assert_int_equal(memblock->memory->len, 2);
	assert_int_equal(memblock->reserved->len, 1);
	expect_region(memblock->memory, 0, (struct kho_memblock_region){ 0x1000, 0x9e000, 0, 0 });
	expect_region(memblock->memory, 1,
		      (struct kho_memblock_region){ 4 * GIB, 4 * GIB, SCRATCH | KHO_MEMBLOCK_HOTPLUG, 1 });
	expect_region(memblock->reserved, 0, (struct kho_memblock_region){ 5 * GIB, GIB, KHO_MEMBLOCK_RSRV_KERN, -1 });
	assert_int_equal(memblock->scratch, 4 * GIB);
	assert_int_equal(memblock->scratch_free, 3 * GIB);
	assert_int_equal(memblock->scratch_largest, 2 * GIB);
}

/* Only what is flagged counts, however much memory there is. */
static void no_scratch(void **state)
{
	struct machine *machine = *state;

	made_up_memory(&machine->made_up, 0, 64 * GIB, KHO_MEMBLOCK_MIRROR);
	made_up_reserve(&machine->made_up, GIB, GIB);
	expect_scratch(machine, 0, 0, 0);
}

static void without_numa(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_without("nid");
	g_autoptr(KhoMemblock) memblock = NULL;

	made_up_memory(&machine->made_up, GIB, GIB, 0);
	memblock = read_with(vmlinux, machine, NULL);
	expect_region(memblock->memory, 0, (struct kho_memblock_region){ GIB, GIB, 0, -1 });
}

/* KASLR: the same tables, further up. */
static void slid(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoVmlinux) up = kho_vmlinux_slid(machine->vmlinux, 0x1e000000);
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(KhoMemblock) memblock = NULL;

	made_up_memory(&machine->made_up, GIB, GIB, SCRATCH);
	made_up_memblock_put(&machine->made_up, up, image);
	memblock = kho_memblock_read(up, image, NULL);
	assert_int_equal(memblock->scratch_free, GIB);
	assert_null(kho_memblock_read(machine->vmlinux, image, NULL));
}

/* --- what is reserved of scratch --- */

/*
 *	scratch         |--------|      |--------|       16 MiB each, at 16 and at 48
 *	reserved     |------|  ||  |--|         |------|
 */
static void reserved_across_borders(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, 16 * MIB, 16 * MIB, SCRATCH);
	made_up_memory(made_up, 32 * MIB, 16 * MIB, 0);
	made_up_memory(made_up, 48 * MIB, 16 * MIB, SCRATCH);
	made_up_reserve(made_up, 10 * MIB, 8 * MIB);
	made_up_reserve(made_up, 28 * MIB, MIB);
	made_up_reserve(made_up, 36 * MIB, 4 * MIB);
	made_up_reserve(made_up, 63 * MIB, 10 * MIB);
	expect_scratch(machine, 32 * MIB, 28 * MIB, 15 * MIB);
}

/* One lies over all of it; another one touches from below, another from above. */
static void all_or_nothing(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, 16 * MIB, 16 * MIB, SCRATCH);
	made_up_reserve(made_up, 8 * MIB, 8 * MIB);
	made_up_reserve(made_up, 32 * MIB, 8 * MIB);
	made_up_reserve(made_up, 20 * MIB, 0);
	expect_scratch(machine, 16 * MIB, 16 * MIB, 16 * MIB);
	made_up_reserve(made_up, 0, GIB);
	expect_scratch(machine, 16 * MIB, 0, 0);
}

/*
 * As memblock never has them: out of order, one in another, one over another.
 *	scratch   |----------------|     from 0 to 16 MiB
 *	reserved    |------|             2 to 8
 *	              |--|               3 to 5
 *	                |----|           6 to 10
 */
static void damaged_order(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, 0, 16 * MIB, SCRATCH);
	made_up_reserve(made_up, 6 * MIB, 4 * MIB);
	made_up_reserve(made_up, 3 * MIB, 2 * MIB);
	made_up_reserve(made_up, 2 * MIB, 6 * MIB);
	expect_scratch(machine, 16 * MIB, 8 * MIB, 6 * MIB);
}

/* Also damaged: what two areas of scratch share counts once. */
static void overlapping_scratch(void **state)
{
	struct machine *machine = *state;

	made_up_memory(&machine->made_up, 8 * MIB, 16 * MIB, SCRATCH);
	made_up_memory(&machine->made_up, 0, 16 * MIB, SCRATCH);
	made_up_reserve(&machine->made_up, 8 * MIB, 8 * MIB);
	expect_scratch(machine, 24 * MIB, 16 * MIB, 8 * MIB);
}

static void end_of_address_space(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, UINT64_MAX - 8 * KIB, 8 * KIB, SCRATCH);
	expect_scratch(machine, 8 * KIB, 8 * KIB, 8 * KIB);
	made_up_reserve(made_up, UINT64_MAX - 4 * KIB, 4 * KIB);
	expect_scratch(machine, 8 * KIB, 4 * KIB, 4 * KIB);
}

/*
 * As many regions as are believed, all scratch and behind all that is reserved; a machine that preserves single pages
 * reserves that many. It must not take the product of both.
 */
static void many_regions(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	for (guint64 i = 0; i < 65536; i++) {
		made_up_memory(made_up, TIB + i * 8 * KIB, 4 * KIB, SCRATCH);
		made_up_reserve(made_up, i * 8 * KIB, 4 * KIB);
	}
	expect_scratch(machine, 65536 * 4 * KIB, 65536 * 4 * KIB, 4 * KIB);
}

/* --- garbage --- */

static void absurd_counts(void **state)
{
	static const guint64 counts[] = { 65537, 1ULL << 32, 1ULL << 63, UINT64_MAX };
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, GIB, GIB, SCRATCH);
	for (gsize i = 0; i < COUNT(counts); i++) {
		made_up->memblock.memory.cnt = counts[i];
		expect_garbage(machine);
	}
	made_up->memblock.memory.cnt = 1;
	expect_scratch(machine, GIB, GIB, GIB);
	made_up->memblock.reserved.cnt = UINT64_MAX;
	expect_garbage(machine);
}

/* A table that was moved away, or freed: none is better than half of one. */
static void tables_out_of_the_image(void **state)
{
	static const guint64 addresses[] = { 0, RESERVED_AT, 0xffff888001000000, UINT64_MAX, UINT64_MAX - 39 };
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;

	made_up_memory(made_up, GIB, GIB, SCRATCH);
	for (gsize i = 0; i < COUNT(addresses); i++) {
		made_up->memblock.memory.regions = (struct memblock_region *)addresses[i];
		expect_garbage(machine);
	}
	made_up->memblock.memory.regions = (struct memblock_region *)MEMORY_AT;
	made_up->memblock.memory.cnt = 2;
	expect_garbage(machine);
}

static void regions_that_overflow(void **state)
{
	struct machine *machine = *state;
	struct made_up_memblock *made_up = &machine->made_up;
	struct memblock_region *region;

	made_up_memory(made_up, GIB, UINT64_MAX - GIB, SCRATCH);
	expect_scratch(machine, UINT64_MAX - GIB, UINT64_MAX - GIB, UINT64_MAX - GIB);
	region = &g_array_index(made_up->memory, struct memblock_region, 0);
	region->size++;
	expect_garbage(machine);
	region->size = GIB;
	made_up_reserve(made_up, UINT64_MAX, 1);
	expect_garbage(machine);
}

static void no_memory_at_all(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(GError) error = NULL;

	assert_null(kho_memblock_read(machine->vmlinux, image, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
}

/* --- other kernels --- */

static void kernels_without(void **state)
{
	static const struct {
		const char *name, *reason;
	} cases[] = {
		{ "memblock", "the vmlinux has no symbol 'memblock'" },
		{ "memblock_type", "the vmlinux does not describe struct memblock_type: cnt" },
		{ "memblock_region", "the vmlinux does not describe struct memblock_region: base" },
		{ "reserved", "the vmlinux does not describe struct memblock: reserved" },
	};
	struct machine *machine = *state;
	g_autoptr(KhoVmlinux) no_types = kho_vmlinux_open(FAKE_KERNEL_NO_TYPES, NULL);

	made_up_memory(&machine->made_up, GIB, GIB, SCRATCH);
	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoVmlinux) vmlinux = fake_kernel_without(cases[i].name);

		expect_error(vmlinux, machine, KHO_ERROR_INPUT, cases[i].reason);
	}
	expect_error(no_types, machine, KHO_ERROR_INPUT, "the vmlinux does not describe struct memblock: memory");
	kho_memblock_free(NULL);
}

static void flags(void **state)
{
	static const struct {
		guint32 flags;
		const char *text;
	} cases[] = {
		{ 0, "none" },
		{ SCRATCH, "scratch" },
		{ KHO_MEMBLOCK_HOTPLUG | SCRATCH, "hotplug|scratch" },
		{ KHO_MEMBLOCK_RSRV_NOINIT | KHO_MEMBLOCK_RSRV_KERN, "noinit|kernel" },
		{ 0x7f, "hotplug|mirror|nomap|driver-managed|noinit|kernel|scratch" },
		{ 0x80, "0x80" },
		{ 0x80000041, "hotplug|scratch|0x80000000" },
	};

	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autofree char *text = kho_memblock_flags_text(cases[i].flags);

		assert_string_equal(text, cases[i].text);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_tables),
		TEST(two_nodes),
		TEST(no_scratch),
		TEST(without_numa),
		TEST(slid),
		TEST(reserved_across_borders),
		TEST(all_or_nothing),
		TEST(damaged_order),
		TEST(overlapping_scratch),
		TEST(end_of_address_space),
		TEST(many_regions),
		TEST(absurd_counts),
		TEST(tables_out_of_the_image),
		TEST(regions_that_overflow),
		TEST(no_memory_at_all),
		TEST(kernels_without),
		cmocka_unit_test(flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
