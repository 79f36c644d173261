/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine as Linux would see it that never booted: its memory ranges, nodes and CPUs, from its topology and from what
 * firmware kept for itself on a machine that did boot. Pure.
 *
 * x86-64. Linux numbers nodes as SRAT names them: first those with CPUs, then those with memory alone.
 */
#ifndef KHO_MODEL_SCALED_MACHINE_H
#define KHO_MODEL_SCALED_MACHINE_H

#include "estimator/memory_ranges.h"
#include "harness/model/topology.h"

struct kho_scaled_machine {
	GArray *ranges;	  /* of struct kho_memory_range: what Linux would print, with its numbers of nodes */
	GArray *cpus;	  /* of guint, by Linux's number of a node */
	guint nr_cpus;	  /* in all */
	guint nr_nodes;	  /* with or without memory */
	uint64_t low_end; /* end of the memory below 4 GiB; firmware's tables lie above */
	uint64_t end;	  /* end of all memory */
	bool distances;	  /* there is a table of them */
};

/*
 * @booted: the memory ranges, of struct kho_memory_range, of a machine that did boot: what it lacks below 1 MiB, and
 * below the hole for devices, the other one lacks as well. @topology has its nodes' ranges.
 */
struct kho_scaled_machine *kho_scaled_machine_new(const struct kho_topology *topology, const GArray *booted);
/* One whose ranges, of struct kho_memory_range, and CPUs, of guint by node, are known. Copies them. */
struct kho_scaled_machine *kho_scaled_machine_known(const GArray *ranges, const GArray *cpus);
void kho_scaled_machine_free(struct kho_scaled_machine *machine);
typedef struct kho_scaled_machine KhoScaledMachine;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoScaledMachine, kho_scaled_machine_free)

/* Of struct kho_memory_range: the end of what lies below 4 GiB. */
uint64_t kho_low_end(const GArray *ranges);

#endif
