// SPDX-License-Identifier: GPL-2.0-only
/* What kernels say with KEXEC_FILE_DEBUG of where they put a successor. */
#include <string.h>

#include "harness/model/kexec_segments.h"
#include "harness/model/random.h"
#include "tests/unit/test.h"

#define BEGIN "[    0.7] kexec_file: kernel: 00000000d2f3a1c7 kernel_size: 0x277400"

/* 6.19.6, two-even/64M,256M,64M */
static const char *const real[] = {
	BEGIN,
	"[    1.112680] kexec-bzImage64: Loaded purgatory at 0xbb7fb000\r",
	"[    1.113659] kexec-bzImage64: Loaded boot_param, command line and misc at 0xbb7f9000 bufsz=0x11d0 "
	"memsz=0x2000\r",
	"[    1.114232] kexec-bzImage64: Loaded 64bit kernel at 0xbaa00000 bufsz=0x277400 memsz=0xc14000\r",
	"[    1.114632] kexec-bzImage64: Loaded initrd at 0xbb681000 bufsz=0x16ea00 memsz=0x16ea00\r",
	"[    1.114700] kexec-bzImage64: Final command line is: Loaded initrd at 0x\r",
	"[    1.435886] kexec_file: nr_segments = 5\r",
	"[    1.436423] kexec_file: segment[0]: buf=0x(____ptrval____) bufsz=0x40 mem=0xbb7f0000 memsz=0x1000\r",
	"[    1.437670] kexec_file: segment[1]: buf=0x00000000aabbccdd bufsz=0x4000 mem=0xbb7fb000 memsz=0x5000\r",
	"[    1.438212] kexec_file: segment[2]: buf=0x(____ptrval____) bufsz=0x11d0 mem=0xbb7f9000 memsz=0x2000\r",
	"[    1.438591] kexec_file: segment[3]: buf=0x(____ptrval____) bufsz=0x277400 mem=0xbaa00000 memsz=0xc14000\r",
	"[    1.483447] kexec_file: segment[4]: buf=0x(____ptrval____) bufsz=0x16ea00 mem=0xbb681000 memsz=0x16f000\r",
	"[    1.49] kexec_file: kexec_file_load: type:0, start:0xbb7fb000 head:0x0 flags:0x8\r",
	NULL,
};

static const struct kho_segment expected[] = {
	{ KHO_SEGMENT_SCRATCH_LIST, 0xbb7f0000, 0x1000 }, { KHO_SEGMENT_PURGATORY, 0xbb7fb000, 0x5000 },
	{ KHO_SEGMENT_BOOT_PARAMS, 0xbb7f9000, 0x2000 },  { KHO_SEGMENT_KERNEL, 0xbaa00000, 0xc14000 },
	{ KHO_SEGMENT_INITRD, 0xbb681000, 0x16f000 },
};

static void take(struct kho_kexec_segments *segments, const char *const *lines)
{
	kho_kexec_segments_init(segments);
	for (; *lines; lines++)
		kho_kexec_segments_take(segments, *lines);
}

#define TAKE(segments, ...) take(segments, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_segments(const struct kho_kexec_segments *segments, const struct kho_segment *wanted, guint count)
{
	assert_true(kho_kexec_segments_complete(segments));
	assert_int_equal(segments->segments->len, count);
	for (guint i = 0; i < count; i++) {
		const struct kho_segment *segment = &g_array_index(segments->segments, struct kho_segment, i);

		assert_int_equal(segment->kind, wanted[i].kind);
		assert_int_equal(segment->start, wanted[i].start);
		assert_int_equal(segment->size, wanted[i].size);
	}
}

static void test_real(void **state)
{
	struct kho_kexec_segments segments;

	take(&segments, real);
	assert_segments(&segments, expected, COUNT(expected));
	/* Once more: the later load counts. */
	for (guint i = 0; real[i]; i++)
		kho_kexec_segments_take(&segments, real[i]);
	assert_segments(&segments, expected, COUNT(expected));
	kho_kexec_segments_clear(&segments);
}

