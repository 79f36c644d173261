/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a machine's console says: whether the successor was entered, whether a kernel
 * panicked, and what failed first. Pure: bytes in, findings out; nothing the guest prints is trusted.
 */
#ifndef KHO_HANDOVER_CONSOLE_H
#define KHO_HANDOVER_CONSOLE_H

#include <glib.h>
#include <stdbool.h>

struct kho_console {
	GString *line;	  /* the line that is not finished yet */
	bool cut;	  /* ... and was too long: its rest is dropped */
	bool entered;	  /* the first kernel said that it enters the successor */
	guint lines;	  /* since then (or since power-on) */
	char *last;	  /* the last line, without its time */
	char *cause;	  /* the first sign of trouble since then */
	char *oops;	  /* "BUG: kernel NULL pointer dereference ..." */
	char *oops_place; /* the function in which that happened */
	char *panic;	  /* text behind "Kernel panic - not syncing: " */
	bool panic_over;  /* the panic was printed to its end */
};

void kho_console_init(struct kho_console *console);
void kho_console_clear(struct kho_console *console);
void kho_console_take(struct kho_console *console, const char *bytes, gsize length);

/* One line that says what the console knows of a death, to be freed; NULL if it knows nothing. */
char *kho_console_reason(const struct kho_console *console);

#endif
