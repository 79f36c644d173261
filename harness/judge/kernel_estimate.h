/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own sparsemem estimate, from its messages and figures. */
#ifndef KHO_JUDGE_KERNEL_ESTIMATE_H
#define KHO_JUDGE_KERNEL_ESTIMATE_H

#include "harness/handover/report.h"

/*
 * Fills @prediction (to be cleared) with what the kernel predicted: from its debugfs figures where there are any, held
 * against its message (and @prediction->contradiction says how the two differ); from the message alone otherwise.
 * @carries_estimator: the kernel is known to contain the published warning, so that its silence means "sufficient".
 */
void kho_kernel_prediction(const struct kho_report *report, bool carries_estimator, struct kho_prediction *prediction);

/* Reads the published message. False: it is another one. */
bool kho_warning_parse(const char *message, struct kho_prediction *prediction);

#endif
