// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/boundary_report.h"

const struct kho_boundary_row *kho_boundary_row_of(const struct kho_boundary_report *report, uint64_t value)
{
	for (guint i = 0; i < report->rows->len; i++) {
		const struct kho_boundary_row *row = &g_array_index(report->rows, struct kho_boundary_row, i);

		if (row->value == value)
			return row;
	}
	return NULL;
}

bool kho_boundary_edge_is_tight(const struct kho_boundary_report *report, const struct kho_boundary_edge *edge)
{
	uint64_t below = edge->have_below ? edge->below : report->low - 1;

	return edge->have_at && below + 1 == edge->at;
}

bool kho_boundary_is_clean(const struct kho_boundary_report *report)
{
	const struct kho_boundary_result *result = &report->result;

	return report->finished && result->monotonic && result->agree &&
	       kho_boundary_edge_is_tight(report, &result->last);
}

struct kho_boundary_error kho_boundary_error_of(const struct kho_boundary_report *report,
						const struct kho_opinion *opinion)
{
	const struct kho_boundary_edge *edge = &report->result.last, *thinks = &opinion->result.last;
	uint64_t step = kho_axis_step_bytes(report->axis);
	struct kho_boundary_error error = { 0 };
	const struct kho_boundary_row *row;

	if (!opinion->have || !thinks->have_at || !kho_boundary_edge_is_tight(report, edge))
		return error;
	error.have_ratio = true;
	error.ratio = (double)thinks->at / edge->at;
	error.have_bytes = true;
	error.bytes = ((double)thinks->at - edge->at) * step;
	if (step)
		return error;
	/* Percents have no size; what they come to has. */
	row = kho_boundary_row_of(report, edge->at);
	error.have_bytes = opinion->scratch_bytes && row && row->scratch_bytes;
	if (error.have_bytes)
		error.bytes = (double)opinion->scratch_bytes - row->scratch_bytes;
	return error;
}
