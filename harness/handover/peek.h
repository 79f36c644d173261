/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads pieces of a machine's memory through QMP, whether it runs or is stopped. A running machine hardly notices: QEMU
 * copies the bytes between two of its instructions.
 */
#ifndef KHO_HANDOVER_PEEK_H
#define KHO_HANDOVER_PEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/machine/qmp.h"

struct kho_peek;

/* @directory: the machine's own, for temporary files. All is borrowed. */
struct kho_peek *kho_peek_new(struct kho_qmp *qmp, const char *directory);
void kho_peek_free(struct kho_peek *peek); /* After its QMP client: answers that come after are lost. NULL is fine. */

/* @bytes: @length of them, valid during the call; NULL: they cannot be read. */
typedef void (*kho_peek_took)(const void *bytes, gsize length, void *data);

/* Physical memory; where no memory is, QEMU reads what its bus gives. @took comes from the main loop. */
void kho_peek_physical(struct kho_peek *peek, uint64_t address, uint64_t length, kho_peek_took took, void *data);

/* Memory as the page tables map it that @cpu (QEMU's number) uses at this moment. */
void kho_peek_virtual(struct kho_peek *peek, guint cpu, uint64_t address, uint64_t length, kho_peek_took took,
		      void *data);

/* @text: QEMU's "info registers", of CPU 0 or of @all; NULL: QEMU gave none. */
typedef void (*kho_peek_took_registers)(const char *text, void *data);
void kho_peek_registers(struct kho_peek *peek, bool all, kho_peek_took_registers took, void *data);

#endif
