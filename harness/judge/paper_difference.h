/* SPDX-License-Identifier: GPL-2.0-only */
/* How a handover on paper differs from one that was recorded. Pure. */
#ifndef KHO_JUDGE_PAPER_DIFFERENCE_H
#define KHO_JUDGE_PAPER_DIFFERENCE_H

#include "harness/judge/paper_layout.h"

/*
 * Each difference as a text (char *, owned by the array): how far it goes, areas of scratch, segments. Empty: none.
 * What
 * @real does not know is not compared.
 */
GPtrArray *kho_paper_differences(const struct kho_paper *paper, const struct kho_result *real);

/* "lowmem", "global", "node 3": what an area is for, by its place in kho_scratch[]. To be freed. */
char *kho_area_name(const struct kho_layout *layout, size_t index);

#endif
