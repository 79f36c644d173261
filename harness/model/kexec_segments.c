// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/kexec_segments.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX (1ULL << 52)

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

static enum kho_segment_kind kind_at(const struct kho_kexec_segments *segments, uint64_t start)
{
	for (int kind = KHO_SEGMENT_OTHER + 1; kind < KHO_NR_SEGMENT_KINDS; kind++)
		if (segments->at[kind] && segments->at[kind] == start)
			return kind;
	/* kho_fill_kimage() loads its list before anything else. */
	return segments->segments->len ? KHO_SEGMENT_OTHER : KHO_SEGMENT_SCRATCH_LIST;
}

/* "segment[0]: buf=0x(____ptrval____) bufsz=0x60 mem=0xbb7f0000 memsz=0x1000" */
static void take_segment(struct kho_kexec_segments *segments, const char *text)
{
	const char *mem = strstr(text, " mem=0x"), *memsz = strstr(text, " memsz=0x");
	struct kho_segment segment;
	unsigned int number;

	if (sscanf(text, "segment[%u]:", &number) != 1 || number != segments->segments->len || !mem || !memsz ||
	    sscanf(mem, " mem=0x%" SCNx64, &segment.start) != 1 ||
	    sscanf(memsz, " memsz=0x%" SCNx64, &segment.size) != 1 || segment.start >= ADDRESS_MAX ||
	    segment.size >= ADDRESS_MAX || number >= segments->expected) {
		segments->garbled = true;
		return;
	}
	segment.kind = kind_at(segments, segment.start);
	g_array_append_val(segments->segments, segment);
}

/* "nr_segments = 5": their list follows. */
static void begin_list(struct kho_kexec_segments *segments, const char *text)
{
	segments->garbled = sscanf(text, "nr_segments = %u", &segments->expected) != 1 || !segments->expected ||
			    segments->expected > KHO_KEXEC_SEGMENTS_MAX;
	g_array_set_size(segments->segments, 0);
}

void kho_kexec_segments_take(struct kho_kexec_segments *segments, const char *line)
{
	const char *text;

	for (gsize i = 0; i < G_N_ELEMENTS(loaded); i++) {
		text = strstr(line, loaded[i].text);
		if (text)
			segments->at[loaded[i].kind] = g_ascii_strtoull(text + strlen(loaded[i].text), NULL, 16);
	}
	if (!strstr(line, "kexec_file: ") && !strstr(line, "kexec-"))
		return;
	text = strstr(line, "nr_segments = ");
	if (text)
		begin_list(segments, text);
	text = strstr(line, "segment[");
	if (text)
		take_segment(segments, text);
}

bool kho_kexec_segments_complete(const struct kho_kexec_segments *segments)
{
	if (segments->garbled || !segments->expected || segments->segments->len != segments->expected)
		return false;
	for (guint i = 0; i < segments->segments->len; i++)
		if (g_array_index(segments->segments, struct kho_segment, i).kind == KHO_SEGMENT_KERNEL)
			return true;
	return false;
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
