/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A campaign: machines that run in lots, those of a lot side by side, judged, compared with expected/ and written down
 * in one directory of results. The controls of all machines are the first lot. Most subcommands run all their cells as
 * the second, and that was it (kho_campaign_run()); one that looks at what it saw and goes on from there adds
 * lot after lot:
 *
 *	campaign = kho_campaign_open(&config, &error);
 *	result = kho_campaign_add(campaign, cell) ...;
 *	while (kho_campaign_go(campaign) && <not enough>)
 *		kho_campaign_add(campaign, another) ...;
 *	status = kho_campaign_conclude(campaign);
 *	kho_campaign_free(campaign);
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
	const GPtrArray *cells; /* of struct kho_cell *: what is run, or at least one for each machine that will be */
	const struct kho_shard *shard; /* of which these are the cells; NULL: all of the matrix */
	const char *results;	       /* directory in which the run's own is made */
	const char *accel;	       /* auto, kvm or tcg */
	const char *backend;	       /* qemu (or NULL) or libvirt */
	const char *connect;	       /* libvirt's host, or NULL */
	int jobs;		       /* most machines at once; 0: as many as CPUs */
	int repeat;		       /* how often each cell runs; 0: once */
	bool controls;		       /* run those of each machine first */
	bool update_expected;
	bool unexpected;	 /* nothing is known of its cells, and nothing compared with expected/ */
	bool quiet;		 /* no summary at the end: the caller has one of its own */
	const char *first_extra; /* more words for the kernels' command lines, or NULL */
	const char *successor_extra;
	const struct kho_recorded *recorded; /* its files, instead of what is built today; or NULL */
	const char *run;		     /* id to run under; NULL: a new one for each cell */
	/* Is told of the whole run at its end; or NULL. */
	void (*ended)(const struct kho_run *run, void *data);
	void *data;
};

/* Runs all its cells to their end, prints what happens, and gives the exit status of the whole. */
enum kho_exit kho_campaign_run(const struct kho_campaign_config *config);

struct kho_campaign;

/* Prepares it, makes its directory, and lines up its controls. @config must outlive it. */
struct kho_campaign *kho_campaign_open(const struct kho_campaign_config *config, GError **error);
void kho_campaign_free(struct kho_campaign *campaign);
typedef struct kho_campaign KhoCampaign;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoCampaign, kho_campaign_free)

/*
 * Lines up a cell of one of the machines that the campaign was opened with. The result is the campaign's, and
 * filled in once the lot has run; the cell must outlive the campaign.
 */
struct kho_result *kho_campaign_add(struct kho_campaign *campaign, const struct kho_cell *cell);

/*
 * Lines up another run of a cell that was added before. Its result is the campaign's as well, and the run's only in so
 * far as one stands for all runs of a cell at the end (repeats.h); the journal knows it, and a directory below the
 * cell's.
 */
struct kho_result *kho_campaign_repeat(struct kho_campaign *campaign, const struct kho_cell *cell);

/* Runs what is lined up. False: it was interrupted, or the host failed; then nothing runs any more. */
bool kho_campaign_go(struct kho_campaign *campaign);

/* Counts, writes the reports, says it all (unless it is to be quiet), and gives the exit status. Once. */
enum kho_exit kho_campaign_conclude(struct kho_campaign *campaign);

/* How many machines like that of @cell run side by side, at least one. */
guint kho_campaign_width(const struct kho_campaign *campaign, const struct kho_cell *cell);

const struct kho_run *kho_campaign_seen(const struct kho_campaign *campaign);

#endif
