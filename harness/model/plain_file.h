/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that a person names: read whole, if they are plain ones and not too large. */
#ifndef KHO_MODEL_PLAIN_FILE_H
#define KHO_MODEL_PLAIN_FILE_H

#include <glib.h>

/*
 * The text of @path, to be freed, with a NUL behind its @length bytes. Errors are KHO_ERROR_INPUT, "PATH: why": it is
 * not there, not a plain file (nothing blocks on a FIFO), or has more than @most bytes (whole MiB).
 */
char *kho_plain_file_read(const char *path, gsize most, gsize *length, GError **error);

#endif
