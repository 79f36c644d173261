// SPDX-License-Identifier: GPL-2.0-only
/* A vmlinux: pure code, on the fake kernel of tests/unit/fake_kernel/ and on damaged ones. */
#include "harness/machine/vmlinux.h"

#include <elf.h>

#include "harness/model/error.h"
#include "tests/unit/fake_kernel.h"

/* --- opening --- */

static void expect_refused(const char *path, const char *reason)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_vmlinux_open(path, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_true(g_str_has_prefix(error->message, path));
	assert_non_null(strstr(error->message, reason));
	assert_null(strchr(error->message, '\n'));
}

static void expect_bytes_refused(const char *bytes, gsize length, const char *reason)
{
	g_autoptr(GError) error = NULL;

	assert_null(fake_kernel_open_bytes(bytes, length, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_non_null(strstr(error->message, reason));
}

static void not_a_kernel(void **state)
{
	g_autofree char *zeros = g_malloc0(4096);

	expect_refused("/nowhere/vmlinux", "No such file");
	expect_refused("tests", "not an ELF file");
	expect_refused("Makefile", "not an ELF file");
	expect_refused("build/tests/unit.a", "not an ELF file");
	expect_bytes_refused("", 0, "not an ELF file");
	expect_bytes_refused(zeros, 4096, "not an ELF file");
	expect_bytes_refused("\177ELF", 4, "not a");
}

static void other_elf_files(void **state)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);

	bytes[EI_CLASS] = ELFCLASS32;
	expect_bytes_refused(bytes, length, "not a 64-bit little-endian ELF file");
	bytes[EI_CLASS] = ELFCLASSNONE;
	expect_bytes_refused(bytes, length, "not a");
	bytes[EI_CLASS] = ELFCLASS64;
	bytes[EI_DATA] = ELFDATA2MSB;
	expect_bytes_refused(bytes, length, "not a 64-bit little-endian ELF file");
}

static void stripped(void **state)
{
	expect_refused(FAKE_KERNEL_STRIPPED, "no symbols");
}

/* Its symbols and its code are there, types are missed. */
static void without_types(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = kho_vmlinux_open(FAKE_KERNEL_NO_TYPES, NULL);
	guint64 number;

	assert_non_null(vmlinux);
	assert_true(kho_vmlinux_symbol(vmlinux, "prb", &number, NULL));
	kho_vmlinux_prefer(vmlinux, "mm/memblock.c");
	assert_false(kho_vmlinux_member(vmlinux, "memblock", "memory", &number, NULL));
	assert_false(kho_vmlinux_struct_size(vmlinux, "memblock", &number));
	assert_false(kho_vmlinux_struct_size(vmlinux, "memblock", &number));
}

/* The section table is at the end: a file that is cut off has no symbols, or is no ELF at all. */
static void cut_off(void **state)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);

	for (gsize cut = 0; cut < length; cut += cut < 100 ? 1 : length / 50)
		expect_bytes_refused(bytes, cut, "");
}

/* --- symbols --- */

static void expect_word(const struct kho_vmlinux *vmlinux, const char *symbol, guint32 expected)
{
	guint32 word;

	assert_true(kho_vmlinux_read(vmlinux, fake_kernel_address(vmlinux, symbol), &word, sizeof(word)));
	assert_int_equal(GUINT32_FROM_LE(word), expected);
}

static void symbols(void **state)
{
	static const char *const missing[] = { "", "pr", "prb_", "main.c", ".text", "zzz" };
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 address, size;

	assert_true(kho_vmlinux_symbol(vmlinux, "banner", &address, &size));
	assert_true(address > 0xffffffff81000000 && address < 0xffffffff81100000);
	assert_int_equal(size, 32);
	for (gsize i = 0; i < COUNT(missing); i++)
		assert_false(kho_vmlinux_symbol(vmlinux, missing[i], &address, NULL));
}

/* A global one hides local ones; of several local ones the first in the file counts. */
static void one_name_several_symbols(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

	expect_word(vmlinux, "twice", 2);
	expect_word(vmlinux, "local", 1);
}

static void expect_function(const struct kho_vmlinux *vmlinux, const char *at, guint64 plus, const char *function,
			    guint64 expected_offset, guint64 expected_size)
{
	guint64 offset, size;
	const char *name = kho_vmlinux_function_at(vmlinux, fake_kernel_address(vmlinux, at) + plus, &offset, &size);

	assert_non_null(name);
	assert_string_equal(name, function);
	assert_int_equal(offset, expected_offset);
	assert_int_equal(size, expected_size);
}

