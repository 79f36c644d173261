// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_plan.h"

#define LOW_LIMIT 0xffffffffULL /* ARCH_LOW_ADDRESS_LIMIT, x86-64 and arm64 */

/* Wraps to 0 as the kernel's does: scratch_size_update() counts on it where all that is reserved lies below 4 GiB. */
static u64 round_up(u64 size)
{
	return (size + KHO_SCRATCH_ALIGN - 1) & ~(KHO_SCRATCH_ALIGN - 1);
}

/* N_MEMORY */
static bool has_memory(const struct kho_mb *mb, size_t nid)
{
	size_t i;

	for (i = 0; i < mb->memory.count; i++)
		if (mb->memory.regions[i].nid == (int)nid)
			return true;
	return false;
}

size_t kho_scratch_plan_count(const struct kho_mb *mb, size_t nr_nodes)
{
	size_t nid, count = 2;

	for (nid = 0; nid < nr_nodes; nid++)
		count += has_memory(mb, nid);
	return count;
}

/* scratch_size_update() */
static void update_sizes(const struct kho_mb *mb, const struct kho_scratch_wish *wish, u64 *lowmem, u64 *global)
{
	u64 size;

	*lowmem = wish->lowmem;
	*global = wish->global;
	if (!wish->percent)
		return;
	size = kho_mb_reserved_kern_size(mb, LOW_LIMIT, KHO_MB_NO_NODE);
	*lowmem = round_up(size * wish->scale / 100);
	size = kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, KHO_MB_NO_NODE);
	*global = round_up(size * wish->scale / 100 - *lowmem);
}

/* scratch_size_node() */
static u64 node_size(const struct kho_mb *mb, const struct kho_scratch_wish *wish, int nid)
{
	if (!wish->percent)
		return round_up(wish->pernode);
	return round_up(kho_mb_reserved_kern_size(mb, KHO_MB_ANYWHERE, nid) * wish->scale / 100);
}

/* Adds an area below @to, on @nid if it is a node. memblock finds a place for 0 bytes, and takes nothing. */
static bool add_area(struct kho_mb *mb, u64 size, u64 to, int nid, struct kho_scratch_area *areas,
		     struct kho_scratch_plan *plan)
{
	const struct kho_mb_request request = {
		.size = size,
		.align = KHO_SCRATCH_ALIGN,
		.to = to,
		.nid = nid,
		.exact = nid != KHO_MB_NO_NODE,
	};
	u64 start = size ? kho_mb_alloc_range(mb, &request) : 0;

	areas[plan->nr_areas++] = (struct kho_scratch_area){ start, size };
	return start || !size;
}

static void lack(struct kho_scratch_plan *plan, enum kho_scratch_lack what, int nid, u64 wanted)
{
	*plan = (struct kho_scratch_plan){ .lack = what, .node = nid, .wanted = wanted };
}

static bool make_list(struct kho_mb *mb, size_t count)
{
	const struct kho_mb_request request = {
		.size = count * KHO_SCRATCH_ENTRY,
		.align = mb->config.page_size,
		.nid = KHO_MB_NO_NODE,
	};

	return kho_mb_alloc(mb, &request);
}

static void make_nodes(struct kho_mb *mb, size_t nr_nodes, const struct kho_scratch_wish *wish,
		       struct kho_scratch_area *areas, struct kho_scratch_plan *plan)
{
	size_t nid;

	for (nid = 0; nid < nr_nodes; nid++) {
		u64 size;

		if (!has_memory(mb, nid))
			continue;
		size = node_size(mb, wish, (int)nid);
		if (add_area(mb, size, KHO_MB_ACCESSIBLE, (int)nid, areas, plan))
			continue;
		lack(plan, KHO_SCRATCH_LACKS_NODE, (int)nid, size);
		return;
	}
}

void kho_scratch_plan_make(struct kho_mb *mb, size_t nr_nodes, const struct kho_scratch_wish *wish,
			   struct kho_scratch_area *areas, struct kho_scratch_plan *plan)
{
	size_t count = kho_scratch_plan_count(mb, nr_nodes);
	u64 lowmem, global;

	*plan = (struct kho_scratch_plan){ .node = KHO_MB_NO_NODE };
	update_sizes(mb, wish, &lowmem, &global);
	if (!make_list(mb, count))
		lack(plan, KHO_SCRATCH_LACKS_LIST, KHO_MB_NO_NODE, count * KHO_SCRATCH_ENTRY);
	else if (!add_area(mb, lowmem, LOW_LIMIT, KHO_MB_NO_NODE, areas, plan))
		lack(plan, KHO_SCRATCH_LACKS_LOWMEM, KHO_MB_NO_NODE, lowmem);
	else if (!add_area(mb, global, KHO_MB_ACCESSIBLE, KHO_MB_NO_NODE, areas, plan))
		lack(plan, KHO_SCRATCH_LACKS_GLOBAL, KHO_MB_NO_NODE, global);
	else
		make_nodes(mb, nr_nodes, wish, areas, plan);
}
