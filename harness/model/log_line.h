/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of a kernel's log, read strictly from its beginning to its end. Each step takes what must stand there; after
 * the first one that does not find it, the line does not fit, and nothing more is taken.
 */
#ifndef KHO_MODEL_LOG_LINE_H
#define KHO_MODEL_LOG_LINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct kho_log_line {
	const char *rest; /* what is not taken yet */
	bool unfit;
};

/* The message in @line, behind "[    0.000000] " and "[    T0] ", which need not be there. */
const char *kho_log_message(const char *line);

/* Takes @text if it comes next; that it does not come is no fault. */
bool kho_log_skip(struct kho_log_line *line, const char *text);

void kho_log_expect(struct kho_log_line *line, const char *text);

/* Digits alone, and no more than @most; 0 where the line does not fit. */
uint64_t kho_log_hex(struct kho_log_line *line, uint64_t most);
uint64_t kho_log_decimal(struct kho_log_line *line, uint64_t most);

/*
 * A symbol as %pS prints it, "function+0x1/0x2", to the end of the line; cut off to @size bytes with its NUL, and
 * without what a compiler appends to the name of a function that it has changed (".isra.0").
 */
void kho_log_symbol(struct kho_log_line *line, char *name, gsize size);

/* Nothing but white space may be left. */
void kho_log_end(struct kho_log_line *line);

#endif
