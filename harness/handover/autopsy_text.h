/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an autopsy is written: as text for a person, as JSON for a program. Pure. What came from the machine is made
 * harmless: valid UTF-8, white space is a space, and what else is not printable a "?".
 */
#ifndef KHO_HANDOVER_AUTOPSY_TEXT_H
#define KHO_HANDOVER_AUTOPSY_TEXT_H

#include "harness/handover/autopsy.h"

/* Both end in a newline. To be freed. */
char *kho_autopsy_text(const struct kho_autopsy *autopsy);
/* docs/results.md describes every key. Addresses are strings like "0xffffffff81000000". */
char *kho_autopsy_json(const struct kho_autopsy *autopsy);

/* memblock's tables alone, as autopsy.json has them. To be freed. */
char *kho_memblock_json(const struct kho_memblock *memblock);

#endif
