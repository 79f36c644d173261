// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/percpu_plan.h"

#include <stdbool.h>

#define PAGE	   4096ULL
#define UNIT_LEAST (32ULL << 10) /* PCPU_MIN_UNIT_SIZE */

void kho_percpu_plan_free(struct kho_percpu_plan *plan)
{
	g_array_unref(plan->groups);
	g_free(plan);
}

static bool divides(uint64_t bytes, guint units)
{
	return bytes % units == 0 && bytes / units % PAGE == 0;
}

/* Units that each allocation has if it has room for @units, and how many would stay empty. */
static guint count_allocations(const GArray *cpus, guint units, guint *wasted)
{
	guint allocations = 0;

	*wasted = 0;
	for (guint nid = 0; nid < cpus->len; nid++) {
		guint count = g_array_index(cpus, guint, nid), here = (count + units - 1) / units;

		allocations += here;
		*wasted += here * units - count;
	}
	return allocations;
}

static guint count_cpus(const GArray *cpus)
{
	guint count = 0;

	for (guint nid = 0; nid < cpus->len; nid++)
		count += g_array_index(cpus, guint, nid);
	return count;
}

/* As few allocations as possible with at most a third of them empty. */
static guint best_units(const GArray *cpus, uint64_t least, uint64_t bytes)
{
	guint most = bytes / least, best = 1, last = G_MAXUINT, nr_cpus = count_cpus(cpus);

	for (guint units = most; units; units--) {
		guint wasted, allocations;

		if (!divides(bytes, units))
			continue;
		allocations = count_allocations(cpus, units, &wasted);
		if (wasted > nr_cpus / 3)
			continue;
		if (allocations > last)
			break;
		last = allocations;
		best = units;
	}
	return best;
}

struct kho_percpu_plan *kho_percpu_plan_new(const GArray *cpus, uint64_t used, uint64_t atom)
{
	struct kho_percpu_plan *plan = g_new0(struct kho_percpu_plan, 1);
	uint64_t least = MAX(used, UNIT_LEAST), bytes = (least + atom - 1) / atom * atom;
	guint units = best_units(cpus, least, bytes);

	plan->groups = g_array_new(FALSE, FALSE, sizeof(struct kho_percpu_group));
	plan->unit_bytes = bytes / units;
	for (guint nid = 0; nid < cpus->len; nid++) {
		guint count = g_array_index(cpus, guint, nid);
		struct kho_percpu_group group = { nid, count, (count + units - 1) / units * units };

		if (!count)
			continue;
		g_array_append_val(plan->groups, group);
		plan->nr_units += group.units;
	}
	return plan;
}
