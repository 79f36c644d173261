/* SPDX-License-Identifier: GPL-2.0-only */
/* Shards of one matrix, joined into the run that it would have been in one piece. Pure. */
#ifndef KHO_JUDGE_MERGE_H
#define KHO_JUDGE_MERGE_H

#include "harness/judge/run.h"

struct kho_merge_part {
	const char *path; /* for messages */
	const struct kho_run *run;
};

/*
 * The run of all @parts, with everything in the matrix's order. Its controls and results are the parts', and borrowed.
 * Of a control that ran in several shards, where they share a machine, the first that did not survive stands.
 *
 * KHO_ERROR_INPUT, "PATH: what is wrong": a part is no shard, or of another matrix; one is there twice or missing; a
 * cell is in two of them, in none, or not of the matrix; they ran other builds of a kernel, or another QEMU or
 * accelerator.
 */
struct kho_run *kho_merge(const struct kho_merge_part *parts, guint count, GError **error);

#endif
