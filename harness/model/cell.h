/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cell: one kernel pair × one topology × one scratch spec × one payload.
 * It is the unit of work, and its id is readable and stable:
 *
 *	6.19-x86_64/two-even/16M,128M,32M
 *
 * with "+PAYLOAD" behind it where the payload is not the default one, and the
 * kernel written "FIRST>SUCCESSOR" where the two differ. Controls (control.h) are of the same type.
 */
#ifndef KHO_MODEL_CELL_H
#define KHO_MODEL_CELL_H

#include "harness/model/arch.h"
#include "harness/model/control.h"
#include "harness/model/payload.h"
#include "harness/model/scratch_spec.h"
#include "harness/model/topology.h"

struct kho_cell {
	char *id;
	char *kernel;			     /* name of the first kernel, such as "6.19-x86_64" */
	char *successor;		     /* name of the successor */
	const struct kho_topology *topology; /* not owned: the matrix owns it */
	struct kho_scratch_spec *scratch;
	char *payload;		  /* as it is spelt: well-formed */
	enum kho_control control; /* KHO_CONTROL_NONE, but for a control */
};

/* Copies its arguments, but for the topology. */
struct kho_cell *kho_cell_new(const char *kernel, const char *successor, const struct kho_topology *topology,
			      const struct kho_scratch_spec *scratch, const char *payload);

/* The control of the machine that @cell uses, with its own id and the default payload. Copies as above. */
struct kho_cell *kho_cell_new_control(const struct kho_cell *cell, enum kho_control control,
				      const struct kho_scratch_spec *scratch);
void kho_cell_free(struct kho_cell *cell);

/* The same kernel pair on the same topology. */
bool kho_cell_same_machine(const struct kho_cell *a, const struct kho_cell *b);

/* What its payload is. */
struct kho_payload kho_cell_payload(const struct kho_cell *cell);

/*
 * Is the payload's memory kept by the kernel's own test_kho, in folios of its choice? So it is where the first kernel's
 * series has no Live Update Orchestrator (6.18). A kernel whose name tells no series is taken to have one.
 */
bool kho_cell_keeps_folios(const struct kho_cell *cell);

#endif
