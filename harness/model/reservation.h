/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can a machine set this scratch aside? A model of kho_reserve_scratch(), Linux 6.18 to 7.3. Pure.
 *
 * It runs when memory maps and all other early memory are allocated, and takes
 *
 *	lowmem	 an area below 4 GiB
 *	global	 an area anywhere
 *	pernode	 an area on each node that has memory, of the same size on all
 *
 * in this order, each in one piece. memblock goes from the top down, takes the first piece that is large enough, and
 * never joins two nodes' memory. Where one of them cannot be had, KHO turns itself off.
 */
#ifndef KHO_MODEL_RESERVATION_H
#define KHO_MODEL_RESERVATION_H

#include <stdbool.h>

#include "harness/model/topology.h"

#define KHO_AREA_ALIGNMENT (4ULL << 20) /* bytes: a pageblock at most, 2 MiB where THP or hugetlbfs is built in */

struct kho_areas {
	uint64_t lowmem, global, pernode; /* bytes, multiples of KHO_AREA_ALIGNMENT */
};

/*
 * True: they fit on a machine whose nodes have their ranges, wherever the kernel lies (KASLR) and whether it has taken
 * little of the nodes or much. False: there is a way in which they do not.
 */
bool kho_areas_fit(const struct kho_topology *topology, const struct kho_areas *areas);

#endif
