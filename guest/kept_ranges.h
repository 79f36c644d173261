/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in physical memory that lies which is preserved: bytes, half-open, in order of address. */
#ifndef KHO_GUEST_KEPT_RANGES_H
#define KHO_GUEST_KEPT_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_RANGES_MAX 512 /* more are not told apart: then nothing is */

struct kept_range {
	uint64_t start, end;
};

struct kept_ranges {
	struct kept_range *ranges; /* in the order in which pages were added, until kept_ranges_sort() */
	size_t count, room;
	bool lost; /* they are not all: too many, no memory, or pages whose address is not to be had */
};

/* Adds @bytes from @address on. */
void kept_ranges_add(struct kept_ranges *kept, uint64_t address, uint64_t bytes);

/* Adds the pages of a memfd, which must not move any more. */
void kept_ranges_add_memfd(struct kept_ranges *kept, int fd, uint64_t bytes);

/* Sorts, and joins what touches. */
void kept_ranges_sort(struct kept_ranges *kept);
void kept_ranges_free(struct kept_ranges *kept);

#endif