/* A load that fails halfway leaves nothing behind for the next one. */
static void test_failed_load(void **state)
{
	struct kho_kexec_segments segments;

	TAKE(&segments, BEGIN, "kexec-bzImage64: Loaded purgatory at 0x1000",
	     "kexec-bzImage64: Loaded initrd at 0x2000 bufsz=0x10 memsz=0x10", BEGIN,
	     "kexec-bzImage64: Loaded 64bit kernel at 0x100000 bufsz=0x1000 memsz=0x1000",
	     "kexec_file: nr_segments = 2", "kexec_file: segment[0]: buf=0x0 bufsz=0x30 mem=0x10000 memsz=0x1000",
	     "kexec_file: segment[1]: buf=0x0 bufsz=0x1000 mem=0x100000 memsz=0x1000");
	assert_segments(&segments,
			(const struct kho_segment[]){ { KHO_SEGMENT_SCRATCH_LIST, 0x10000, 0x1000 },
						      { KHO_SEGMENT_KERNEL, 0x100000, 0x1000 } },
			2);
	kho_kexec_segments_clear(&segments);
}

/* IMA's measurements come before the list of scratch areas, a device tree behind the kernel. */
static void test_other_kinds(void **state)
{
	struct kho_kexec_segments segments;

	TAKE(&segments, BEGIN, "kexec_file(Image): Loaded kernel at 0x40000000 bufsz=0x1000 memsz=0x2000",
	     "kexec_file: Loaded initrd at 0x50000000 bufsz=0x1000 memsz=0x1000",
	     "kexec_file: Loaded dtb at 0x60000000 bufsz=0x10 memsz=0x1000", "kexec_file: nr_segments = 5",
	     "kexec_file: segment[0]: buf=0x0 bufsz=0x1000 mem=0x10000 memsz=0x1000",
	     "kexec_file: segment[1]: buf=0x0 bufsz=0x30 mem=0x20000 memsz=0x1000",
	     "kexec_file: segment[2]: buf=0x0 bufsz=0x1000 mem=0x40000000 memsz=0x2000",
	     "kexec_file: segment[3]: buf=0x0 bufsz=0x1000 mem=0x50000000 memsz=0x1000",
	     "kexec_file: segment[4]: buf=0x0 bufsz=0x10 mem=0x60000000 memsz=0x1000");
	assert_segments(&segments,
			(const struct kho_segment[]){ { KHO_SEGMENT_OTHER, 0x10000, 0x1000 },
						      { KHO_SEGMENT_SCRATCH_LIST, 0x20000, 0x1000 },
						      { KHO_SEGMENT_KERNEL, 0x40000000, 0x2000 },
						      { KHO_SEGMENT_INITRD, 0x50000000, 0x1000 },
						      { KHO_SEGMENT_OTHER, 0x60000000, 0x1000 } },
			5);
	kho_kexec_segments_clear(&segments);
}

