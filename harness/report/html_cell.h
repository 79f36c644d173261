/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a page knows of its cells beyond what it shows at once: an index that its script searches, and of each cell
 * everything there is, packed (gzip, base64), unpacked when somebody asks for it.
 */
#ifndef KHO_REPORT_HTML_CELL_H
#define KHO_REPORT_HTML_CELL_H

#include "harness/model/result.h"

/*
 * Adds a script element of data called "index": {"estimators":[...],"cells":[...]}, controls behind cells. A cell's
 * place in it is its number.
 */
void kho_html_cell_index(GString *page, const struct kho_run *run);

/*
 * Adds a script element of data for each cell and control, "data-N". @base: where the run's evidence is; NULL: nowhere.
 * Consoles and autopsies of cells in which nothing is remarkable are left out where the page would grow too large.
 */
void kho_html_cell_data(GString *page, const struct kho_run *run, const char *base);

/* "#cell=ID", escaped for an attribute. To be freed. */
char *kho_html_cell_address(const struct kho_result *result);

#endif
