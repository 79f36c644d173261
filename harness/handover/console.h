/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a machine's console says: whether the successor was entered, whether a kernel
 * panicked, and what failed first. Pure: bytes in, findings out; nothing the guest prints is trusted.
 */
#ifndef KHO_HANDOVER_CONSOLE_H
#define KHO_HANDOVER_CONSOLE_H

#include <glib.h>
#include <stdbool.h>

#include "harness/model/early_trace.h"
#include "harness/model/kexec_segments.h"

#define KHO_CONSOLE_RECENT 64 /* lines */

struct kho_console {
	GString *line;			  /* the line that is not finished yet */
	bool cut;			  /* ... and was too long: its rest is dropped */
	bool entered;			  /* the first kernel said that it enters the successor */
	guint lines;			  /* since then (or since power-on) */
	guint trace_lines;		  /* ... of the first kernel's early trace, which no successor prints */
	bool kernel;			  /* ... some of them are a kernel's, and not of what unpacks it */
	char *last;			  /* the last line, without its time */
	guint recent[KHO_CONSOLE_RECENT]; /* hashes of the last lines, digits masked */
	char *cause;			  /* the first sign of trouble since then */
	char *oops;			  /* "BUG: kernel NULL pointer dereference ..." */
	char *oops_place;		  /* the function in which that happened */
	char *panic;			  /* text behind "Kernel panic - not syncing: " */
	bool panic_over;		  /* the panic was printed to its end */

	/* of the first kernel, before it enters the successor */
	struct kho_early_trace *trace;
	struct kho_kexec_segments segments;
};

void kho_console_init(struct kho_console *console);
void kho_console_clear(struct kho_console *console);
void kho_console_take(struct kho_console *console, const char *bytes, gsize length);

/* The same for a log that was read from the kernel's memory, as a whole. */
void kho_console_take_log(struct kho_console *console, const char *log);

/* The last lines are the same few again and again. */
bool kho_console_repeats(const struct kho_console *console);

/* A line with every number in it as "#"; to be freed. */
char *kho_console_mask(const char *line);

#endif
