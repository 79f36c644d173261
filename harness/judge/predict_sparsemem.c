// SPDX-License-Identifier: GPL-2.0-only
/* The estimator under test, on the host: it looks at geometry, memory and scratch alone. */
#include "harness/judge/estimators.h"
#include "harness/judge/layout_of.h"

static void fill(struct kho_prediction *prediction, const struct kho_sparsemem_result *result, GArray *nodes)
{
	*prediction = (struct kho_prediction){
		.answer = result->insufficient ? KHO_ANSWER_INSUFFICIENT : KHO_ANSWER_SUFFICIENT,
		.node = result->worst,
		.section_map_bytes = result->section_map_bytes,
		.nodes = nodes,
	};
	if (result->insufficient) {
		const struct kho_sparsemem_node *worst =
			&g_array_index(nodes, struct kho_sparsemem_node, result->worst);

		prediction->usable_bytes = worst->usable_bytes;
		prediction->required_bytes = worst->required_bytes;
		prediction->map_count = worst->map_count;
	}
}

void kho_predict_sparsemem(const struct kho_layout *layout, struct kho_prediction *prediction)
{
	const struct kho_memory_ranges ranges =
		kho_memory_ranges_of(&layout->geometry, layout->ranges, layout->nr_ranges);
	const struct kho_sparsemem_input input = kho_layout_sparsemem(layout, &ranges);
	g_autofree struct kho_scratch_piece *pieces =
		g_new(struct kho_scratch_piece, kho_sparsemem_count_pieces(&input) + 1);
	GArray *nodes = g_array_new(FALSE, TRUE, sizeof(struct kho_sparsemem_node));
	struct kho_sparsemem_result result;

	g_array_set_size(nodes, input.nr_nodes);
	result = kho_sparsemem_estimate(&input, (struct kho_sparsemem_node *)nodes->data, pieces);
	fill(prediction, &result, nodes);
}
