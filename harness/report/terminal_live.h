/* SPDX-License-Identifier: GPL-2.0-only */
/* What is going on while a run runs, for a terminal: how far it is, and what each machine is doing. Pure. */
#ifndef KHO_REPORT_TERMINAL_LIVE_H
#define KHO_REPORT_TERMINAL_LIVE_H

#include "harness/model/result.h"

struct kho_live_machine {
	const char *id; /* of its cell or control */
	enum kho_stage stage;
	double seconds; /* that it has been running */
};

struct kho_live {
	guint done, total; /* of the controls, or of the cells */
	bool controls;
	double seconds;			 /* of the run so far */
	double left;			 /* about how many there are; negative while nobody can say */
	guint verdicts[KHO_NR_VERDICTS]; /* of cells that have ended, by the estimator under test */
	guint surprises; /* cells that are new, lost or contradictory; controls that are not as expected */
	const struct kho_live_machine *machines;
	guint nr_machines;
};

/*
 * To be freed: lines with newlines between them, none behind the last; none is longer than @columns - 1, so that no
 * terminal wraps, and there are at most @lines (at least 1).
 */
char *kho_terminal_live(const struct kho_live *live, guint columns, guint lines, bool colour);

#endif
