/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of JSON, checked before json-glib (1.6 is what Debian 12 has) parses a text that nobody vouches for. It parses
 * recursively and knows no limit, so that a deep text would eat the stack; it takes 010 for 8, 0x10 for 16,
 * 18446744073709551616 for -1, comments for space and 'single' for double quotes; it drops what is behind a NUL in a
 * string, and whatever is behind the first value.
 */
#ifndef KHO_REPORT_JSON_LEXIS_H
#define KHO_REPORT_JSON_LEXIS_H

#include <glib.h>

#define KHO_JSON_DEPTH_MAX 32

/*
 * What is wrong with @text (which ends with a NUL at @length), to be freed, and *@line, counted from 0; NULL: all of it
 * is UTF-8, the words of JSON (RFC 8259) and white space, integers are within 64 bits with a sign, no string has a NUL,
 * and it is one value that is nested at most KHO_JSON_DEPTH_MAX deep. The grammar is json-glib's to check.
 */
char *kho_json_lexis_error(const char *text, gsize length, guint *line);

#endif
