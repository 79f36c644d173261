/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The early boot of a machine that never booted, scaled from that of one that did: the reference. Pure.
 *
 * What a kernel asks of memblock depends on its build, its command line and the machine. The first two are the
 * reference's; what depends on the machine is made anew, as arch/x86 and mm/ of Linux 6.19 do it, and put into a model
 * of memblock:
 *
 *	page tables of the direct map		by memory, estimator/direct_map.h
 *	the table of distances between nodes	by nodes, if there is one
 *	node data				each node; those without memory later and anywhere
 *	roots of mem_section			each 256 sections
 *	usage maps, memory maps, their tables	each run of sections, estimator/map_backing.h
 *	per-cpu areas				each node with CPUs, percpu_plan.h
 *	dentry and inode hash tables		if one node has all memory; otherwise they come from vmalloc
 *	the log's buffer			more than 17 CPUs
 *	entry areas of CPUs			a page table for each 8
 *	swiotlb					if there is memory above 4 GiB
 *
 * Everything else stays as it is. What is only near: firmware's tables are taken to be as large as the reference's
 * (with more CPUs or DIMMs than that has they may reach down a page or a few more; then the initrd and all that is
 *below it lies 64 KiB lower); node data of kernels for more than 64 nodes; per-cpu areas in nodes that lie more than 24
 *TiB apart (they are then made of single pages).
 */
#ifndef KHO_MODEL_SCALED_BOOT_H
#define KHO_MODEL_SCALED_BOOT_H

#include "harness/model/result.h"
#include "harness/model/scaled_machine.h"

/*
 * Fills @scaled, a new result whose cell names the machine's topology, with geometry, ranges, events, segments and the
 * first kernel's release, by those of @reference. Errors are KHO_ERROR_INPUT: the reference is of no use, or the
 * machine has too little memory to boot.
 */
bool kho_scaled_boot(const struct kho_result *reference, struct kho_result *scaled, GError **error);

/* The same for a machine that is known as Linux sees it; takes it over. */
bool kho_scaled_boot_on(const struct kho_result *reference, struct kho_scaled_machine *machine,
			struct kho_result *scaled, GError **error);

#endif
