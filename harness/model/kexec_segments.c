// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/kexec_segments.h"

#include <string.h>

#include "harness/model/log_line.h"

#define ADDRESS_MAX (1ULL << 52)
#define PAGE	    4096 /* the smallest that there is */

/* What arch/x86/kernel/kexec-bzimage64.c and arch/arm64/kernel/kexec_image.c, machine_kexec_file.c say. */
static const struct {
	const char *text;
	enum kho_segment_kind kind;
} loaded[] = {
	{ "Loaded purgatory at 0x", KHO_SEGMENT_PURGATORY },
	{ "Loaded boot_param, command line and misc at 0x", KHO_SEGMENT_BOOT_PARAMS },
	{ "Loaded 64bit kernel at 0x", KHO_SEGMENT_KERNEL },
	{ "Loaded kernel at 0x", KHO_SEGMENT_KERNEL },
	{ "Loaded initrd at 0x", KHO_SEGMENT_INITRD },
};

void kho_kexec_segments_init(struct kho_kexec_segments *segments)
{
	*segments = (struct kho_kexec_segments){ .segments = g_array_new(FALSE, TRUE, sizeof(struct kho_segment)) };
}

void kho_kexec_segments_clear(struct kho_kexec_segments *segments)
{
	g_clear_pointer(&segments->segments, g_array_unref);
}

static struct kho_segment *segment_at(const struct kho_kexec_segments *segments, guint i)
{
	return &g_array_index(segments->segments, struct kho_segment, i);
}

/* --- the list is there --- */

static bool name_segment(const struct kho_kexec_segments *segments, enum kho_segment_kind kind)
{
	for (guint i = 0; i < segments->segments->len; i++) {
		struct kho_segment *segment = segment_at(segments, i);

		if (segment->start == segments->at[kind] && segment->kind == KHO_SEGMENT_OTHER) {
			segment->kind = kind;
			return true;
		}
	}
	return false;
}

/*
 * kimage_file_prepare_segments(): kho_fill_kimage() loads its list right before the loader begins, and before it there
 * is at most IMA's.
 */
static void name_scratch_list(const struct kho_kexec_segments *segments)
{
	for (guint i = 0; i + 1 < segments->segments->len; i++) {
		if (segment_at(segments, i)->kind != KHO_SEGMENT_OTHER)
			return;
		if (segment_at(segments, i + 1)->kind != KHO_SEGMENT_OTHER)
			segment_at(segments, i)->kind = KHO_SEGMENT_SCRATCH_LIST;
	}
}

static void name_segments(struct kho_kexec_segments *segments)
{
	for (int kind = 0; kind < KHO_NR_SEGMENT_KINDS; kind++)
		if (segments->at[kind])
			segments->garbled |= !name_segment(segments, kind);
	name_scratch_list(segments);
}

/* --- lines --- */

static bool overlaps(const struct kho_kexec_segments *segments, const struct kho_segment *segment)
{
	for (guint i = 0; i < segments->segments->len; i++) {
		const struct kho_segment *other = segment_at(segments, i);

		if (segment->start < other->start + other->size && other->start < segment->start + segment->size)
			return true;
	}
	return false;
}

/* "0]: buf=0x(____ptrval____) bufsz=0x60 mem=0xbb7f0000 memsz=0x1000" */
static void take_segment(struct kho_kexec_segments *segments, struct kho_log_line *line)
{
	struct kho_segment segment = { .kind = KHO_SEGMENT_OTHER };
	uint64_t number = kho_log_decimal(line, KHO_KEXEC_SEGMENTS_MAX - 1), bytes;

	kho_log_expect(line, "]: buf=");
	line->rest += strcspn(line->rest, " ");
	kho_log_expect(line, " bufsz=0x");
	bytes = kho_log_hex(line, ADDRESS_MAX);
	kho_log_expect(line, " mem=0x");
	segment.start = kho_log_hex(line, ADDRESS_MAX - 1);
	kho_log_expect(line, " memsz=0x");
	segment.size = kho_log_hex(line, ADDRESS_MAX - segment.start);
	kho_log_end(line);
	segments->garbled |= line->unfit || number != segments->segments->len || number >= segments->expected ||
			     !segment.size || segment.start % PAGE || segment.size % PAGE || bytes > segment.size ||
			     overlaps(segments, &segment);
	if (segments->garbled)
		return;
	g_array_append_val(segments->segments, segment);
	if (segments->segments->len == segments->expected)
		name_segments(segments);
}

