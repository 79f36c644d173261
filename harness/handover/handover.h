/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cell, from power-on to outcome: starts its machine, listens to console, records and QMP,
 * watches the deadline, and stops as soon as the outcome is clear.
 *
 * Works from the default main context; many handovers may be under way at once.
 */
#ifndef KHO_HANDOVER_HANDOVER_H
#define KHO_HANDOVER_HANDOVER_H

#include "harness/handover/report.h"
#include "harness/machine/backend.h"
#include "harness/machine/vmlinux.h"
#include "harness/model/cell.h"
#include "harness/model/outcome.h"

struct kho_handover;

/* Everything is borrowed for the handover's life. */
struct kho_handover_config {
	const struct kho_cell *cell;
	const char *qemu_binary;	   /* NULL: from PATH */
	const struct kho_backend *backend; /* NULL: QEMU as a child */
	const char *kernel_image;	   /* of the first kernel */
	const char *initramfs;		   /* of the first kernel, the successor inside */
	const char *directory;		   /* for console.log, records.log and qemu.cmd; must exist */
	const struct kho_vmlinux *vmlinux; /* of the successor, for the autopsy; or NULL */
	const char *first_extra;	   /* more words for the command lines, or NULL */
	const char *successor_extra;
	bool no_folios; /* see cmdline.h */
	bool kvm;
	const char *run;	/* id, 16 hexadecimal digits; NULL: a new one */
	const char *gdb_socket; /* unix socket on which QEMU waits for a debugger; NULL: it does not */
	bool keep;		/* at the end the machine is left, stopped: it is there until kho_handover_free() */
	bool until_entry;	/* the end is the first kernel's last word, with the successor about to be entered */
};

/* The outcome is owned by the callee (kho_outcome_clear()); the report lives until kho_handover_free(). */
typedef void (*kho_handover_done)(struct kho_handover *handover, const struct kho_report *report,
				  struct kho_outcome outcome, void *data);

/* @done is called once, from the main loop, unless the handover is freed before. */
struct kho_handover *kho_handover_start(const struct kho_handover_config *config, kho_handover_done done, void *data,
					GError **error);

/* Ends it at once, machine and all. May be called from inside @done. */
void kho_handover_free(struct kho_handover *handover);

/* How far it is, for a line of progress. */
enum kho_stage kho_handover_stage(const struct kho_handover *handover);

#endif
