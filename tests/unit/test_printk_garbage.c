// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's log that is damaged, moved, or not there: pure code, on the fake kernel and on memory that is made up. */
#include "harness/model/error.h"
#include "tests/unit/printk_machine.h"

#define DYNAMIC_AT 0xffff888000400000

static void expect_failure(const struct kho_vmlinux *vmlinux, const struct kho_image *image, enum kho_error code,
			   const char *reason)
{
	g_autoptr(GError) error = NULL;

	assert_null(kho_printk_log(vmlinux, image, &error));
	assert_true(g_error_matches(error, KHO_ERROR, code));
	assert_non_null(strstr(error->message, reason));
	assert_null(strchr(error->message, '\n'));
}

static void expect_garbage(const struct machine *machine)
{
	g_autoptr(KhoImage) image = kho_image_new();

	made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", image);
	expect_failure(machine->vmlinux, image, KHO_ERROR_HOST, "the kernel's log is not in the memory");
}

/* --- a ring that is garbage --- */

/* Where a record is found does not depend on where the kernel thinks that head and tail are. */
static void head_and_tail(void **state)
{
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "text");
	machine->log.ring.desc_ring.head_id.counter = 0x123456789abcdef;
	machine->log.ring.desc_ring.tail_id.counter = -1;
	machine->log.ring.text_data_ring.head_lpos.counter = 77;
	machine->log.ring.text_data_ring.tail_lpos.counter = INT64_MIN;
	expect_log(machine, "[    1.000000] text\n");
}

static void absurd_counts(void **state)
{
	static const unsigned int counts[] = { 23, 32, 63, 64, 65, 0x80000000, UINT32_MAX };
	static const unsigned int sizes[] = { 0, 3, 28, 32, 63, 64, 0x80000000, UINT32_MAX };
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "text");
	for (gsize i = 0; i < COUNT(counts); i++) {
		machine->log.ring.desc_ring.count_bits = counts[i];
		expect_garbage(machine);
	}
	machine->log.ring.desc_ring.count_bits = LOG_COUNT_BITS;
	for (gsize i = 0; i < COUNT(sizes); i++) {
		machine->log.ring.text_data_ring.size_bits = sizes[i];
		expect_garbage(machine);
	}
}

/* More descriptors than there are in memory, or fewer than were written. */
static void wrong_counts(void **state)
{
	struct machine *machine = *state;

	machine->log.id = 1; /* as it would be at the same place of any ring */
	made_up_log_add(&machine->log, 1, "text");
	machine->log.ring.desc_ring.count_bits = 22;
	expect_log(machine, "[    1.000000] text\n");
	machine->log.ring.desc_ring.count_bits = 0;
	expect_log(machine, "");
}

static void pointers_out_of_the_image(void **state)
{
	static const guint64 addresses[] = { 0, 8, 0xdead000000000000, UINT64_MAX, UINT64_MAX - 7 };
	struct machine *machine = *state;
	struct made_up_log *log = &machine->log, good;

	made_up_log_add(log, 1, "text");
	good = *log;
	for (gsize i = 0; i < COUNT(addresses); i++) {
		log->ring.desc_ring.descs = (struct prb_desc *)addresses[i];
		expect_garbage(machine);
		*log = good;
		log->ring.desc_ring.infos = (struct printk_info *)addresses[i];
		expect_garbage(machine);
		*log = good;
		log->ring.text_data_ring.data = (char *)addresses[i];
		expect_garbage(machine);
		*log = good;
	}
}

