/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that a payload wants preserved: where the request says, in memfds that go through the Live Update
 * Orchestrator. */
#ifndef KHO_GUEST_KEEP_H
#define KHO_GUEST_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/kept_ranges.h"
#include "guest/memory_map.h"

/* Tokens of files that are kept: [first, end). Not each has a file. */
#define KEEP_FIRST_TOKEN 2
#define KEEP_END_TOKEN	 4096

enum keep_scatter { KEEP_BLOCK, KEEP_EACH_GIB, KEEP_RANDOM };

struct keep_request {
	uint64_t bytes; /* in all; with KEEP_EACH_GIB: in each block */
	enum keep_scatter scatter;
	uint32_t seed;
	int node; /* Linux's number; -1: any */
};

/* The text behind KHO_WORD_KEEP. */
bool keep_parse(const char *text, struct keep_request *request);

/*
 * Preserves it in files of @session; *@bytes becomes how much it is, and where it lies is added to @kept. NULL: done;
 * otherwise the step that failed, and errno says why. What is preserved stays open.
 */
const char *keep_preserve(int session, const char *run, const struct keep_request *request,
			  const struct memory_map *map, uint64_t *bytes, struct kept_ranges *kept);

/* Takes what there is, and compares every byte. NULL: intact; otherwise what is wrong. */
const char *keep_verify(int session, const char *run, uint64_t *bytes);

/* Is there enough of @range in block @block of 1 GiB that something can be kept there? The kernel needs some itself. */
bool keep_block_counts(const struct kho_memory_range *range, uint64_t block);

#endif
