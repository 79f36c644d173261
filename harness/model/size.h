/* SPDX-License-Identifier: GPL-2.0-only */
/* Strict sizes: a decimal number with an optional suffix K, M, G or T (powers of 1024). */
#ifndef KHO_MODEL_SIZE_H
#define KHO_MODEL_SIZE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* No sign, no space, no fraction, no leading zero, no overflow, nothing behind the suffix. */
bool kho_size_parse(const char *text, uint64_t *bytes);

/* The shortest exact text for a size ("4G", "1536M"), to be freed by the caller. */
char *kho_size_format(uint64_t bytes);

/* A decimal number under the same rules; *@end is what follows it. */
bool kho_number_parse(const char *text, const char **end, uint64_t *number);

#endif
