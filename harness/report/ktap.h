/* SPDX-License-Identifier: GPL-2.0-only */
/* A run in the kernel's own format for test results (Documentation/dev-tools/ktap.rst), for kernel CI. */
#ifndef KHO_REPORT_KTAP_H
#define KHO_REPORT_KTAP_H

#include "harness/model/result.h"

/* A test for each kernel, and in it one for each control and cell. To be freed. */
char *kho_ktap(const struct kho_run *run);

#endif
