/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A campaign: first the controls of the machines that its cells use, then the cells, each lot side by side; judged,
 * compared with expected/ and written down. Both subcommands are one.
 */
#ifndef KHO_COMMAND_CAMPAIGN_H
#define KHO_COMMAND_CAMPAIGN_H

#include <stdbool.h>

#include "harness/machine/paths.h"
#include "harness/model/error.h"
#include "harness/model/matrix.h"
#include "harness/model/result.h"

struct kho_recorded;

/* Everything is borrowed. */
struct kho_campaign_config {
	const struct kho_paths *paths;
	const char *name;	/* of the matrix, for reports */
	const GPtrArray *cells; /* of struct kho_cell * */
	const char *results;	/* directory in which the run's own is made */
	const char *accel;	/* auto, kvm or tcg */
	int jobs;		/* most machines at once; 0: as many as CPUs */
	bool controls;		/* run those of each machine first */
	bool update_expected;
	const char *first_extra; /* more words for the kernels' command lines, or NULL */
	const char *successor_extra;
	const struct kho_recorded *recorded; /* its files, instead of what is built today; or NULL */
	const char *run;		     /* id to run under; NULL: a new one for each cell */
	/* Is told of the whole run at its end; or NULL. */
	void (*ended)(const struct kho_run *run, void *data);
	void *data;
};

/* Runs it to its end, prints what happens, and gives the exit status of the whole. */
enum kho_exit kho_campaign_run(const struct kho_campaign_config *config);

#endif
