/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lines of a console or of an autopsy decide a cell, so that a reader finds them among hundreds. Pure. */
#ifndef KHO_REPORT_DECISIVE_H
#define KHO_REPORT_DECISIVE_H

#include <glib.h>

enum kho_decisive {
	KHO_DECISIVE_NOT,
	KHO_DECISIVE_BOOT,    /* a kernel begins */
	KHO_DECISIVE_SCRATCH, /* what KHO says of its scratch: also the estimator's warning */
	KHO_DECISIVE_KEXEC,   /* the handover itself */
	KHO_DECISIVE_REFUSED, /* memory that was asked for, and not there */
	KHO_DECISIVE_DEATH,
	KHO_NR_DECISIVE
};

/* Of one line, @length bytes, by the words of Linux 6.18 to 7.3 and of autopsy.txt. */
enum kho_decisive kho_decisive_line(const char *line, gsize length);

const char *kho_decisive_text(enum kho_decisive kind); /* "scratch" */

#endif
