/* SPDX-License-Identifier: GPL-2.0-only */
/* A run as one self-contained page: no script, nothing to load, light or dark as the reader has it. */
#ifndef KHO_REPORT_HTML_H
#define KHO_REPORT_HTML_H

#include "harness/model/result.h"

/* The text of report.html, to be freed. Its links to evidence are relative to the run's directory. */
char *kho_html(const struct kho_run *run);

#endif
