/* SPDX-License-Identifier: GPL-2.0-only */
/* The autopsy of a stopped machine: what its kernel was doing, and what it had to say. */
#ifndef KHO_HANDOVER_AUTOPSY_H
#define KHO_HANDOVER_AUTOPSY_H

#include "harness/handover/image.h"
#include "harness/machine/vmlinux.h"

/*
 * Reads the kernel's own log and each CPU's stack out of @image, and writes them as autopsy.txt into @directory.
 * @registers: QEMU's text, or NULL. Returns the log, to be freed; NULL: it could not be read, and
 * autopsy.txt says why.
 */
char *kho_autopsy(const struct kho_vmlinux *vmlinux, const struct kho_image *image, const char *registers,
		  const char *directory);

#endif
