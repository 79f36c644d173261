/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole small files of proc, sysfs and debugfs. */
#ifndef KHO_GUEST_FILE_H
#define KHO_GUEST_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A file's text with a NUL behind it, to be freed by the caller; NULL: errno says why. */
char *file_read(const char *path, size_t *length);

bool file_write(const char *path, const char *text); /* false: errno says why */
bool file_exists(const char *path);

#endif
