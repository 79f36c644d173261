// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reads a dead machine's memory, with a few bytes changed in the vmlinux or in the memory: never a crash, never
 * for ever, and what comes out is a clean log, sane tables, or one line.
 */
#include "harness/handover/memblock.h"
#include "harness/handover/printk.h"
#include "harness/handover/unwind.h"
#include "harness/model/error.h"
#include "harness/model/random.h"
#include "tests/unit/made_up_log.h"
#include "tests/unit/made_up_memblock.h"

#define SECONDS	    300
#define FILE_ROUNDS 1500
#define DEAD_ROUNDS 1500

#define STACK_AT 0xffffffff81803f00

/* What the machine's memory holds. */
struct dead {
	struct made_up_log log;
	struct made_up_memblock memblock;
	guint64 stack[32];
};

/* How often each way was taken. */
struct tally {
	guint opened, logs, tables, frames;
};

static void make_up(struct dead *dead, const struct kho_vmlinux *vmlinux)
{
	guint64 start_kernel = fake_kernel_address(vmlinux, "start_kernel");

	made_up_log_init(&dead->log);
	for (guint i = 0; i < 12; i++)
		made_up_log_add(&dead->log, i, i % 3 ? "a record of the dead machine" : "two\nlines");
	made_up_memblock_init(&dead->memblock);
	for (guint64 i = 0; i < 6; i++) {
		made_up_memory(&dead->memblock, i * GIB, GIB, i % 2 ? KHO_MEMBLOCK_KHO_SCRATCH : 0);
		made_up_reserve(&dead->memblock, i * GIB + MIB, i * MIB);
	}
	for (guint i = 0; i < COUNT(dead->stack); i += 4) {
		dead->stack[i] = STACK_AT + 8 * (i + 4);
		dead->stack[i + 1] = start_kernel + 5;
		dead->stack[i + 2] = start_kernel + 21;
	}
}

/* To be freed. */
static struct kho_image *save(const struct dead *dead, const struct kho_vmlinux *vmlinux)
{
	struct kho_image *image = kho_image_new();

	made_up_log_put(&dead->log, vmlinux, "printk_rb_static", image);
	made_up_memblock_put(&dead->memblock, vmlinux, image);
	kho_image_add(image, STACK_AT, dead->stack, sizeof(dead->stack));
	return image;
}

/* Changes, clears or doubles a few bytes. */
static void mutate(struct kho_random *random, void *bytes, gsize length)
{
	guint8 *at = (guint8 *)bytes + kho_random_below(random, length);
	gsize count = 1 + kho_random_below(random, 16), left = (guint8 *)bytes + length - at;

	count = MIN(count, left);
	switch (kho_random_below(random, 5)) {
	case 0:
		*at ^= 1u << kho_random_below(random, 8);
		break;
	case 1:
		*at = kho_random_next(random);
		break;
	case 2:
		memset(at, 0, count);
		break;
	case 3:
		memset(at, 0xff, count);
		break;
	case 4:
		memmove(at, (guint8 *)bytes + kho_random_below(random, length - count + 1), count);
		break;
	}
}

/* --- what must hold --- */

static void expect_line(const GError *error)
{
	assert_non_null(error);
	assert_int_equal(error->domain, KHO_ERROR);
	assert_null(strchr(error->message, '\n'));
}

static bool check_log(const struct kho_vmlinux *vmlinux, const struct kho_image *image)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = kho_printk_log(vmlinux, image, &error);

	if (!text) {
		expect_line(error);
		return false;
	}
	assert_true(g_utf8_validate(text, -1, NULL));
	return *text;
}

static void check_table(const GArray *table)
{
	for (guint i = 0; i < table->len; i++) {
		const struct kho_memblock_region *region = &g_array_index(table, struct kho_memblock_region, i);
		g_autofree char *flags = kho_memblock_flags_text(region->flags);

		assert_true(region->base + region->size >= region->base);
		assert_true(*flags);
	}
}

static bool check_memblock(const struct kho_vmlinux *vmlinux, const struct kho_image *image)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoMemblock) memblock = kho_memblock_read(vmlinux, image, &error);

	if (!memblock) {
		expect_line(error);
		return false;
	}
	check_table(memblock->memory);
	check_table(memblock->reserved);
	assert_true(memblock->scratch_largest <= memblock->scratch_free);
	assert_true(memblock->scratch_free <= memblock->scratch);
	return true;
}

