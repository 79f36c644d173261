/* SPDX-License-Identifier: GPL-2.0-only */
/* A boundary that was searched for with real boots, and beside it what estimators think of it: for people and programs.
 */
#ifndef KHO_REPORT_BOUNDARY_REPORT_H
#define KHO_REPORT_BOUNDARY_REPORT_H

#include "harness/judge/opinion.h"

/* What was seen with one value. */
struct kho_boundary_row {
	uint64_t value;
	const char *id; /* of its cell */
	guint outcomes[KHO_NR_OUTCOMES];
	const char *reason;	/* of the first run that did not survive; else NULL */
	uint64_t scratch_bytes; /* that the first kernel set aside in all; 0: not known */
};

/* Borrows all it points to. */
struct kho_boundary_report {
	const struct kho_cell *cell; /* any of its cells: for kernels, topology, payload */
	const struct kho_axis *axis;
	uint64_t low, high; /* steps that were allowed */
	guint repeats, survey;
	struct kho_boundary_result result;
	GArray *rows;			    /* of struct kho_boundary_row, ascending */
	const struct kho_opinion *opinions; /* one for each estimator */
	const char *known;		    /* id of the cell that their paper was made from; NULL: there was none */
	bool finished;			    /* false: it was interrupted, and all is as far as it came */
	double seconds;
	const char *directory; /* of the run */
};

/* By how much an estimator wants more than is needed; negative: less. Not known of an edge that is not tight. */
struct kho_boundary_error {
	bool have_bytes, have_ratio;
	double bytes, ratio;
};

struct kho_boundary_error kho_boundary_error_of(const struct kho_boundary_report *report,
						const struct kho_opinion *opinion);

const struct kho_boundary_row *kho_boundary_row_of(const struct kho_boundary_report *report, uint64_t value);

/* Its two values are neighbours, or it is the least that was allowed. */
bool kho_boundary_edge_is_tight(const struct kho_boundary_report *report, const struct kho_boundary_edge *edge);

/* Was there an edge, all that was tried above it survives, nothing was void at it, and everything did the same twice?
 */
bool kho_boundary_is_clean(const struct kho_boundary_report *report);

/* To be freed. */
char *kho_boundary_text(const struct kho_boundary_report *report);
char *kho_boundary_json(const struct kho_boundary_report *report);

#endif
