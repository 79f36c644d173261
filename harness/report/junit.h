/* SPDX-License-Identifier: GPL-2.0-only */
/* A run as JUnit XML, for CI systems: a suite per kernel, a case per control and cell. */
#ifndef KHO_REPORT_JUNIT_H
#define KHO_REPORT_JUNIT_H

#include "harness/model/result.h"

/*
 * The text of junit.xml, to be freed. Of a cell, the first that is true of:
 *
 *	error	  it did not end, or was lost
 *	failure	  its places contradict each other
 *	failure	  it differs from what was expected
 *	skipped	  it is excluded from the verdicts
 *	passed	  otherwise; also a known FP or FN, and a cell of a kernel without expectations
 *
 * A control passes if it survived; lost or not ended it is an error, otherwise a failure.
 */
char *kho_junit(const struct kho_run *run);

#endif