/* Each line of a good list replaced by one that is almost right: the list is void. */
static void test_void(void **state)
{
	static const struct {
		guint line;
		const char *text;
	} cases[] = {
		{ 1, "kexec-bzImage64: Loaded purgatory at 0x" },
		{ 1, "kexec-bzImage64: Loaded purgatory at 0xbb7fb00g" },
		{ 1, "kexec-bzImage64: Loaded purgatory at 0xbb7fc000" },
		{ 1, "kexec-bzImage64: Loaded purgatory at 0x0" },
		{ 3, "kexec-bzImage64: Loaded 64bit kernel at 0xbaa00000 bufsz=0x277400 memsz=" },
		{ 3, "kexec-bzImage64: Loaded 64bit kernel at 0xfffffffffffffffff" },
		{ 3, "nothing" },
		{ 4, "kexec-bzImage64: Loaded purgatory at 0xbb7fb000" },
		{ 6, "nothing" },
		{ 6, "kexec_file: nr_segments = 0" },
		{ 6, "kexec_file: nr_segments = 17" },
		{ 6, "kexec_file: nr_segments = 6" },
		{ 6, "kexec_file: nr_segments = 4" },
		{ 6, "kexec_file: nr_segments = -5" },
		{ 6, "kexec_file: nr_segments = 5 "
		     "or so" },
		{ 7, "nothing" },
		{ 8, "nothing" },
		{ 11, "nothing" },
		{ 8, "kexec_file: segment[0]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0x5000" },
		{ 8, "kexec_file: segment[x]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0x5000" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0x0" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0x5001" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb001 memsz=0x5000" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x5001 mem=0xbb7fb000 memsz=0x5000" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0x5000 and" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000" },
		{ 8, "kexec_file: segment[1]: buf=" },
		/* overlaps segment 0; wraps around */
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7ef000 memsz=0x5000" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xbb7fb000 memsz=0xfffffffffffff000" },
		{ 8, "kexec_file: segment[1]: buf=0x0 bufsz=0x4000 mem=0xfffffffffffff000 memsz=0x5000" },
		/* the kernel is not among them */
		{ 10, "kexec_file: segment[3]: buf=0x0 bufsz=0x277400 mem=0x100000 memsz=0xc14000" },
		/* one too many */
		{ 12, "kexec_file: segment[5]: buf=0x0 bufsz=0x1000 mem=0x1000 memsz=0x1000" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kho_kexec_segments segments;
		const char *lines[COUNT(real)];

		memcpy(lines, real, sizeof(real));
		lines[cases[i].line] = cases[i].text;
		take(&segments, lines);
		if (kho_kexec_segments_complete(&segments))
			fail_msg("complete in spite of '%s'", cases[i].text);
		kho_kexec_segments_clear(&segments);
	}
}

static void test_cut_off(void **state)
{
	for (guint length = 0; length < 12; length++) {
		struct kho_kexec_segments segments;
		const char *lines[COUNT(real)] = { NULL };

		memcpy(lines, real, length * sizeof(*real));
		take(&segments, lines);
		assert_false(kho_kexec_segments_complete(&segments));
		kho_kexec_segments_clear(&segments);
	}
}

/* Bytes of the good lines changed at random: what is still complete is still a list of segments. */
static void test_mutations(void **state)
{
	struct kho_random random = kho_random_start(1, 0);

	for (int round = 0; round < 20000; round++) {
		guint victim = (guint)kho_random_below(&random, COUNT(real) - 1);
		struct kho_kexec_segments segments;

		kho_kexec_segments_init(&segments);
		for (guint i = 0; real[i]; i++) {
			g_autofree char *line = g_strdup(real[i]);

			if (i == victim)
				line[kho_random_below(&random, strlen(line))] = (char)kho_random_below(&random, 256);
			kho_kexec_segments_take(&segments, line);
		}
		if (kho_kexec_segments_complete(&segments))
			for (guint i = 0; i < segments.segments->len; i++) {
				const struct kho_segment *segment =
					&g_array_index(segments.segments, struct kho_segment, i);

				assert_true(segment->size && segment->start + segment->size <= 1ULL << 52);
			}
		kho_kexec_segments_clear(&segments);
	}
}

static void test_texts(void **state)
{
	enum kho_segment_kind kind;

	for (int i = 0; i < KHO_NR_SEGMENT_KINDS; i++) {
		assert_true(kho_segment_kind_from_text(kho_segment_kind_text(i), &kind));
		assert_int_equal(kind, i);
	}
	assert_string_equal(kho_segment_kind_text(KHO_SEGMENT_BOOT_PARAMS), "boot-params");
	assert_false(kho_segment_kind_from_text("Kernel", &kind));
	assert_false(kho_segment_kind_from_text("", &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),  cmocka_unit_test(test_failed_load), cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_void),  cmocka_unit_test(test_cut_off),	  cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
