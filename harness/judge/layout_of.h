/* SPDX-License-Identifier: GPL-2.0-only */
/* What a result knows of its handover, as the estimators get to see it. Checked here, once for all of them. Pure. */
#ifndef KHO_JUDGE_LAYOUT_OF_H
#define KHO_JUDGE_LAYOUT_OF_H

#include "harness/model/result.h"

/*
 * The view of @result's facts: it borrows them, and @result must outlive it. Returns NULL, or why there is no such
 * view (a fixed sentence): something that all estimators need was not reported, or what was reported makes no sense, so
 * that none of them may be made to walk through it.
 */
const char *kho_layout_of(const struct kho_result *result, struct kho_layout *layout);

/* The same of a first boot that may have no scratch, because KHO turned itself off or was not on. */
const char *kho_layout_of_machine(const struct kho_result *result, struct kho_layout *layout);

/* @layout as sparsemem sees it. @ranges: the layout's, by kho_memory_ranges_of(); they must outlive the answer. */
struct kho_sparsemem_input kho_layout_sparsemem(const struct kho_layout *layout,
						const struct kho_memory_ranges *ranges);

#endif
