// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines at borders: just before, at and just behind where a section, a PMD or the hole for devices ends, where a
 * memory map takes one block more, and where areas of scratch as they are usual just hold one.
 */
#include "harness/model/pc_layout.h"
#include "harness/model/placing.h"
#include "harness/model/size.h"
#include "harness/model/strategies.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)
#define SECTION (128 * MIB)
#define BOTTOM	(3 * GIB)
#define PER_MAP 64 /* bytes of memory for each byte of its map */

static const int64_t steps[] = { -2, -1, 0, 1, 2 }; /* MiB: a PMD, and half of one */

static struct kho_topology *add(GPtrArray *topologies, const char *what, int64_t step, const char *description)
{
	g_autofree char *name = g_strdup_printf("edge-%s%s%s", what, step ? (step < 0 ? "-minus-" : "-plus-") : "",
						step ? (ABS(step) == 1	 ? "1M"
							: ABS(step) == 2 ? "2M"
									 : "128M")
						     : "");
	struct kho_topology *topology = kho_strategy_add(topologies, name, description);

	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 0, 1);
	return topology;
}

/* Two nodes that meet near the end of a section. */
static void add_border(GPtrArray *topologies, int64_t step)
{
	struct kho_topology *topology =
		add(topologies, "border", step, "two nodes that meet at or near the end of a section");
	struct kho_placing placing = { .topology = topology };

	kho_placing_add(&placing, 0, GIB + step * MIB);
	kho_placing_add(&placing, 1, GIB - step * MIB);
}

/* A node that ends at the hole or before it, or goes on above it with a little. */
static void add_hole(GPtrArray *topologies, int64_t step)
{
	struct kho_topology *topology =
		add(topologies, "hole", step, "a node that ends at or near the hole for devices, and one above it");
	struct kho_placing placing = { .topology = topology };

	kho_placing_add(&placing, 0, BOTTOM + step * MIB);
	placing.at = MAX(placing.at, 4 * GIB);
	kho_placing_add(&placing, 1, GIB);
}

/* A node as large as a section, or a little smaller or larger. */
static void add_section(GPtrArray *topologies, int64_t step)
{
	struct kho_topology *topology = add(topologies, "section", step, "a node of a section or nearly one");
	struct kho_placing placing = { .topology = topology };

	kho_placing_add(&placing, 0, 2 * GIB);
	kho_placing_add(&placing, 1, SECTION + step * MIB);
}

/* A node that begins near 4 GiB. */
static void add_four(GPtrArray *topologies, int64_t step)
{
	struct kho_topology *topology = add(topologies, "4G", step, "a node that begins at or a little above 4 GiB");
	struct kho_placing placing = { .topology = topology };

	kho_placing_add(&placing, 0, 2 * GIB);
	placing.at = 4 * GIB + step * MIB;
	kho_placing_add(&placing, 1, GIB);
}

/* The map of each node is as large as an area of @area bytes, or a block of it smaller or larger. */
static void add_map(GPtrArray *topologies, uint64_t area, int64_t sections)
{
	g_autofree char *text = kho_size_format(area), *what = g_strdup_printf("map-%s", text);
	struct kho_topology *topology = add(topologies, what, sections * (int64_t)(SECTION / MIB),
					    "nodes whose memory map is as large as an area of scratch, or nearly");
	struct kho_placing placing = { .topology = topology };

	kho_placing_add(&placing, 0, area * PER_MAP + sections * (int64_t)SECTION);
	kho_placing_add(&placing, 1, area * PER_MAP + sections * (int64_t)SECTION);
}

void kho_strategy_edge(const struct kho_generate_options *options, GPtrArray *topologies)
{
	static const uint64_t areas[] = { 16 * MIB, 32 * MIB, 64 * MIB };

	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		add_border(topologies, steps[i]);
		add_hole(topologies, steps[i]);
		add_section(topologies, steps[i]);
		if (steps[i] >= 0)
			add_four(topologies, steps[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(areas); i++)
		for (int64_t sections = -1; sections <= 1; sections++)
			add_map(topologies, areas[i], sections);
}
