/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the evidence of a successor's death to its name: an outcome, and one line that says what happened first, where,
 * and what came of it. Pure. The same death has the same line, whether there was a console or not, and whatever the
 * time and the addresses.
 */
#ifndef KHO_HANDOVER_DEATH_H
#define KHO_HANDOVER_DEATH_H

#include "harness/handover/autopsy.h"
#include "harness/handover/console.h"
#include "harness/handover/stall.h"
#include "harness/model/outcome.h"

/* How the watching ended. */
enum kho_death_sign {
	KHO_DEATH_PANIC,     /* the panic flag, or a panic on the console */
	KHO_DEATH_RESET,     /* the guest reset its machine */
	KHO_DEATH_POWER_OFF, /* the guest switched its machine off */
	KHO_DEATH_STILL,     /* no progress */
};

struct kho_death {
	enum kho_death_sign sign;
	const struct kho_console
		*speech; /* what the successor said: its log or, where that is not known, its console */
	const struct kho_autopsy *autopsy; /* NULL: none */
	enum kho_stall_state stall;	   /* in what way it is still */
	const char *function;		   /* in which it was seen most while it was; NULL: nobody looked */
};

/* Sets name and reason (to be freed with kho_outcome_clear()). */
void kho_death_name(const struct kho_death *death, struct kho_outcome *outcome);

#endif
