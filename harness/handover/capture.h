/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last state of a machine, taken through QMP: it is stopped, its registers and the
 * kernel's own data are read out, and so can be looked at when it is gone.
 */
#ifndef KHO_HANDOVER_CAPTURE_H
#define KHO_HANDOVER_CAPTURE_H

#include <stdint.h>

#include "harness/handover/image.h"
#include "harness/machine/qmp.h"
#include "harness/machine/vmlinux.h"

struct kho_capture;

/* @image and @registers (QEMU's text; may be NULL) are borrowed for the call. What could not be read is not in them. */
typedef void (*kho_capture_done)(const struct kho_image *image, const char *registers, void *data);

/*
 * Starts; @done comes from the main loop, after KHO_CAPTURE_SECONDS at the latest. @directory: where the machine runs,
 * for temporary files. @vmlinux: of the kernel that is to be read. All are borrowed until @done or kho_capture_free().
 */
#define KHO_CAPTURE_SECONDS 5
struct kho_capture *kho_capture_start(struct kho_qmp *qmp, const char *directory, const struct kho_vmlinux *vmlinux,
				      kho_capture_done done, void *data);
void kho_capture_free(struct kho_capture *capture); /* After its QMP client. NULL is fine. */

/* Arguments of the QMP command memsave: @length bytes from the virtual address @address, into the file @name. */
JsonObject *kho_capture_memsave(uint64_t address, uint64_t length, const char *name);

#endif
