/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same machine with the same scratch under several kernels, side by side: how the outcome changes from series to
 * series. Kernels and pairs are columns, in the run's order; machine, scratch and payload are a row.
 */
#ifndef KHO_REPORT_ACROSS_H
#define KHO_REPORT_ACROSS_H

#include "harness/model/result.h"

struct kho_across_row {
	char *name;			   /* "two-even/16M,16M,16M+keep=2M,each-gib": an id without its kernel */
	const struct kho_result **results; /* one for each kernel of the run; NULL: it has no such cell */
	bool differs;			   /* not all outcomes are the same */
};

/* Of struct kho_across_row *, in the run's order, with at least two cells each. Results are the run's. */
GPtrArray *kho_across(const struct kho_run *run);

/* For a terminal: the rows in which outcomes differ, and how many do not. "" where nothing can be compared. */
void kho_across_text(GString *text, const struct kho_run *run);

/* For the page: all rows. */
void kho_across_html(GString *page, const struct kho_run *run);

#endif
