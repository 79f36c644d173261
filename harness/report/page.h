/* SPDX-License-Identifier: GPL-2.0-only */
/* What a page is made of beside its text: style and script (page/), and the policy that lets in nothing else. */
#ifndef KHO_REPORT_PAGE_H
#define KHO_REPORT_PAGE_H

#include <glib.h>

/*
 * Adds doctype, head and the beginning of the body. Nothing is loaded, and nothing but our own style and script, known
 * by their hashes, is obeyed: whatever a guest wrote stays text.
 */
void kho_page_begin(GString *page, const char *title);

/* Adds the script, and ends the page. */
void kho_page_end(GString *page);

#endif