/* "5": their list follows. */
static void begin_list(struct kho_kexec_segments *segments, struct kho_log_line *line)
{
	segments->expected = (unsigned int)kho_log_decimal(line, KHO_KEXEC_SEGMENTS_MAX);
	kho_log_end(line);
	segments->garbled |= line->unfit || !segments->expected;
	g_array_set_size(segments->segments, 0);
}

/* "(____ptrval____) kernel_size: 0x277400": a load begins. */
static void begin_load(struct kho_kexec_segments *segments)
{
	g_array_set_size(segments->segments, 0);
	memset(segments->at, 0, sizeof(segments->at));
	segments->expected = 0;
	segments->garbled = false;
}

/* "bb7f9000 bufsz=0x11d0 memsz=0x2000"; of a purgatory only where it is. */
static void take_loaded(struct kho_kexec_segments *segments, struct kho_log_line *line, enum kho_segment_kind kind)
{
	uint64_t start = kho_log_hex(line, ADDRESS_MAX - 1);

	if (kho_log_skip(line, " bufsz=0x")) {
		kho_log_hex(line, ADDRESS_MAX);
		kho_log_expect(line, " memsz=0x");
		kho_log_hex(line, ADDRESS_MAX);
	}
	kho_log_end(line);
	segments->garbled |= line->unfit || !start || segments->at[kind];
	segments->at[kind] = start;
}

/* Each loader has its own prefix, such as "kexec-bzImage64: " and "kexec_file(Image): ". */
static struct kho_log_line behind_prefix(const char *message)
{
	const char *colon = g_str_has_prefix(message, "kexec") ? strstr(message, ": ") : NULL;

	return (struct kho_log_line){ .rest = colon ? colon + 2 : "" };
}

void kho_kexec_segments_take(struct kho_kexec_segments *segments, const char *line)
{
	struct kho_log_line text = behind_prefix(kho_log_message(line));

	if (kho_log_skip(&text, "kernel: "))
		begin_load(segments);
	else if (kho_log_skip(&text, "nr_segments = "))
		begin_list(segments, &text);
	else if (kho_log_skip(&text, "segment["))
		take_segment(segments, &text);
	for (gsize i = 0; i < G_N_ELEMENTS(loaded); i++)
		if (kho_log_skip(&text, loaded[i].text))
			take_loaded(segments, &text, loaded[i].kind);
}

bool kho_kexec_segments_complete(const struct kho_kexec_segments *segments)
{
	return !segments->garbled && segments->expected && segments->segments->len == segments->expected &&
	       segments->at[KHO_SEGMENT_KERNEL];
}

static const char *const kinds[KHO_NR_SEGMENT_KINDS] = {
	[KHO_SEGMENT_OTHER] = "other",	       [KHO_SEGMENT_SCRATCH_LIST] = "scratch-list",
	[KHO_SEGMENT_PURGATORY] = "purgatory", [KHO_SEGMENT_BOOT_PARAMS] = "boot-params",
	[KHO_SEGMENT_KERNEL] = "kernel",       [KHO_SEGMENT_INITRD] = "initrd",
};

const char *kho_segment_kind_text(enum kho_segment_kind kind)
{
	g_return_val_if_fail(kind < KHO_NR_SEGMENT_KINDS, "?");
	return kinds[kind];
}

bool kho_segment_kind_from_text(const char *text, enum kho_segment_kind *kind)
{
	for (int i = 0; i < KHO_NR_SEGMENT_KINDS; i++) {
		if (g_str_equal(text, kinds[i])) {
			*kind = i;
			return true;
		}
	}
	return false;
}
