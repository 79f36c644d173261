/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where QEMU's "pc" machine (i440fx) puts the memory of the nodes.
 *
 *	          total < 3.5 GiB                  total >= 3.5 GiB
 *
 *	0         +---------+                      +---------+
 *	          | node 0  |                      | node 0  |
 *	          +---------+                      |         |
 *	          | node 1  |                      +---------+
 *	total     +---------+                      | node 1  |
 *	3 GiB     |         |                      +---------+
 *	          | devices |                      | devices |
 *	4 GiB     +---------+                      +---------+
 *	                                           | node 1  |
 *	                                           +---------+
 *	                                           | node 2  |
 *	                            total + 1 GiB  +---------+
 *
 * The nodes' memory is one block in the nodes' order, cut once (pc_init1() in QEMU's hw/i386/pc_piix.c;
 * max-ram-below-4g and gigabyte_align as they come, from QEMU 2.0 on).
 *
 * Not shown, as no node begins or ends there: the hole from 640 KiB to 1 MiB.
 *
 * Near 1 TiB the CPU's vendor and address width matter. From QEMU 7.1 on, a machine with AMD CPUs
 * has what is above 4 GiB moved to 1 TiB if it would reach the HyperTransport hole at 1012 GiB
 * otherwise; with Intel CPUs it stays. This is the layout with Intel CPUs, and with any CPUs up to 1009 GiB in
 * all; beyond, the 64-bit hole for devices behind it reaches that of HyperTransport. QEMU 7.2's own emulated CPU
 * (-cpu max under TCG) is an AMD with 40 address bits: with 1010 GiB and more it does not start.
 */
#ifndef KHO_MODEL_PC_LAYOUT_H
#define KHO_MODEL_PC_LAYOUT_H

#include "harness/model/topology.h"

#define KHO_PC_HOLE	 (1ULL << 30)  /* bytes, up to 4 GiB, on machines that reach so far */
#define KHO_PC_HOLES_MAX 16	       /* a hole takes 32 characters of a command line */
#define KHO_PC_LOW_LEAST (64ULL << 20) /* bytes from 0: for firmware, and to load a kernel */

/* Fills every node's ranges from its memory. */
void kho_pc_layout(struct kho_topology *topology);

/*
 * What machine there must be for a topology that is placed: @memory bytes in all, laid out as above, of which the
 * ranges in
 * @holes (of struct kho_range, ascending; of no node) are to be kept from the kernels. Both may be NULL. Where there is
 * no such machine: why, to be freed; otherwise NULL.
 */
char *kho_pc_cover(const struct kho_topology *topology, uint64_t *memory, GArray *holes);

/* Bytes of memory that the machine must have: of one that is placed, what covers it; of any other, its nodes'. */
uint64_t kho_pc_memory(const struct kho_topology *topology);

#endif
