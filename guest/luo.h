/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A payload handed over as a memfd by the Live Update Orchestrator, /dev/liveupdate (6.19 to 7.3).
 * Its content is derived from the run id, so that a successor that finds it intact has proven
 * whose successor it is.
 */
#ifndef KHO_GUEST_LUO_H
#define KHO_GUEST_LUO_H

#include <stdbool.h>
#include <stddef.h>

bool luo_is_there(void);

/*
 * Preserves @bytes of memory. The session lives as long as this process: nothing is closed.
 * NULL: done; otherwise the step that failed, and errno says why.
 */
const char *luo_preserve(const char *run, size_t bytes);

/* Retrieves the payload and compares every byte. NULL: intact; otherwise what is wrong. */
const char *luo_verify(const char *run, size_t *bytes);

#endif
