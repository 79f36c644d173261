/* SPDX-License-Identifier: GPL-2.0-only */
/* From all that was seen of a cell to its outcome. Pure. */
#ifndef KHO_HANDOVER_CLASSIFY_H
#define KHO_HANDOVER_CLASSIFY_H

#include "harness/handover/autopsy.h"
#include "harness/handover/console.h"
#include "harness/handover/report.h"
#include "harness/handover/stall.h"
#include "harness/model/outcome.h"

/* Why the harness stopped watching. */
enum kho_end {
	KHO_END_NONE,	   /* it never watched, or was interrupted */
	KHO_END_SUCCESSOR, /* the successor said its last word */
	KHO_END_FIRST,	   /* the first kernel said its last word, and that it does not hand over */
	KHO_END_GAVE_UP,   /* a stage reported an error */
	KHO_END_PANIC,	   /* a kernel's panic was seen, in its memory or on the console */
	KHO_END_RESET,	   /* the guest reset its machine */
	KHO_END_POWER_OFF, /* the guest switched its machine off */
	KHO_END_STALL,	   /* the successor gets nowhere */
	KHO_END_DEADLINE,  /* the next step did not come in time */
	KHO_END_SLOW,	   /* it still gets on, long after its deadline: the harness cannot tell */
	KHO_END_MACHINE,   /* QEMU ended by itself, or stopped the guest */
	KHO_NR_ENDS
};

struct kho_evidence {
	const struct kho_report *report;
	const struct kho_console *console;
	enum kho_end end;
	const char *detail;		   /* about the end: QEMU's last words, the deadline; or NULL */
	const struct kho_autopsy *autopsy; /* of the kernel that runs; NULL: none */
	enum kho_stall_state stall;	   /* with KHO_END_STALL: in what way */
	const char *function;		   /* with KHO_END_STALL: in which it is; NULL: not known */
	bool plain;			   /* a plain kexec was asked for, by a control: never for a cell */
};

/* Fills name, stage, reason and detail (to be freed with kho_outcome_clear()); leaves the times alone. */
void kho_classify(const struct kho_evidence *evidence, struct kho_outcome *outcome);

/* How far the cell came. */
enum kho_stage kho_evidence_stage(const struct kho_report *report, const struct kho_console *console);

#endif
