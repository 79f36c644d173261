/* SPDX-License-Identifier: GPL-2.0-only */
/* Text on a page: cleaned, and never taken for markup. */
#ifndef KHO_REPORT_HTML_TEXT_H
#define KHO_REPORT_HTML_TEXT_H

#include "harness/report/text.h"

/* @before and @after are markup of ours, @text is anybody's; NULL is "". */
static inline void add_text(GString *page, const char *before, const char *text, const char *after)
{
	g_autofree char *escaped = kho_text_markup(text);

	g_string_append_printf(page, "%s%s%s", before, escaped, after);
}

#endif
