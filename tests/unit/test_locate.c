// SPDX-License-Identifier: GPL-2.0-only
/* Where a kernel runs, by what its page tables map. */
#include "harness/handover/locate.h"
#include "tests/unit/fake_kernel.h"

/* The fake kernel is linked to run 16 MiB above this, as kernels are; its text begins somewhere in those 2 MiB. */
#define KERNEL 0xffffffff80000000ULL
#define LINKED (KERNEL + 16 * MIB)

static struct kho_vmlinux *open_fake_kernel(void)
{
	struct kho_vmlinux *vmlinux = fake_kernel_with_text();

	assert_true(fake_kernel_address(vmlinux, "_text") - LINKED < 2 * MIB);
	return vmlinux;
}

static const struct {
	const char *what;
	struct kho_mapping mappings[3];
	bool found;
	guint64 slide;
} cases[] = {
	{ "as it is linked", { { LINKED, 16 * MIB, 2 * MIB }, { LINKED + 2 * MIB, 18 * MIB, 2 * MIB } }, true, 0 },
	{ "moved by KASLR",
	  { { KERNEL + 400 * MIB, 5 * GIB, 2 * MIB }, { KERNEL + 402 * MIB, 5 * GIB + 2 * MIB, 2 * MIB } },
	  true,
	  384 * MIB },
	{ "moved as far as can be", { { KERNEL + 1022 * MIB, 2 * MIB, 2 * MIB } }, true, 1006 * MIB },
	/* Modulo 2^64; that it cannot be this kernel is seen by its banner. */
	{ "lower than it is linked", { { KERNEL + 2 * MIB, 0, 2 * MIB } }, true, -(14 * MIB) },
	{ "begins with small pages", { { LINKED, 0x12345000, 4 * KIB }, { LINKED + 4 * KIB, 0, 4 * KIB } }, true, 0 },
	{ "not by whole 2 MiB: no kernel", { { LINKED + 4 * KIB, 16 * MIB, 4 * KIB } }, false, 0 },
	{ "a page at the end of all: no kernel", { { G_MAXUINT64 - 4095, 0, 4 * KIB } }, false, 0 },
	{ "nothing is mapped: firmware", { { 0 } }, false, 0 },
};

static GArray *mappings_of(const struct kho_mapping *mappings)
{
	GArray *array = g_array_new(FALSE, FALSE, sizeof(struct kho_mapping));

	for (guint i = 0; mappings[i].size; i++)
		g_array_append_val(array, mappings[i]);
	return array;
}

static void where_it_runs(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = open_fake_kernel();

	for (size_t i = 0; i < COUNT(cases); i++) {
		g_autoptr(GArray) mappings = mappings_of(cases[i].mappings);
		const struct kho_mapping *first = &cases[i].mappings[0];
		struct kho_location place;

		print_message("%s\n", cases[i].what);
		assert_int_equal(kho_location_find(vmlinux, mappings, &place), cases[i].found);
		if (!cases[i].found)
			continue;
		assert_true(place.slide == cases[i].slide);
		assert_true(place.virtual == first->virtual);
		assert_true(place.physical == first->physical);
		assert_true(kho_location_physical(&place, first->virtual) == first->physical);
	}
}

/* What is asked for has the address that it runs at, wherever in physical memory that is. */
static void physical_addresses(void **state)
{
	const struct kho_location place = { .slide = 384 * MIB, .virtual = KERNEL + 400 * MIB, .physical = 5 * GIB };
	const struct kho_location garbage = { .virtual = G_MAXUINT64, .physical = G_MAXUINT64 };

	assert_true(kho_location_physical(&place, KERNEL + 400 * MIB + 0x1234567) == 5 * GIB + 0x1234567);
	assert_true(kho_location_physical(&place, KERNEL + 398 * MIB) == 5 * GIB - 2 * MIB);
	assert_true(kho_location_physical(&garbage, 5) == 5);
}

/* KASLR may put a successor where the first kernel lay, or let it run at the same addresses elsewhere. */
static void not_the_same_kernel(void **state)
{
	const struct kho_location first = { .slide = 0, .virtual = LINKED, .physical = 5 * GIB };
	const struct kho_location others[] = {
		{ .slide = 2 * MIB, .virtual = LINKED + 2 * MIB, .physical = 5 * GIB },
		{ .slide = 0, .virtual = LINKED, .physical = 6 * GIB },
	};

	assert_true(kho_location_same(&first, &first));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(kho_location_same(&first, &others[i]));
}

/* A vmlinux that is no kernel's finds nothing, whatever is mapped. */
static void no_such_symbol(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	g_autoptr(GArray) mappings = mappings_of(cases[0].mappings);
	struct kho_location place;

	assert_false(kho_location_find(vmlinux, mappings, &place));
}

/* arm64: the kernel itself says how far apart its addresses are. */
static void by_its_own_offset(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = open_fake_kernel();
	guint64 banner = fake_kernel_address(vmlinux, "linux_banner");
	struct kho_location place;

	assert_true(kho_location_of_offset(vmlinux, banner - 5 * GIB, &place));
	assert_int_equal(place.slide, 0);
	assert_int_equal(kho_location_physical(&place, banner + 16), 5 * GIB + 16);
	assert_false(kho_location_of_offset(vmlinux, banner + 1, &place)); /* not written yet: it would be below 0 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_runs),       cmocka_unit_test(physical_addresses),
		cmocka_unit_test(not_the_same_kernel), cmocka_unit_test(no_such_symbol),
		cmocka_unit_test(by_its_own_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
