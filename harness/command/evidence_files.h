/* SPDX-License-Identifier: GPL-2.0-only */
/* A result's evidence, taken from the directory of the run that recorded it into that of another. */
#ifndef KHO_COMMAND_EVIDENCE_FILES_H
#define KHO_COMMAND_EVIDENCE_FILES_H

#include "harness/model/result.h"
#include "harness/report/results.h"

/*
 * Everything below @from's directory of the cell, as hard links where the file system can, and the trace; what was not
 * kept there is no error. Links and special files are left behind. What the result says of where they are must be what
 * a run writes: nobody vouches for it. Errors are KHO_ERROR_INPUT (that), and KHO_ERROR_HOST.
 */
bool kho_evidence_files_take(const char *from, const struct kho_results *results, const struct kho_result *result,
			     GError **error);

#endif
