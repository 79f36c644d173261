/* SPDX-License-Identifier: GPL-2.0-only */
/* A search for a boundary (harness/judge/boundary.h) with real machines: one campaign, a lot for each round. */
#ifndef KHO_COMMAND_BOUNDARY_SEARCH_H
#define KHO_COMMAND_BOUNDARY_SEARCH_H

#include "harness/command/campaign.h"
#include "harness/report/boundary_report.h"

/* Everything is borrowed. */
struct kho_boundary_search_config {
	const char *kernel, *successor;
	const struct kho_topology *topology;
	const char *payload;
	const struct kho_axis *axis;
	uint64_t low, high; /* steps, both included; low at least 1 */
	unsigned int repeats, survey;
	bool have_guess; /* false: one of the estimators', if the control with ample scratch runs */
	uint64_t guess;
	struct kho_campaign_config campaign; /* paths, results and how to run; the rest is filled in */
	/* Is told what was found, also of a search that was interrupted, and gives the exit status of one that was not.
	 */
	enum kho_exit (*tell)(const struct kho_boundary_report *report, void *data);
	void *data;
};

/*
 * Searches, and prints what happens. Where a control does not survive, nothing can be told of scratch: then it says so,
 * and that is all. An error is for the caller to print, all else is said.
 */
enum kho_exit kho_boundary_search(struct kho_boundary_search_config *config, GError **error);

#endif
