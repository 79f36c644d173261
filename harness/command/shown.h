/* SPDX-License-Identifier: GPL-2.0-only */
/* One recorded run, as those who show it want it: read, counted, and its directory known. */
#ifndef KHO_COMMAND_SHOWN_H
#define KHO_COMMAND_SHOWN_H

#include "harness/judge/rejudge.h"
#include "harness/report/recording.h"

struct kho_shown {
	GPtrArray *recordings; /* of struct kho_recording *, one */
	struct kho_run
		*run; /* counted, with verdicts as they were recorded; of a data set, which has none, as of today */
	struct kho_rejudgement *rejudgement; /* of a data set; else NULL */
};

/* @what: as sources.h has it, but one run; NULL: the newest in results/. Errors are KHO_ERROR_INPUT. */
struct kho_shown *kho_shown_load(const char *what, GError **error);
void kho_shown_free(struct kho_shown *shown);
typedef struct kho_shown KhoShown;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoShown, kho_shown_free)

/*
 * The cell or control called @name: its id, or the only one whose id has @name in it. Errors are KHO_ERROR_INPUT, and
 * name some that were meant perhaps.
 */
const struct kho_result *kho_shown_find(const struct kho_shown *shown, const char *name, GError **error);

#endif
