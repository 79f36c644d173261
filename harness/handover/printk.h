/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own log, read from its memory as kernel/printk/printk_ringbuffer.c keeps it (6.18 to 7.3): lockless, in
 * three arrays (descriptors, infos, texts) whose layout comes from the vmlinux' DWARF. The reader is like
 * prb_read_valid() there, but trusts nothing: the memory is that of a dying machine.
 */
#ifndef KHO_HANDOVER_PRINTK_H
#define KHO_HANDOVER_PRINTK_H

#include "harness/handover/image.h"
#include "harness/machine/vmlinux.h"

/*
 * All records that were written to their end, oldest first, a line each as on the console: "[    0.000000] text\n"; a
 * record of several lines has the time before each. Valid UTF-8, without control characters but tabs, at most 64 MiB.
 * A record whose text was overwritten is left out. To be freed; "" where there are no records. NULL with
 * KHO_ERROR_INPUT: the vmlinux has no such symbols or types; with KHO_ERROR_HOST: the ring is not in the image, or
 * garbage.
 */
char *kho_printk_log(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GError **error);

/* Adds to @wanted (of struct kho_image_piece) those of the ring's arrays that are not in @image: a kernel with many
 * CPUs or log_buf_len= has them elsewhere. Nothing where it has no ring. */
void kho_printk_wants(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GArray *wanted);

#endif