/* Half of it was read from the machine: the rest of the records is lost, and no more. */
static void half_an_image(void **state)
{
	struct machine *machine = *state;
	struct made_up_log *log = &machine->log;
	g_autoptr(KhoImage) image = kho_image_new();
	g_autofree char *text = NULL;

	made_up_log_add(log, 1, "in the first half");
	made_up_log_add(log, 2, "here is only a part of the text");
	made_up_log_add(log, 3, "not here");
	kho_image_add(image, fake_kernel_address(machine->vmlinux, "printk_rb_static"), &log->ring, sizeof(log->ring));
	kho_image_add(image, DESCS_AT, log->descs, sizeof(log->descs) - 1);
	kho_image_add(image, INFOS_AT, log->infos, sizeof(log->infos));
	kho_image_add(image, TEXT_AT, log->text, 32 + 20);
	text = kho_printk_log(machine->vmlinux, image, NULL);
	assert_string_equal(text, "[    1.000000] in the first half\n");
}

#define FLOOD_COUNT_BITS 11
#define FLOOD_SIZE_BITS	 17

/* 2048 records of 64 KiB, whose blocks lie over each other: each begins 8 bytes behind the one before. */
static void flood(void **state)
{
	struct machine *machine = *state;
	struct printk_ringbuffer *ring = &machine->log.ring;
	g_autofree struct prb_desc *descs = g_new0(struct prb_desc, 1 << FLOOD_COUNT_BITS);
	g_autofree struct printk_info *infos = g_new0(struct printk_info, 1 << FLOOD_COUNT_BITS);
	g_autofree guint64 *ids = g_new0(guint64, 1 << (FLOOD_SIZE_BITS - 3));
	g_autoptr(KhoImage) image = kho_image_new();
	g_autofree char *text = NULL;

	for (guint i = 0; i < 1 << FLOOD_COUNT_BITS; i++) {
		descs[i].state_var.counter = (gint64)(FINALIZED << 62 | i);
		descs[i].text_blk_lpos = (struct prb_data_blk_lpos){ .begin = 8 * i, .next = 8 * i + 65536 };
		infos[i].text_len = 65535;
		ids[i] = i;
	}
	ring->desc_ring.count_bits = FLOOD_COUNT_BITS;
	ring->text_data_ring.size_bits = FLOOD_SIZE_BITS;
	kho_image_add(image, fake_kernel_address(machine->vmlinux, "printk_rb_static"), ring, sizeof(*ring));
	kho_image_add(image, DESCS_AT, descs, sizeof(*descs) << FLOOD_COUNT_BITS);
	kho_image_add(image, INFOS_AT, infos, sizeof(*infos) << FLOOD_COUNT_BITS);
	kho_image_add(image, TEXT_AT, ids, 1 << FLOOD_SIZE_BITS);
	text = kho_printk_log(machine->vmlinux, image, NULL);
	assert_in_range(strlen(text), 60 * MIB, 64 * MIB);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

/* --- which ring --- */

static void put_pointer(struct kho_image *image, const struct kho_vmlinux *vmlinux, guint64 address)
{
	assert_true(kho_image_add(image, fake_kernel_address(vmlinux, "prb"), &address, sizeof(address)));
}

/* With log_buf_len= the kernel moves to another ring, and `prb` points at it; the old one stays behind. */
static void ring_that_was_moved(void **state)
{
	struct machine *machine = *state;
	struct printk_ringbuffer stale = { .desc_ring.count_bits = 99 };
	g_autoptr(KhoImage) image = kho_image_new();
	g_autofree char *text = NULL;

	made_up_log_add(&machine->log, 1, "moved");
	put_pointer(image, machine->vmlinux, DYNAMIC_AT);
	kho_image_add(image, DYNAMIC_AT, &machine->log.ring, sizeof(machine->log.ring));
	kho_image_add(image, fake_kernel_address(machine->vmlinux, "printk_rb_static"), &stale, sizeof(stale));
	made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", image); /* hidden by the stale one */
	text = kho_printk_log(machine->vmlinux, image, NULL);
	assert_string_equal(text, "[    1.000000] moved\n");
}

/* A pointer that leads nowhere is not followed: the ring that the kernel began with holds the beginning. */
static void pointer_that_is_garbage(void **state)
{
	static const guint64 addresses[] = { 0, 0xdead000000000000, UINT64_MAX, DESCS_AT };
	struct machine *machine = *state;

	made_up_log_add(&machine->log, 1, "at first");
	for (gsize i = 0; i < COUNT(addresses); i++) {
		g_autoptr(KhoImage) image = kho_image_new();
		g_autofree char *text = NULL;

		put_pointer(image, machine->vmlinux, addresses[i]);
		made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", image);
		text = kho_printk_log(machine->vmlinux, image, NULL);
		assert_string_equal(text, "[    1.000000] at first\n");
	}
}

static void no_memory_at_all(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoImage) image = kho_image_new();

	expect_failure(machine->vmlinux, image, KHO_ERROR_HOST, "not in the memory");
}

