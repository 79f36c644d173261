/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the kernel sets up its per-cpu areas in early boot: pcpu_build_alloc_info() of mm/percpu.c (6.18 to 7.3), where
 * each node with CPUs is a group of its own. Pure.
 */
#ifndef KHO_MODEL_PERCPU_PLAN_H
#define KHO_MODEL_PERCPU_PLAN_H

#include <glib.h>
#include <stdint.h>

struct kho_percpu_group {
	guint node;
	guint cpus;
	guint units; /* at least as many; it is allocated in one piece */
};

struct kho_percpu_plan {
	uint64_t unit_bytes; /* of each unit, of which a CPU uses the first part */
	GArray *groups;	     /* of struct kho_percpu_group */
	guint nr_units;	     /* in all */
};

/* @cpus: of guint, by node. @used: bytes that a CPU needs, whole pages. @atom: bytes that are allocated at once. */
struct kho_percpu_plan *kho_percpu_plan_new(const GArray *cpus, uint64_t used, uint64_t atom);
void kho_percpu_plan_free(struct kho_percpu_plan *plan);
typedef struct kho_percpu_plan KhoPercpuPlan;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoPercpuPlan, kho_percpu_plan_free)

#endif