static bool check_stack(const struct kho_vmlinux *vmlinux, const struct kho_image *image)
{
	struct kho_cpu_registers registers = { .have_rip = true, .rip = 1, .rsp = STACK_AT, .rbp = STACK_AT };
	g_autoptr(GPtrArray) frames = kho_unwind(vmlinux, image, &registers);

	assert_in_range(frames->len, 1, 1 + 16 * KIB / 8);
	for (guint i = 0; i < frames->len; i++) {
		g_autofree char *text = kho_frame_text(frames->pdata[i]);

		assert_true(*text);
	}
	return frames->len > 1;
}

static void check_all(const struct kho_vmlinux *vmlinux, const struct kho_image *image, struct tally *tally)
{
	tally->logs += check_log(vmlinux, image);
	tally->tables += check_memblock(vmlinux, image);
	tally->frames += check_stack(vmlinux, image);
}

/* --- the two sides --- */

static void damaged_vmlinux(void **state)
{
	gsize length;
	g_autofree char *bytes = fake_kernel_bytes(&length);
	g_autoptr(KhoVmlinux) good = fake_kernel_open();
	g_autoptr(KhoImage) image = NULL;
	struct tally tally = { 0 };
	struct dead dead = { 0 };

	make_up(&dead, good);
	image = save(&dead, good);
	for (guint64 round = 0; round < FILE_ROUNDS; round++) {
		struct kho_random random = kho_random_start(2026, round);
		g_autofree char *damaged = g_memdup2(bytes, length);
		gsize left = kho_random_below(&random, 20) ? length : kho_random_below(&random, length);
		g_autoptr(KhoVmlinux) vmlinux = NULL;
		g_autoptr(GError) error = NULL;

		for (guint64 changes = 1 + kho_random_below(&random, 30); changes; changes--)
			mutate(&random, damaged, length);
		vmlinux = fake_kernel_open_bytes(damaged, left, &error);
		if (!vmlinux) {
			expect_line(error);
			continue;
		}
		tally.opened++;
		check_all(vmlinux, image, &tally);
	}
	made_up_memblock_clear(&dead.memblock);
	print_message("opened %u, logs %u, tables %u, stacks %u\n", tally.opened, tally.logs, tally.tables,
		      tally.frames);
	assert_in_range(tally.opened, FILE_ROUNDS / 4, FILE_ROUNDS - 20);
	assert_in_range(tally.logs, 20, tally.opened - 20);
	assert_in_range(tally.tables, 20, tally.opened - 20);
	assert_in_range(tally.frames, 20, tally.opened);
}

static void damage_memory(struct kho_random *random, struct dead *dead)
{
	struct {
		void *bytes;
		gsize length;
	} parts[] = {
		{ &dead->log.ring, sizeof(dead->log.ring) },
		{ dead->log.descs, sizeof(dead->log.descs) },
		{ dead->log.infos, sizeof(dead->log.infos) },
		{ dead->log.text, sizeof(dead->log.text) },
		{ &dead->memblock.memblock, sizeof(dead->memblock.memblock) },
		{ dead->memblock.memory->data, dead->memblock.memory->len * sizeof(struct memblock_region) },
		{ dead->memblock.reserved->data, dead->memblock.reserved->len * sizeof(struct memblock_region) },
		{ dead->stack, sizeof(dead->stack) },
	};

	for (guint64 changes = 1 + kho_random_below(random, 12); changes; changes--) {
		gsize part = kho_random_below(random, COUNT(parts));

		mutate(random, parts[part].bytes, parts[part].length);
	}
}

static void damaged_memory(void **state)
{
	g_autoptr(KhoVmlinux) vmlinux = fake_kernel_open();
	struct tally tally = { 0 };

	for (guint64 round = 0; round < DEAD_ROUNDS; round++) {
		struct kho_random random = kho_random_start(2027, round);
		g_autoptr(KhoImage) image = NULL;
		struct dead dead = { 0 };

		make_up(&dead, vmlinux);
		damage_memory(&random, &dead);
		image = save(&dead, vmlinux);
		check_all(vmlinux, image, &tally);
		made_up_memblock_clear(&dead.memblock);
	}
	print_message("logs %u, tables %u, stacks %u\n", tally.logs, tally.tables, tally.frames);
	assert_in_range(tally.logs, DEAD_ROUNDS / 4, DEAD_ROUNDS - 20);
	assert_in_range(tally.tables, DEAD_ROUNDS / 4, DEAD_ROUNDS - 20);
	assert_in_range(tally.frames, DEAD_ROUNDS / 4, DEAD_ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_vmlinux),
		cmocka_unit_test(damaged_memory),
	};

	alarm(SECONDS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