static void expect_no_function(const struct kho_vmlinux *vmlinux, guint64 address)
{
	assert_null(kho_vmlinux_function_at(vmlinux, address, NULL, NULL));
}

static void functions(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

	expect_function(vmlinux, "first", 0, "first", 0, 16);
	expect_function(vmlinux, "setup_arch", 0, "setup_arch", 0, 16);
	expect_function(vmlinux, "setup_arch", 15, "setup_arch", 15, 16);
	expect_function(vmlinux, "setup_arch", 16, "sparse_init", 0, 16);
	expect_no_function(vmlinux, fake_kernel_address(vmlinux, "first") - 1);
	expect_no_function(vmlinux, fake_kernel_address(vmlinux, "outer") + 32); /* a hole */
	expect_no_function(vmlinux, fake_kernel_address(vmlinux, "banner"));
	expect_no_function(vmlinux, 0);
	expect_no_function(vmlinux, UINT64_MAX);
}

/* One without a size reaches to the next; where there is no next, nowhere. */
static void functions_without_size(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

	expect_function(vmlinux, "unsized", 0, "unsized", 0, 16);
	expect_function(vmlinux, "unsized", 15, "unsized", 15, 16);
	expect_function(vmlinux, "unsized", 16, "after_unsized", 0, 16);
	expect_no_function(vmlinux, fake_kernel_address(vmlinux, "last_unsized"));
}

/*
 *	outer  |--------------------------------|
 *	inner          |--------|
 */
static void function_in_a_function(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();

	expect_function(vmlinux, "outer", 7, "outer", 7, 32);
	expect_function(vmlinux, "outer", 8, "inner", 0, 8);
	expect_function(vmlinux, "outer", 15, "inner", 7, 8);
	expect_function(vmlinux, "outer", 16, "outer", 16, 32);
	expect_function(vmlinux, "outer", 31, "outer", 31, 32);
}

/* --- contents --- */

static void contents(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 banner = fake_kernel_address(vmlinux, "banner"), nothing = fake_kernel_address(vmlinux, "nothing");
	char text[4096] = { 0 };

	assert_true(kho_vmlinux_read(vmlinux, banner, text, 32));
	assert_string_equal(text, "Linux version 0.0.0 (nobody)");
	assert_true(kho_vmlinux_read(vmlinux, banner + 6, text, 7));
	assert_memory_equal(text, "version", 7);
	assert_false(kho_vmlinux_read(vmlinux, banner, text, sizeof(text)));
	assert_false(kho_vmlinux_read(vmlinux, banner, text, G_MAXSIZE));
	assert_false(kho_vmlinux_read(vmlinux, nothing, text, 1));
	assert_false(kho_vmlinux_read(vmlinux, 0, text, 1));
	assert_false(kho_vmlinux_read(vmlinux, UINT64_MAX, text, 1));
}

/* --- calls --- */

/* Only right behind a whole instruction there is one. */
static void x86_calls(void **state)
{
	static const guint64 ends[] = { 5, 7, 10, 12, 15, 18, 22, 28, 34, 41, 48 };
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 calls = fake_kernel_address(vmlinux, "calls");
	gsize next = 0;

	for (guint64 offset = 1; offset <= 48; offset++) {
		bool expected = offset == ends[next];

		if (kho_vmlinux_call_before(vmlinux, calls + offset) != expected)
			fail_msg("at offset %d a call is %s", (int)offset, expected ? "missed" : "made up");
		next += expected;
	}
	assert_int_equal(next, COUNT(ends));
}

static void x86_no_calls(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 start, size;

	assert_true(kho_vmlinux_symbol(vmlinux, "not_calls", &start, &size));
	for (guint64 offset = 1; offset <= size; offset++)
		assert_false(kho_vmlinux_call_before(vmlinux, start + offset));
	assert_false(kho_vmlinux_call_before(vmlinux, 0));
	assert_false(kho_vmlinux_call_before(vmlinux, 3));
	assert_false(kho_vmlinux_call_before(vmlinux, UINT64_MAX));
}

static void call_at_the_beginning(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	guint64 first = fake_kernel_address(vmlinux, "first");

	assert_false(kho_vmlinux_call_before(vmlinux, first));
	assert_false(kho_vmlinux_call_before(vmlinux, first + 1));
	assert_true(kho_vmlinux_call_before(vmlinux, first + 2));
	assert_false(kho_vmlinux_call_before(vmlinux, first + 3));
}

