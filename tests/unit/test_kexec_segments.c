// SPDX-License-Identifier: GPL-2.0-only
/* What kexec_file_load(2) says of where it put a successor. */
#include "harness/model/kexec_segments.h"
#include "tests/unit/test.h"

static const char *const good[] = {
	"[    1.9] kexec-bzImage64: Loaded purgatory at 0xbb7fb000",
	"[    1.9] kexec-bzImage64: Loaded boot_param, command line and misc at 0xbb7f9000 bufsz=0x11a0 memsz=0x2000",
	"[    1.9] kexec-bzImage64: Loaded 64bit kernel at 0xbaa00000 bufsz=0x277400 memsz=0xc14000",
	"[    1.9] kexec-bzImage64: Loaded initrd at 0xbb681000 bufsz=0x16ea00 memsz=0x16ea00",
	"[    2.1] kexec_file: nr_segments = 5",
	"[    2.1] kexec_file: segment[0]: buf=0x(____ptrval____) bufsz=0x60 mem=0xbb7f0000 memsz=0x1000",
	"[    2.1] kexec_file: segment[1]: buf=0x(____ptrval____) bufsz=0x4000 mem=0xbb7fb000 memsz=0x5000",
	"[    2.1] kexec_file: segment[2]: buf=0x(____ptrval____) bufsz=0x11a0 mem=0xbb7f9000 memsz=0x2000",
	"[    2.1] kexec_file: segment[3]: buf=0x(____ptrval____) bufsz=0x277400 mem=0xbaa00000 memsz=0xc14000",
	"[    2.1] kexec_file: segment[4]: buf=0x(____ptrval____) bufsz=0x16ea00 mem=0xbb681000 memsz=0x16f000",
};

static void take(struct kho_kexec_segments *segments, const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kho_kexec_segments_take(segments, lines[i]);
}

static void test_load(void **state)
{
	static const struct kho_segment expected[] = {
		{ KHO_SEGMENT_SCRATCH_LIST, 0xbb7f0000, 0x1000 }, { KHO_SEGMENT_PURGATORY, 0xbb7fb000, 0x5000 },
		{ KHO_SEGMENT_BOOT_PARAMS, 0xbb7f9000, 0x2000 },  { KHO_SEGMENT_KERNEL, 0xbaa00000, 0xc14000 },
		{ KHO_SEGMENT_INITRD, 0xbb681000, 0x16f000 },
	};
	struct kho_kexec_segments segments;

	kho_kexec_segments_init(&segments);
	/* The second load replaces the first. */
	for (int round = 0; round < 2; round++) {
		take(&segments, good, COUNT(good));
		assert_true(kho_kexec_segments_complete(&segments));
		assert_int_equal(segments.segments->len, COUNT(expected));
	}
	for (guint i = 0; i < COUNT(expected); i++) {
		const struct kho_segment *segment = &g_array_index(segments.segments, struct kho_segment, i);

		assert_int_equal(segment->kind, expected[i].kind);
		assert_int_equal(segment->start, expected[i].start);
		assert_int_equal(segment->size, expected[i].size);
	}
	kho_kexec_segments_clear(&segments);
}

/* Without any one of the lines that count they are not whole. */
static void test_lost_line(void **state)
{
	for (size_t lost = 2; lost < COUNT(good); lost++) {
		struct kho_kexec_segments segments;

		if (lost == 3) /* where the initrd lies is not needed: it is one of the others then */
			continue;
		kho_kexec_segments_init(&segments);
		take(&segments, good, lost);
		take(&segments, good + lost + 1, COUNT(good) - lost - 1);
		assert_false(kho_kexec_segments_complete(&segments));
		kho_kexec_segments_clear(&segments);
	}
}

static void test_garbage(void **state)
{
	static const char *const bad[] = {
		"kexec_file: nr_segments = 4",
		"kexec_file: nr_segments = 0",
		"kexec_file: nr_segments = 1000",
		"kexec_file: nr_segments = x",
		"kexec_file: segment[5]: buf=0x0 bufsz=0x60 mem=0xbb7f0000 memsz=0x1000",
		"kexec_file: segment[9]: buf=0x0 bufsz=0x60 mem=0xbb7f0000 memsz=0x1000",
		"kexec_file: segment[x]",
		"kexec_file: segment[5]: mem=0xffffffffffffffff memsz=0x1000",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct kho_kexec_segments segments;

		kho_kexec_segments_init(&segments);
		take(&segments, good, COUNT(good));
		kho_kexec_segments_take(&segments, bad[i]);
		assert_false(kho_kexec_segments_complete(&segments));
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
	assert_false(kho_segment_kind_from_text("kernels", &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_lost_line),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
