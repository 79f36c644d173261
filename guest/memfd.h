/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory with a content that can be checked: memfds, filled with what follows from the run id and a token, so that a
 * successor that finds one intact has proven whose successor it is. Whatever fails, errno says why.
 */
#ifndef KHO_GUEST_MEMFD_H
#define KHO_GUEST_MEMFD_H

#include <stdbool.h>
#include <stdint.h>

#define MEMFD_ANY_NODE	-1
#define MEMFD_MAX_NODES 1024 /* NODES_SHIFT is at most 10 */

/* A new one of @bytes (a multiple of 4 KiB), filled, its memory on Linux's node @node, below MEMFD_MAX_NODES; -1. */
int memfd_new(const char *run, uint64_t token, uint64_t bytes, int node);

/* Compares every byte with what memfd_new() put there. False with errno 0: it differs. */
bool memfd_is_intact(int fd, const char *run, uint64_t token, uint64_t *bytes);

/*
 * Calls @visit with the physical address of each page that it lies in. False: they are not to be had (not root, or no
 * CONFIG_PROC_PAGE_MONITOR).
 */
bool memfd_walk(int fd, uint64_t bytes, void (*visit)(uint64_t address, void *context), void *context);

#endif
