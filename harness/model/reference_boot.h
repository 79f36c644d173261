/* SPDX-License-Identifier: GPL-2.0-only */
/* What the trace of a boot tells of its kernel, whatever machine it ran on: the measures for scaling it. Pure. */
#ifndef KHO_MODEL_REFERENCE_BOOT_H
#define KHO_MODEL_REFERENCE_BOOT_H

#include "estimator/early_boot.h"
#include "harness/model/result.h"

#define KHO_PERCPU_TABLES 4

/* Bytes, and indices into the trace. */
struct kho_reference_boot {
	struct kho_early_kernel kernel;
	uint64_t node_bytes;		   /* node data */
	uint64_t usage_bytes;		   /* usage map of a section */
	uint64_t percpu_used, percpu_atom; /* per-cpu area of a CPU, and in what it is allocated */
	guint percpu_first;
	guint percpu_tail; /* KHO_PERCPU_TABLES tables that depend on how many CPUs there are come from here on */
	guint nr_cpus;
	guint nr_events;
	uint64_t low_end, end; /* of memory: see scaled_machine.h */
};

/* NULL, or why @reference is none (a fixed sentence). */
const char *kho_reference_boot_read(const struct kho_result *reference, struct kho_reference_boot *boot);

#endif
