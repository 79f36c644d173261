/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the directory of a cell that went wrong self-contained: what it ran from, reproduce.sh to run that again
 * without the harness, and a manifest for kho-runner reproduce.
 */
#ifndef KHO_COMMAND_RECORDER_H
#define KHO_COMMAND_RECORDER_H

#include "harness/command/prepare.h"

/*
 * @run: the id of the cell's run, as it is on its command line. @directory: the cell's. Nothing happens unless the cell
 * failed, was lost, or never came through its first boot. Evidence is the best effort: what cannot be kept is said on
 * standard error in one line, and the result stands.
 */
void kho_recorder_keep(struct kho_preparation *preparation, const struct kho_campaign_config *config,
		       const struct kho_result *result, const char *run, const char *directory);

#endif
