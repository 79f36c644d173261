/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that every campaign takes. */
#ifndef KHO_COMMAND_OPTIONS_H
#define KHO_COMMAND_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "harness/command/campaign.h"

struct kho_options {
	char *accel;
	int jobs;
	int repeat; /* 0: as the command has it */
	char *results;
	gboolean update_expected;
	char *first_extra, *successor_extra;
	char *kernel;
	char *backend, *connect; /* from BACKEND= and CONNECT= where they are not given; NULL: QEMU */
	char *controls;		 /* "yes", "no", or NULL: as the command has it */
};

/*
 * Parses @argv by @entries and, unless it is NULL, @more; what is left of it is in it and *@argc. @arguments and
 * @summary are for --help. Whatever GLib finds wrong is bad usage: KHO_ERROR_INPUT.
 */
bool kho_options_take(const GOptionEntry *entries, const GOptionEntry *more, const char *arguments, const char *summary,
		      int *argc, char ***argv, GError **error);

/*
 * Parses @argv; what is left is in it and *argc. False: *status is what to return, and
 * everything is said. Defaults come from ACCEL= and JOBS=.
 * @more: options of the one command, or NULL.
 */
bool kho_options_parse(struct kho_options *options, const GOptionEntry *more, const char *arguments,
		       const char *summary, int *argc, char ***argv, enum kho_exit *status);
void kho_options_clear(struct kho_options *options);

/* Sets what was given. What was not, and has no default of its own, stays as it is. */
void kho_options_apply(const struct kho_options *options, struct kho_campaign_config *config);

#endif
