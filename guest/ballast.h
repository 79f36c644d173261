/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes free memory of a node away without touching it, in the order in which the kernel gives it out: as huge pages in
 * the pool of hugetlb, which clears them only when somebody uses one. Whoever wants memory at another place takes away
 * what would come first.
 */
#ifndef KHO_GUEST_BALLAST_H
#define KHO_GUEST_BALLAST_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that are free on Linux's node @node; 0 if nobody says. */
uint64_t ballast_free_memory(unsigned int node);

/* Takes about @bytes more. False: the kernel gave none. */
bool ballast_grow(unsigned int node, uint64_t bytes);

/* Gives all of the node's back. */
void ballast_drop(unsigned int node);

/* The number behind @key in the text of a file like /proc/meminfo or a node's, in bytes; 0 if it is not there. */
uint64_t ballast_parse_kilobytes(const char *text, const char *key);

#endif
