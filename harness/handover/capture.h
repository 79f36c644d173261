/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last state of a machine, taken through QMP: it is stopped, and its registers, its kernel's own data, stacks and
 * the mapping of its memory map are read out, so that they can be looked at when it is gone.
 */
#ifndef KHO_HANDOVER_CAPTURE_H
#define KHO_HANDOVER_CAPTURE_H

#include "harness/handover/image.h"
#include "harness/handover/locate.h"

struct kho_capture;

/* What was read; all of it is the capture's. What could not be read is not in it. */
struct kho_captured {
	const struct kho_vmlinux *vmlinux; /* where the kernel runs; NULL: it was not found in the page tables */
	guint64 slide;			   /* of that kernel */
	const struct kho_location *left;   /* the kernel that ran before it; NULL: not known */
	const struct kho_image *image;
	const char *registers;	  /* of all CPUs, QEMU's text; NULL: none */
	const GArray *memory_map; /* of struct kho_mapping: what maps the vmemmap; empty without one, or if not all was
				     read */
	guint64 memory_map_start; /* virtual address of the vmemmap; 0: not known */
};

typedef void (*kho_capture_done)(const struct kho_captured *captured, void *data);

/* All is borrowed until @done or kho_capture_free(). */
struct kho_capture_config {
	struct kho_qmp *qmp;
	struct kho_peek *peek;
	const struct kho_vmlinux *vmlinux;    /* of the kernel that is to be read; NULL: only registers are */
	const struct kho_location *location;  /* where it runs; NULL: to be found */
	const struct kho_location *not_there; /* a kernel that lies here is another one; NULL: it may be anywhere */
	guint64 memory_map_bytes;	      /* of the vmemmap from its start on, how much is looked at; 0: nothing */
	kho_capture_done done;
	void *data;
};

/* Stops the machine and starts; @done comes once, from the main loop, after KHO_CAPTURE_SECONDS at the latest. */
#define KHO_CAPTURE_SECONDS 20
struct kho_capture *kho_capture_start(const struct kho_capture_config *config);
void kho_capture_free(struct kho_capture *capture); /* After its QMP client. NULL is fine. */

#endif
