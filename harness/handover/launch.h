/* SPDX-License-Identifier: GPL-2.0-only */
/* Starts a cell's machine in a directory of its own, and connects to its console, its record channel and QMP. */
#ifndef KHO_HANDOVER_LAUNCH_H
#define KHO_HANDOVER_LAUNCH_H

#include "harness/handover/handover.h"
#include "harness/machine/process.h"
#include "harness/machine/rundir.h"

enum { KHO_LAUNCH_CONSOLE, KHO_LAUNCH_RECORDS, KHO_LAUNCH_QMP, KHO_NR_LAUNCH_CHANNELS };

struct kho_launched {
	struct kho_rundir *rundir; /* it runs there */
	struct kho_process *process;
	int fds[KHO_NR_LAUNCH_CHANNELS]; /* our ends of the channels */
};

/*
 * Starts it, and writes the same as qemu.cmd into config->directory. What is in @launched is the caller's, whether it
 * succeeds or not: what was not started is NULL or -1. Errors are KHO_ERROR_HOST.
 */
bool kho_launch(const struct kho_handover_config *config, const char *cmdline, kho_process_ended ended, void *data,
		struct kho_launched *launched, GError **error);

#endif
