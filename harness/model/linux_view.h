/* SPDX-License-Identifier: GPL-2.0-only */
/* A topology as Linux sees it. Pure. */
#ifndef KHO_MODEL_LINUX_VIEW_H
#define KHO_MODEL_LINUX_VIEW_H

#include "harness/model/arch.h"
#include "harness/model/topology.h"

/*
 * The number that Linux gives to node @nid of a topology, on x86-64. (On arm64 the device tree says it, and it is
 * @nid.)
 *
 * It numbers nodes as it meets them in the SRAT (acpi_map_pxm_to_node()), of which acpi_numa_init() reads the CPUs
 * before the memory: nodes with CPUs come first, then those with memory alone, each in their own order.
 */
unsigned int kho_linux_nid(const struct kho_topology *topology, unsigned int nid);

/*
 * The memory of the topology on a machine of @arch, without what is reserved, from 1 MiB on, of struct
 * kho_memory_range, ascending, by Linux's numbers of nodes; neighbours of the same node are one. To be freed.
 */
GArray *kho_linux_ranges(const struct kho_topology *topology, const struct kho_arch *arch);

/*
 * Do @ranges, of struct kho_memory_range as a kernel printed them, differ from the topology's memory without what is
 * reserved? To be freed; NULL: they do not, or the topology is known by its name alone. What firmware takes is no
 * difference: all below 1 MiB, and less than 1 MiB at the end of a range below 4 GiB.
 */
char *kho_linux_view_differs(const struct kho_topology *topology, const struct kho_arch *arch, const GArray *ranges);

#endif
