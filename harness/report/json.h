/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell and a run as JSON. docs/results.md describes every key; change them together. */
#ifndef KHO_REPORT_JSON_H
#define KHO_REPORT_JSON_H

#include "harness/model/result.h"

/* Raised when a key changes its meaning or goes; new keys alone do not raise it. */
#define KHO_JSON_SCHEMA_VERSION 1

/* One cell or control: for the journal as one line without its newline, @pretty as a file's text with one. To be freed.
 */
char *kho_json_cell(const struct kho_result *result, bool pretty);

/* A whole run: the text of results.json. To be freed. */
char *kho_json_run(const struct kho_run *run);

#endif
