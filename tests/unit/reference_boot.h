/* SPDX-License-Identifier: GPL-2.0-only */
/* A recorded boot of two-even, which other machines are scaled from. */
#ifndef KHO_TESTS_REFERENCE_BOOT_H
#define KHO_TESTS_REFERENCE_BOOT_H

#include "harness/model/scaled_boot.h"
#include "harness/report/trace_file.h"
#include "tests/unit/test.h"

#define REFERENCE "tests/golden/reference-two-even.trace"

static struct kho_cell reference_cell = { .id = (char *)"k/two-even/64M,256M,64M",
					  .kernel = (char *)"k",
					  .successor = (char *)"k" };

static inline struct kho_result *reference_of(const char *text)
{
	static const struct kho_memory_range ranges[] = { { 0x1000, 0x9f000, 0 },
							  { 0x100000, 0xbffe0000, 0 },
							  { 0x100000000, 0x140000000, 0 },
							  { 0x140000000, 0x240000000, 1 } };
	static const struct kho_segment segments[] = { { KHO_SEGMENT_SCRATCH_LIST, 0xbb7f0000, 0x1000 },
						       { KHO_SEGMENT_PURGATORY, 0xbb7fb000, 0x5000 },
						       { KHO_SEGMENT_BOOT_PARAMS, 0xbb7f9000, 0x2000 },
						       { KHO_SEGMENT_KERNEL, 0xbaa00000, 0xc14000 },
						       { KHO_SEGMENT_INITRD, 0xbb681000, 0x16f000 } };
	struct kho_result *result = kho_result_new(&reference_cell);
	g_autoptr(GArray) events = kho_trace_parse(REFERENCE, text, NULL);

	result->have_geometry = true;
	result->geometry = (struct kho_geometry){ 64, 4096, 2 * MIB, 32768, true };
	g_array_append_vals(result->ranges, ranges, COUNT(ranges));
	g_array_append_vals(result->segments, segments, COUNT(segments));
	if (events)
		g_array_append_vals(result->events, events->data, events->len);
	return result;
}

static inline char *reference_text(void)
{
	char *text;

	assert_true(g_file_get_contents(REFERENCE, &text, NULL, NULL));
	return text;
}

static inline struct kho_result *reference(void)
{
	g_autofree char *text = reference_text();
	struct kho_result *result = reference_of(text);

	assert_in_range(result->events->len, 50, 100);
	return result;
}

#endif
