/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's command line, as the guest's programs read it. */
#ifndef KHO_GUEST_CMDLINE_H
#define KHO_GUEST_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Reads /proc/cmdline, to be freed by the caller; NULL: errno says why. */
char *cmdline_read(void);

/* The value behind the word that starts with @prefix ("key="); to be freed; NULL if there is none. */
char *cmdline_value(const char *cmdline, const char *prefix);

/* Turns %XX back into bytes, in place. False on a malformed text. */
bool percent_decode(char *text);

#endif
