/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of a machine's memory by virtual address, as they were saved from it. Pure, but for reading a file. What is in
 * the pieces is not trusted, and neither are the addresses that are asked for.
 */
#ifndef KHO_HANDOVER_IMAGE_H
#define KHO_HANDOVER_IMAGE_H

#include <glib.h>
#include <stdbool.h>

struct kho_image;

/* What somebody wants to have in it: [address, address + length). */
struct kho_image_piece {
	guint64 address, length;
};

struct kho_image *kho_image_new(void);
void kho_image_free(struct kho_image *image);
typedef struct kho_image KhoImage;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoImage, kho_image_free)

/*
 * Copies @length bytes that lay at @address and following. Where pieces overlap the first one counts. False: nothing
 * was added, as the piece is empty or goes beyond the end of the address space.
 */
bool kho_image_add(struct kho_image *image, guint64 address, const void *bytes, gsize length);

/* The same with all of a file, at most 1 GiB. KHO_ERROR_HOST: cannot be read, empty, too large, beyond the end. */
bool kho_image_add_file(struct kho_image *image, guint64 address, const char *path, GError **error);

/* Reads across pieces that touch. False: not all of it is there; @bytes may then be written in part. */
bool kho_image_read(const struct kho_image *image, guint64 address, void *bytes, gsize length);

/* A little-endian unsigned number of 1, 2, 4 or 8 bytes. */
bool kho_image_read_number(const struct kho_image *image, guint64 address, gsize size, guint64 *number);

/* Adds to @wanted (of struct kho_image_piece) what of this is not in the image; nothing if it is all there. */
void kho_image_want(const struct kho_image *image, guint64 address, guint64 length, GArray *wanted);

#endif
