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

#define KHO_PC_HOLE (1ULL << 30) /* bytes, up to 4 GiB, on machines that reach so far */

/* Fills every node's ranges from its memory. */
void kho_pc_layout(struct kho_topology *topology);

#endif