/* The same file, but made another machine's. */
static struct kho_vmlinux *open_as(guint16 machine)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);
	struct kho_vmlinux *vmlinux;

	((Elf64_Ehdr *)bytes)->e_machine = machine;
	vmlinux = fake_kernel_open_bytes(bytes, length, NULL);
	assert_non_null(vmlinux);
	return vmlinux;
}

static void arm64_calls(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = open_as(EM_AARCH64);
	guint64 code = fake_kernel_address(vmlinux, "arm64_calls");

	for (guint64 offset = 1; offset <= 24; offset++)
		assert_int_equal(kho_vmlinux_call_before(vmlinux, code + offset),
				 offset == 4 || offset == 8 || offset == 12);
	assert_false(kho_vmlinux_call_before(vmlinux, fake_kernel_address(vmlinux, "first")));
	assert_false(kho_vmlinux_call_before(vmlinux, 0));
}

/* What is not known is no call. */
static void other_machines_calls(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = open_as(EM_S390);

	assert_false(kho_vmlinux_call_before(vmlinux, fake_kernel_address(vmlinux, "calls") + 5));
	assert_false(kho_vmlinux_call_before(vmlinux, fake_kernel_address(vmlinux, "arm64_calls") + 4));
}

/* --- slides --- */

/* Several machines at once, each at its own place. */
static void slides(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	g_autoptr(KhoVmlinux) up = kho_vmlinux_slid(vmlinux, 0x1c000000);
	g_autoptr(KhoVmlinux) down = kho_vmlinux_slid(vmlinux, -0x200000ULL);
	guint64 here = fake_kernel_address(vmlinux, "calls");
	guint64 offset, size;

	assert_int_equal(fake_kernel_address(up, "calls"), here + 0x1c000000);
	assert_int_equal(fake_kernel_address(down, "calls"), here - 0x200000);
	assert_int_equal(fake_kernel_address(vmlinux, "calls"), here);
	assert_string_equal(kho_vmlinux_function_at(up, here + 0x1c000007, &offset, NULL), "calls");
	assert_int_equal(offset, 7);
	assert_true(kho_vmlinux_call_before(up, here + 0x1c000005));
	assert_false(kho_vmlinux_call_before(up, here + 5));
	expect_no_function(up, here);
	expect_function(down, "outer", 3, "outer", 3, 32);
	expect_word(up, "twice", 2);
	expect_word(down, "twice", 2);
	assert_true(kho_vmlinux_struct_size(up, "memblock_type", &size));
	assert_int_equal(size, 40);
}

/* A view is of the file, not of the view that it was made from; and what one has found, all know. */
static void slide_of_a_slide(void **state)
{
	struct kho_vmlinux *vmlinux = fake_kernel_open();
	struct kho_vmlinux *up = kho_vmlinux_slid(vmlinux, 0x1000000);
	struct kho_vmlinux *again = kho_vmlinux_slid(up, 0x2000000), *back = kho_vmlinux_slid(again, 0);
	guint64 size;

	assert_int_equal(fake_kernel_address(again, "prb"), fake_kernel_address(vmlinux, "prb") + 0x2000000);
	assert_int_equal(fake_kernel_address(back, "prb"), fake_kernel_address(vmlinux, "prb"));
	kho_vmlinux_free(up);
	assert_false(kho_vmlinux_struct_size(again, "no_such_type", &size));
	kho_vmlinux_free(again);
	assert_false(kho_vmlinux_struct_size(back, "no_such_type", &size));
	assert_true(kho_vmlinux_struct_size(back, "shape", &size));
	kho_vmlinux_free(back);
	assert_true(kho_vmlinux_struct_size(vmlinux, "shape", &size));
	kho_vmlinux_free(vmlinux);
	kho_vmlinux_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_a_kernel),
		cmocka_unit_test(other_elf_files),
		cmocka_unit_test(stripped),
		cmocka_unit_test(without_types),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(symbols),
		cmocka_unit_test(one_name_several_symbols),
		cmocka_unit_test(functions),
		cmocka_unit_test(functions_without_size),
		cmocka_unit_test(function_in_a_function),
		cmocka_unit_test(contents),
		cmocka_unit_test(x86_calls),
		cmocka_unit_test(x86_no_calls),
		cmocka_unit_test(call_at_the_beginning),
		cmocka_unit_test(arm64_calls),
		cmocka_unit_test(other_machines_calls),
		cmocka_unit_test(slides),
		cmocka_unit_test(slide_of_a_slide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
