/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of early boot that depend on the machine, made for one that never booted: scaled_boot.h lists them. Each
 * mirrors a function of arch/x86 or mm/ of Linux 6.19, which it names. Pure.
 */
#ifndef KHO_MODEL_SCALED_PARTS_H
#define KHO_MODEL_SCALED_PARTS_H

#include "harness/model/early_book.h"
#include "harness/model/percpu_plan.h"
#include "harness/model/reference_boot.h"
#include "harness/model/scaled_machine.h"

struct kho_scaled_parts {
	struct kho_early_book book;
	struct kho_geometry geometry;
	struct kho_reference_boot boot; /* of the same kernel */
	struct kho_scaled_machine *machine;
	struct kho_percpu_plan *percpu;
	GArray *percpu_places; /* of uint64_t, by group */
};

/* @events is borrowed. */
void kho_scaled_parts_init(struct kho_scaled_parts *parts, const struct kho_geometry *geometry,
			   const struct kho_reference_boot *boot, struct kho_scaled_machine *machine, GArray *events);
void kho_scaled_parts_clear(struct kho_scaled_parts *parts); /* the machine, too */

void kho_scaled_add_memory(struct kho_scaled_parts *parts);
void kho_scaled_map_memory(struct kho_scaled_parts *parts); /* page tables of the direct map */
void kho_scaled_make_nodes(struct kho_scaled_parts *parts);
void kho_scaled_make_roots(struct kho_scaled_parts *parts);  /* of mem_section */
void kho_scaled_make_sparse(struct kho_scaled_parts *parts); /* the memory map */

/* --- scaled_late.c --- */

void kho_scaled_make_percpu(struct kho_scaled_parts *parts);
void kho_scaled_free_percpu(struct kho_scaled_parts *parts); /* what of it is not used */
/* Bytes of the first four tables of pcpu_setup_first_chunk(), of pcpu_build_alloc_info()'s, of the list of areas. */
uint64_t kho_scaled_percpu_table(const struct kho_scaled_parts *parts, guint number);
uint64_t kho_scaled_percpu_info(const struct kho_scaled_parts *parts);
uint64_t kho_scaled_percpu_list(const struct kho_scaled_parts *parts);

/* What comes between per-cpu areas and trap_init(): the log's buffer, hash tables, and page tables for more CPUs. */
void kho_scaled_make_late(struct kho_scaled_parts *parts);

/* swiotlb_init_remap(): bytes of what the reference has @there of. */
uint64_t kho_scaled_bounce(const struct kho_scaled_parts *parts, uint64_t there);

/* Has the node any memory? */
bool kho_scaled_has_memory(const struct kho_scaled_parts *parts, guint nid);

#endif
