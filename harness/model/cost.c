// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/cost.h"

/* Milliseconds. */
#define BASE	       820
#define PER_CPU	       920 /* they are brought up one after another, twice */
#define PER_GIB	       46
#define ARM64	       1500
#define KEEP	       1500
#define PER_INITRD_MIB 35

guint64 kho_cell_cost(const struct kho_cell *cell)
{
	struct kho_payload payload = kho_cell_payload(cell);
	uint64_t memory = kho_topology_memory(cell->topology);

	return BASE + kho_topology_cpus(cell->topology) * PER_CPU + (memory >> 20) * PER_GIB / 1024 +
	       (kho_arch_of(cell->kernel)->is_pc ? 0 : ARM64) + (payload.keep ? KEEP : 0) +
	       (payload.initrd >> 20) * PER_INITRD_MIB;
}
