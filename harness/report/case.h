/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cell or control as a test case, for CI systems, which know no more than passed, skipped, failed and broken: what is
 * new is a failure, what is excluded is skipped with its reason, and a known false positive or negative passes.
 */
#ifndef KHO_REPORT_CASE_H
#define KHO_REPORT_CASE_H

#include "harness/model/result.h"

enum kho_case_state { KHO_CASE_ERROR, KHO_CASE_FAILURE, KHO_CASE_SKIPPED, KHO_CASE_PASSED, KHO_NR_CASE_STATES };

struct kho_case {
	enum kho_case_state state;
	const char *type; /* "new", "lost", ...; NULL where it passed */
	char *message;	  /* not escaped for anything yet; NULL where it passed */
};

/* To be cleared. */
struct kho_case kho_case_of(const struct kho_result *result);
void kho_case_clear(struct kho_case *judged);

#endif
