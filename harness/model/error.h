/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every error of the harness is a GError of this domain, and its message is one
 * whole line for a person: what, where (file:line), what to do.
 */
#ifndef KHO_MODEL_ERROR_H
#define KHO_MODEL_ERROR_H

#include <glib.h>

#define KHO_ERROR (kho_error_quark())

enum kho_error {
	KHO_ERROR_INPUT, /* bad usage or bad input: exit status 2 */
	KHO_ERROR_HOST,	 /* the harness or the host failed: exit status 3 */
};

enum kho_exit {
	KHO_EXIT_OK = 0,      /* everything as expected */
	KHO_EXIT_DIFFERS = 1, /* a cell differs from what was expected */
	KHO_EXIT_INPUT = 2,   /* bad usage or bad input; nothing was run */
	KHO_EXIT_HOST = 3,    /* the harness or the host failed */
};

GQuark kho_error_quark(void);

/* The exit status that an error stands for. Errors of other domains are the host's. */
enum kho_exit kho_error_exit(const GError *error);

/* A text in quotes for a message: short and on one line, whatever it holds. To be freed by the caller. */
char *kho_error_quote(const char *text);

#endif
