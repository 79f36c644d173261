// SPDX-License-Identifier: GPL-2.0-only
/* The types of a vmlinux: pure code, on the fake kernel of tests/unit/fake_kernel/. */
#include "tests/unit/fake_kernel.h"

static void members(void **state)
{
	static const struct {
		const char *member;
		guint64 offset, size;
	} expected[] = {
		{ "name", 0, 5 },   { "inner", 8, 8 }, { "deep", 16, 2 },  { "flat", 16, 1 },
		{ "table", 8, 24 }, { "next", 32, 8 }, { "named", 44, 4 }, { "rest", 48, 0 },
	};
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 offset, size;

	for (gsize i = 0; i < COUNT(expected); i++) {
		assert_true(kho_vmlinux_member(vmlinux, "shape", expected[i].member, &offset, &size));
		assert_int_equal(offset, expected[i].offset);
		assert_int_equal(size, expected[i].size);
	}
	assert_true(kho_vmlinux_member(vmlinux, "shape", "next", &offset, NULL));
	assert_true(kho_vmlinux_member(vmlinux, "either", "large", &offset, &size));
	assert_int_equal(offset, 0);
	assert_int_equal(size, 8);
	assert_true(kho_vmlinux_struct_size(vmlinux, "either", &size));
	assert_int_equal(size, 8);
}

/* A member of a named struct within is not one of the struct around it; nor are bits at a byte's address. */
static void missing_members(void **state)
{
	static const char *const missing[] = { "hidden", "", "shape", "nam", "bits", "more_bits" };
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 offset;

	for (gsize i = 0; i < COUNT(missing); i++)
		if (kho_vmlinux_member(vmlinux, "shape", missing[i], &offset, NULL))
			fail_msg("struct shape has a member '%s'", missing[i]);
	assert_false(kho_vmlinux_member(vmlinux, "word_t", "a", &offset, NULL));
	assert_false(kho_vmlinux_struct_size(vmlinux, "uint32_t", &offset));
}

/* What is only declared in one unit is described in another. */
static void declared_elsewhere(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 number;

	assert_true(kho_vmlinux_struct_size(vmlinux, "only_here", &number));
	assert_int_equal(number, 16);
	assert_true(kho_vmlinux_member(vmlinux, "only_here", "b", &number, NULL));
	assert_int_equal(number, 8);
}

/* The decoy, which is the first unit, has 24 bytes. */
static void expect_region_bytes(const struct kho_vmlinux *vmlinux, guint64 expected)
{
	guint64 size;

	assert_true(kho_vmlinux_struct_size(vmlinux, "memblock_region", &size));
	assert_int_equal(size, expected);
}

static void preferred_unit(void **state)
{
	static const char *const hits[] = { "mm/memblock.c", "memblock.c", "tests/unit/fake_kernel/mm/memblock.c" };
	static const char *const misses[] = { "emblock.c", "mm/memblock", "mm/slab.c", "/mm/memblock.c",
					      "a/tests/unit/fake_kernel/mm/memblock.c" };

	for (gsize i = 0; i < COUNT(hits); i++) {
		g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

		kho_vmlinux_prefer(vmlinux, hits[i]);
		expect_region_bytes(vmlinux, 40);
	}
	for (gsize i = 0; i < COUNT(misses); i++) {
		g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

		kho_vmlinux_prefer(vmlinux, misses[i]);
		expect_region_bytes(vmlinux, 24);
	}
}

/* A unit that is preferred too late is preferred all the same: machines share what was found. */
static void preferred_late(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

	expect_region_bytes(vmlinux, 24);
	kho_vmlinux_prefer(vmlinux, "mm/memblock.c");
	expect_region_bytes(vmlinux, 40);
	kho_vmlinux_prefer(vmlinux, "mm/memblock.c");
	expect_region_bytes(vmlinux, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(missing_members),
		cmocka_unit_test(declared_elsewhere),
		cmocka_unit_test(preferred_unit),
		cmocka_unit_test(preferred_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
