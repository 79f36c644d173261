/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's geometry, from the vmcoreinfo note in /proc/kcore: the one place where
 * a kernel tells sizeof(struct page) and its section size to user space (6.18 to 7.3, CONFIG_PROC_KCORE).
 */
#ifndef KHO_GUEST_GEOMETRY_H
#define KHO_GUEST_GEOMETRY_H

#include <stddef.h>

#include "estimator/sparsemem.h"

/* False: errno says why; ENODATA where vmcoreinfo lacks a line. */
bool geometry_read(struct kho_geometry *geometry);

/* From vmcoreinfo's text, "NAME=VALUE" lines. False where one is missing or makes no sense. */
bool geometry_parse(const char *vmcoreinfo, struct kho_geometry *geometry);

/*
 * The text of the vmcoreinfo note among ELF notes, cut out in place, or NULL. @notes has one byte more than @size:
 * vmcoreinfo is the last note of /proc/kcore and is not padded where its length is a multiple of four.
 */
char *geometry_find_note(char *notes, size_t size);

#endif
