/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe does in each stage. */
#ifndef KHO_GUEST_PROBE_H
#define KHO_GUEST_PROBE_H

#include "guest/memory_map.h"
#include "guest/record.h"

#define PROBE_PAYLOAD_BYTES (1UL << 20) /* what proves the handover */
#define PROBE_PROOF_TOKEN   1

/* Reports, preserves, loads the successor and enters it. Returns an exit status if it could not. */
int probe_first(struct record_channel *channel);

/* Reports whether KHO revived and whether what was preserved is intact. Returns an exit status. */
int probe_successor(struct record_channel *channel);

/* Sends where memory lies, by nodes. */
void probe_report_memory(struct record_channel *channel, const struct memory_map *map);

/* Sends a record of KHO_TYPE_MISSING. */
void probe_missing(struct record_channel *channel, const char *what, const char *why);

/* The messages of KHO in the log that can explain a refusal; "" if there is none. */
void probe_find_reason(char *reason, size_t size);

#endif