/* KASLR: the same memory, further up. */
static void slid(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoVmlinux) up = kho_vmlinux_slid(machine->vmlinux, 0x1e000000);
	g_autoptr(KhoImage) image = kho_image_new();
	g_autofree char *text = NULL;

	made_up_log_add(&machine->log, 1, "text");
	made_up_log_put(&machine->log, up, "printk_rb_static", image);
	text = kho_printk_log(up, image, NULL);
	assert_string_equal(text, "[    1.000000] text\n");
	expect_failure(machine->vmlinux, image, KHO_ERROR_HOST, "not in the memory");
}

/* --- other kernels --- */

static void kernels_without(void **state)
{
	static const struct {
		const char *name, *reason;
	} cases[] = {
		{ "printk_ringbuffer", "the vmlinux does not describe struct printk_ringbuffer" },
		{ "infos", "the vmlinux does not describe struct prb_desc_ring: infos" },
		{ "printk_info", "the vmlinux does not describe struct printk_info" },
		{ "state_var", "the vmlinux does not describe struct prb_desc: state_var" },
	};
	g_autoptr(KhoImage) image = kho_image_new();
	g_autoptr(KhoVmlinux) no_types = kho_vmlinux_open(FAKE_KERNEL_NO_TYPES, NULL);

	for (gsize i = 0; i < COUNT(cases); i++) {
		g_autoptr(KhoVmlinux) vmlinux = fake_kernel_without(cases[i].name);

		expect_failure(vmlinux, image, KHO_ERROR_INPUT, cases[i].reason);
	}
	expect_failure(no_types, image, KHO_ERROR_INPUT, "the vmlinux does not describe struct printk_ringbuffer");
}

/* Without the pointer the first ring will do, without that one the pointer; without both there is no log. */
static void kernels_without_symbols(void **state)
{
	struct machine *machine = *state;
	g_autoptr(KhoVmlinux) no_pointer = fake_kernel_without("prb"),
			      no_static = fake_kernel_without("printk_rb_static");
	g_autoptr(KhoImage) image = kho_image_new();
	g_autofree char *text = NULL;

	made_up_log_add(&machine->log, 1, "text");
	made_up_log_put(&machine->log, machine->vmlinux, "printk_rb_static", image);
	text = kho_printk_log(no_pointer, image, NULL);
	assert_string_equal(text, "[    1.000000] text\n");
	expect_failure(no_static, image, KHO_ERROR_HOST, "not in the memory");
}

static void kernel_without_any_symbol(void **state)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);
	g_autoptr(KhoVmlinux) vmlinux = NULL;
	g_autoptr(KhoImage) image = kho_image_new();

	fake_kernel_rename(bytes, length, "prb");
	fake_kernel_rename(bytes, length, "printk_rb_static");
	vmlinux = fake_kernel_open_bytes(bytes, length, NULL);
	expect_failure(vmlinux, image, KHO_ERROR_INPUT, "the vmlinux has no symbol 'prb'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(head_and_tail),
		TEST(absurd_counts),
		TEST(wrong_counts),
		TEST(pointers_out_of_the_image),
		TEST(half_an_image),
		TEST(flood),
		TEST(ring_that_was_moved),
		TEST(pointer_that_is_garbage),
		TEST(no_memory_at_all),
		TEST(slid),
		TEST(kernels_without),
		TEST(kernels_without_symbols),
		TEST(kernel_without_any_symbol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
