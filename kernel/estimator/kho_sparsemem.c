// SPDX-License-Identifier: GPL-2.0-only
/*
 * Estimate, in the first kernel, whether scratch suffices for the memory map
 * of the successor, and warn when it does not.
 *
 * The estimate itself is in estimator/sparsemem.c, which also runs outside
 * of the kernel; this file only tells it what memory and scratch look like.
 */

#define pr_fmt(fmt) "KHO: " fmt

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "kexec_handover_internal.h"
#include "estimator/sparsemem.h"

enum estimate_state {
	ESTIMATE_NOT_RUN,	/* KHO is off, or this is a successor */
	ESTIMATE_SKIPPED,	/* no memory for the temporary arrays */
	ESTIMATE_DONE,
};

static const char *const estimate_states[] = {
	[ESTIMATE_NOT_RUN] = "not-run",
	[ESTIMATE_SKIPPED] = "skipped",
	[ESTIMATE_DONE] = "done",
};

/* Written once by the work, read only after flush_work(). */
static struct {
	enum estimate_state state;
	struct kho_sparsemem_result result;
	struct kho_sparsemem_node *nodes;	/* nr_node_ids entries */
} estimate;

static const struct kho_geometry geometry = {
	.struct_page_size = sizeof(struct page),
	.page_size = PAGE_SIZE,
#ifdef PMD_SIZE
	.pmd_size = PMD_SIZE,
#endif
	.pages_per_section = PAGES_PER_SECTION,
	.map_virtual = IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP),
};

static bool next_section(const void *context, u64 *section)
{
	unsigned long next = next_present_section_nr(*section - 1);

	if (next == -1UL)
		return false;
	*section = next;
	return true;
}

static unsigned int pfn_node(const void *context, u64 pfn)
{
	return pfn_to_nid(pfn);
}

static void warn_about_worst_node(void)
{
	const struct kho_sparsemem_node *node = &estimate.nodes[estimate.result.worst];

	pr_warn("scratch: node%d max=%lluMiB need=%lluMiB for sparse_buffer_init(map_count=%llu section_map_size=%lluKiB); kexec may fail\n",
		estimate.result.worst, node->usable_bytes / SZ_1M,
		node->required_bytes / SZ_1M, node->map_count,
		estimate.result.section_map_bytes / SZ_1K);
}

static void estimate_work(struct work_struct *work)
{
	struct kho_sparsemem_input input = {
		.geometry = geometry,
		.memory = { .next_section = next_section, .pfn_node = pfn_node },
		.nr_nodes = nr_node_ids,
	};
	struct kho_scratch_area *areas;
	struct kho_scratch_piece *pieces = NULL;

	areas = kvcalloc(kho_scratch_cnt, sizeof(*areas), GFP_KERNEL);
	estimate.nodes = kvcalloc(nr_node_ids, sizeof(*estimate.nodes), GFP_KERNEL);
	if (!areas || !estimate.nodes)
		goto skip;
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		areas[i] = (struct kho_scratch_area){ kho_scratch[i].addr, kho_scratch[i].size };
	input.scratch = areas;
	input.nr_scratch = kho_scratch_cnt;

	pieces = kvcalloc(kho_sparsemem_count_pieces(&input), sizeof(*pieces), GFP_KERNEL);
	if (!pieces)
		goto skip;
	estimate.result = kho_sparsemem_estimate(&input, estimate.nodes, pieces);
	estimate.state = ESTIMATE_DONE;
	if (estimate.result.insufficient)
		warn_about_worst_node();
	goto out;
skip:
	estimate.state = ESTIMATE_SKIPPED;
	pr_warn("scratch: sparsemem sanity skipped (temp alloc unavailable)\n");
out:
	kvfree(pieces);
	kvfree(areas);
}
static DECLARE_WORK(estimate_once, estimate_work);

static int sparsemem_show(struct seq_file *m, void *v)
{
	flush_work(&estimate_once);
	seq_puts(m, "kho-sparsemem 1\n");
	seq_printf(m, "state name=%s\n", estimate_states[estimate.state]);
	seq_printf(m, "geometry struct_page=%llu page=%llu pmd=%llu pages_per_section=%llu vmemmap=%d\n",
		   geometry.struct_page_size, geometry.page_size, geometry.pmd_size,
		   geometry.pages_per_section, geometry.map_virtual);
	if (estimate.state != ESTIMATE_DONE)
		return 0;
	seq_printf(m, "result insufficient=%d worst=%u section_map=%llu\n",
		   estimate.result.insufficient, estimate.result.worst,
		   estimate.result.section_map_bytes);
	for (unsigned int nid = 0; nid < nr_node_ids; nid++) {
		const struct kho_sparsemem_node *node = &estimate.nodes[nid];

		seq_printf(m, "node id=%u map_count=%llu required=%llu usable=%llu insufficient=%d\n",
			   nid, node->map_count, node->required_bytes,
			   node->usable_bytes, node->insufficient);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sparsemem);

static int __init estimate_init(void)
{
	struct dentry *dir;

	/* A successor has been through it: nothing left to predict. */
	if (kho_is_enabled() && !is_kho_boot())
		queue_work(system_long_wq, &estimate_once);

	if (IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUGFS) && kho_is_enabled()) {
		dir = debugfs_lookup("kho", NULL);
		debugfs_create_file("sparsemem", 0400, dir, NULL, &sparsemem_fops);
		dput(dir);
	}
	return 0;
}
late_initcall(estimate_init);
