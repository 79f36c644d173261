/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace of early boot as a file: "kho-trace 1", then an event a line. Numbers are hexadecimal, without 0x; nodes are
 * decimal, -1 for none.
 *
 *	found BASE SIZE FLAGS
 *	initrd BASE SIZE
 *	add BASE SIZE NID
 *	remove BASE SIZE CALLER
 *	reserve BASE SIZE NID FLAGS CALLER
 *	alloc BASE SIZE ALIGN FROM TO NID exact|any traced|untraced FLAGS CALLER
 *	free BASE SIZE CALLER
 *	double BASE ENTRIES
 */
#ifndef KHO_REPORT_TRACE_FILE_H
#define KHO_REPORT_TRACE_FILE_H

#include <glib.h>
#include <stdbool.h>

#include "estimator/early_event.h"

/* The file's text; to be freed. */
char *kho_trace_format(const GArray *events);

/* Its events, of struct kho_early_event. Errors are KHO_ERROR_INPUT, "PATH:LINE: what is wrong". */
GArray *kho_trace_parse(const char *path, const char *text, GError **error);

/* "traces/0123456789abcdef.trace", by what is in it; to be freed. */
char *kho_trace_name(const char *text);

/* Is it of that form? */
bool kho_trace_name_valid(const char *name);

#endif
