/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping files as evidence: what is in them, and the same file under another name. */
#ifndef KHO_MACHINE_KEEP_H
#define KHO_MACHINE_KEEP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* SHA-256 in 64 hexadecimal digits, to be freed; @size (bytes) may be NULL. Errors are KHO_ERROR_HOST, "PATH: why". */
char *kho_file_sha256(const char *path, uint64_t *size, GError **error);

/*
 * @source under the name @destination as well, which must not exist: as a hard link where @immutable promises that
 * nobody writes into @source and the file system can, else as a copy (which shares its blocks where the file system
 * can) that is whole or not there. Errors are KHO_ERROR_HOST and name @destination.
 */
bool kho_file_keep(const char *source, const char *destination, bool immutable, GError **error);

/* Only the hard link. False: not possible, for whatever reason. */
bool kho_file_link(const char *source, const char *destination);

#endif
