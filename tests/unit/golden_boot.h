/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recorded consoles of real handovers in which both kernels ran with memblock=debug, early-boot-*.console in
 * tests/golden/ (kho-runner cell ID+console --successor-append=memblock=debug; of its console.log only the lines about
 * memblock, memory and segments are kept).
 */
#ifndef KHO_TESTS_GOLDEN_BOOT_H
#define KHO_TESTS_GOLDEN_BOOT_H

#include <stdio.h>
#include <string.h>

#include "estimator/layout.h"
#include "harness/model/early_trace.h"
#include "harness/model/kexec_segments.h"
#include "tests/unit/test.h"

#define ENTERED "kexec_core: Starting new kernel"

struct recorded {
	struct kho_early_trace *first, *successor;
	struct kho_kexec_segments segments;
	GArray *ranges; /* of struct kho_memory_range */
};

static inline void recorded_take_range(struct recorded *recorded, const char *line)
{
	const char *text = strstr(line, "] ");
	struct kho_memory_range range;
	unsigned long long start, last;

	if (!text || sscanf(text + 2, " node %u: [mem 0x%llx-0x%llx]", &range.node, &start, &last) != 3)
		return;
	range.start = start;
	range.end = last + 1;
	g_array_append_val(recorded->ranges, range);
}

static inline void record_take(struct recorded *recorded, const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	bool entered = false;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	recorded->first = kho_early_trace_new();
	recorded->successor = kho_early_trace_new();
	recorded->ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_memory_range));
	kho_kexec_segments_init(&recorded->segments);
	for (char **line = lines; *line; line++) {
		entered |= strstr(*line, ENTERED) != NULL;
		kho_early_trace_take(entered ? recorded->successor : recorded->first, *line);
		if (entered)
			continue;
		kho_kexec_segments_take(&recorded->segments, *line);
		recorded_take_range(recorded, *line);
	}
	assert_true(recorded->first->complete);
	assert_null(recorded->first->fault);
	assert_null(recorded->successor->fault);
	assert_true(kho_kexec_segments_complete(&recorded->segments));
}

static inline void recorded_clear(struct recorded *recorded)
{
	kho_early_trace_free(recorded->first);
	kho_early_trace_free(recorded->successor);
	kho_kexec_segments_clear(&recorded->segments);
	g_array_unref(recorded->ranges);
}

#endif
