/* SPDX-License-Identifier: GPL-2.0-only */
/* What KHO shows of itself in debugfs (6.18 to 7.3). */
#ifndef KHO_GUEST_KHO_H
#define KHO_GUEST_KHO_H

#include <stdbool.h>
#include "estimator/sparsemem.h"

#define KHO_DEBUGFS "/sys/kernel/debug/kho/"

bool kho_is_on(void);	   /* KHO is enabled in the running kernel */
bool kho_is_revived(void); /* the running kernel found and took what was handed over */

/* Finalizes KHO where the kernel wants it (6.18, 6.19). "ok", "absent", or the name of an errno. */
const char *kho_finalize(void);

/* The scratch areas, in the kernel's order, to be freed; NULL: errno says why. */
struct kho_scratch_area *kho_read_scratch(size_t *count);

/* Numbers, one a line, "0x1000\n0x2000\n". Returns how many, at most @most; -1 on anything else. */
long kho_parse_numbers(const char *text, u64 *numbers, size_t most);

#endif
