/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all models of an early boot have in common: of the first kernel's, as it was (first_boot.h) or scaled to another
 * machine (harness/model/scaled_boot.h), and of the successor's (replay.h). x86-64, Linux 6.18 to 7.3.
 *
 * Freestanding. All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_EARLY_BOOT_H
#define KHO_ESTIMATOR_EARLY_BOOT_H

#include "early_event.h"
#include "memblock_model.h"
#include "memory_ranges.h"

#define KHO_MAX_DMA (16ULL << 20) /* MAX_DMA_ADDRESS: below it, only what must lie there is wanted */

/* Where the kernel of a trace lies: its image is [start, brk), what it used of its brk area [brk, end). */
struct kho_early_kernel {
	u64 start;
	u64 brk;
	u64 end;
};

/*
 * setup_arch() reserves the brk area, right behind the image; the first table of memblock has both as one. False: the
 * trace does not show it.
 */
bool kho_early_kernel_find(const struct kho_early_event *events, size_t nr_events, struct kho_early_kernel *kernel);

bool kho_early_called_by(const struct kho_early_event *event, const char *caller);

/* What a KHO_EARLY_ALLOC asked for, to be asked of a model. */
struct kho_mb_request kho_early_request_of(const struct kho_early_event *event);

/* memblock of a kernel for @nr_nodes nodes, at least the 64 of a small configuration. */
struct kho_mb_config kho_early_config(u64 page_size, size_t nr_nodes);

/* pgt_buf, INIT_PGT_BUF_SIZE bytes at the end of what was used of the brk area: twice as much with RANDOMIZE_MEMORY. */
u64 kho_early_table_buffer(const struct kho_early_kernel *kernel);

/* numa_register_meminfo() of mb->memory, numa_clear_kernel_node_hotplug() of mb->reserved: @table gets its nodes. */
void kho_early_set_nodes(struct kho_mb *mb, struct kho_mb_table *table, const struct kho_memory_range *ranges,
			 size_t nr_ranges);

#endif
