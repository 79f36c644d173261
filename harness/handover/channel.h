/* SPDX-License-Identifier: GPL-2.0-only */
/* The harness's end of a guest's serial port: passes on what comes, and keeps it in a file. */
#ifndef KHO_HANDOVER_CHANNEL_H
#define KHO_HANDOVER_CHANNEL_H

#include <glib.h>

struct kho_channel_reader;

/* @length 0: the peer hung up; no more calls follow. */
typedef void (*kho_channel_took)(const char *bytes, gsize length, void *data);

/*
 * Reads from @fd, which is taken, and keeps a copy in the file @path (up to KHO_CHANNEL_LOG_MAX bytes).
 * NULL: the file cannot be made; the error is KHO_ERROR_HOST, and @fd is closed.
 */
#define KHO_CHANNEL_LOG_MAX (16UL << 20)
struct kho_channel_reader *kho_channel_reader_new(int fd, const char *path, kho_channel_took took, void *data,
						  GError **error);
void kho_channel_reader_free(struct kho_channel_reader *reader); /* NULL is fine */

/* NULL, or why the copy is not complete (such as a full disk). */
const char *kho_channel_reader_error(const struct kho_channel_reader *reader);

#endif
