/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock's tables of a successor that lives. It drops them when it has booted (they are init data, which is poisoned
 * as it is freed, where the architecture does not keep them), so that they are looked at while it boots: what is found
 * last, before there is nothing more to find, is what memblock had given away when it handed over to the page
 * allocator.
 */
#ifndef KHO_HANDOVER_TABLES_H
#define KHO_HANDOVER_TABLES_H

#include "harness/handover/locate.h"
#include "harness/handover/memblock.h"
#include "harness/handover/peek.h"

struct kho_tables;

/* All is borrowed. @vmlinux: of the successor. */
struct kho_tables *kho_tables_new(struct kho_peek *peek, const struct kho_vmlinux *vmlinux);
void kho_tables_free(struct kho_tables *tables); /* After the QMP client. NULL is fine. */

/* Looks, if it is not looking: several times a second while the successor boots. @location: where that runs. */
void kho_tables_look(struct kho_tables *tables, const struct kho_location *location);

/* What was seen last; NULL: nothing. The tables'. */
const struct kho_memblock *kho_tables_seen(const struct kho_tables *tables);

/* Could these be memblock's tables (mm/memblock.c: ascending, apart, not empty), or is it what was left of them? Pure.
 */
bool kho_tables_plausible(const struct kho_memblock *memblock);

#endif
