/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A first boot on paper: memblock as it is where the first kernel reserves its scratch, by what was recorded of a boot
 * of that machine. Whatever was allocated lies where it really lay. What scratch that boot reserved does not matter: up
 * to then, a boot does not depend on it, but for the length of its command line.
 *
 * x86-64, Linux 6.18 to 7.3. Freestanding. All addresses are physical, all sizes bytes, all ranges half-open.
 */
#ifndef KHO_ESTIMATOR_FIRST_BOOT_H
#define KHO_ESTIMATOR_FIRST_BOOT_H

#include "layout.h"
#include "memblock_model.h"

/* Regions of workspace that the model needs: *@nr_memory of memory, *@nr_reserved of reservations. */
void kho_first_boot_workspace(const struct kho_layout *layout, size_t *nr_memory, size_t *nr_reserved);

/*
 * Fills @mb from layout->ranges and layout->events (of which it needs both); layout->scratch and ->segments are not
 * looked at. @memory and @reserved are the caller's, as large as kho_first_boot_workspace() says. NULL, or why there is
 * no such boot (a fixed sentence).
 */
const char *kho_first_boot_run(const struct kho_layout *layout, struct kho_mb_region *memory,
			       struct kho_mb_region *reserved, struct kho_mb *mb);

#endif
