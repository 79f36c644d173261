/* SPDX-License-Identifier: GPL-2.0-only */
/* The sparsemem estimate on the host, from the layout that the probe reported; and the kernel's own, from its messages.
 */
#ifndef KHO_JUDGE_HOST_ESTIMATE_H
#define KHO_JUDGE_HOST_ESTIMATE_H

#include "harness/handover/report.h"

/* Fills @prediction (to be cleared). Absent, with a note, where the report lacks or garbles something. */
void kho_host_estimate(const struct kho_report *report, struct kho_prediction *prediction);

/*
 * What the kernel predicted. From its debugfs figures where there are any, held against its message; from
 * the message alone otherwise. @carries_estimator: the kernel is known to contain the published
 * warning, so that its silence means "sufficient".
 * Returns NULL, or how message and figures contradict each other, to be freed.
 */
char *kho_kernel_prediction(const struct kho_report *report, bool carries_estimator, struct kho_prediction *prediction);

/* Reads the published message. False: it is another one. */
bool kho_warning_parse(const char *message, struct kho_prediction *prediction);

#endif
