/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run as one self-contained page that loads nothing, light or dark as the reader has it. Summary, grids, charts and
 * what is wrong can be read without its script; filters and all that is known of a cell need it.
 */
#ifndef KHO_REPORT_HTML_H
#define KHO_REPORT_HTML_H

#include "harness/model/result.h"

/*
 * The text of report.html, to be freed. @base: the directory that evidence is relative to, whose consoles and autopsies
 * become part of the page; NULL: none do.
 */
char *kho_html(const struct kho_run *run, const char *base);

#endif
