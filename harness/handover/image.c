// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/image.h"

#include <string.h>
#include <sys/stat.h>

#include "harness/model/error.h"

#define MAX_FILE_BYTES (1LL << 30)

struct piece {
	guint64 address;
	gsize length; /* never 0; address + length - 1 does not overflow */
	guint8 *bytes;
};

struct kho_image {
	GArray *pieces;
};

static void clear_piece(gpointer piece)
{
	g_free(((struct piece *)piece)->bytes);
}

struct kho_image *kho_image_new(void)
{
	struct kho_image *image = g_new0(struct kho_image, 1);

	image->pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	g_array_set_clear_func(image->pieces, clear_piece);
	return image;
}

void kho_image_free(struct kho_image *image)
{
	if (!image)
		return;
	g_array_unref(image->pieces);
	g_free(image);
}

static bool fits(guint64 address, gsize length)
{
	return length && length - 1 <= G_MAXUINT64 - address;
}

/* Takes @bytes over. */
static void take(struct kho_image *image, guint64 address, void *bytes, gsize length)
{
	struct piece piece = { .address = address, .length = length, .bytes = bytes };

	g_array_append_val(image->pieces, piece);
}

bool kho_image_add(struct kho_image *image, guint64 address, const void *bytes, gsize length)
{
	if (!fits(address, length))
		return false;
	take(image, address, g_memdup2(bytes, length), length);
	return true;
}

bool kho_image_add_file(struct kho_image *image, guint64 address, const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *bytes = NULL;
	struct stat status;
	gsize length;

	if (stat(path, &status) == 0 && status.st_size > MAX_FILE_BYTES) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: too large for a memory image", path);
		return false;
	}
	if (!g_file_get_contents(path, &bytes, &length, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: %s", path, cause->message);
		return false;
	}
	if (!length) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: the memory image is empty", path);
		return false;
	}
	if (!fits(address, length)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s: does not fit at address 0x%" G_GINT64_MODIFIER "x",
			    path, address);
		return false;
	}
	take(image, address, g_steal_pointer(&bytes), length);
	return true;
}

static const struct piece *piece_at(const struct kho_image *image, guint64 address)
{
	for (guint i = 0; i < image->pieces->len; i++) {
		const struct piece *piece = &g_array_index(image->pieces, struct piece, i);

		if (address >= piece->address && address - piece->address < piece->length)
			return piece;
	}
	return NULL;
}

/* How much of @piece counts from @address on: up to its end, or to where an earlier piece begins. */
static gsize usable(const struct kho_image *image, const struct piece *piece, guint64 address)
{
	gsize length = piece->length - (address - piece->address);

	for (guint i = 0; &g_array_index(image->pieces, struct piece, i) != piece; i++) {
		guint64 start = g_array_index(image->pieces, struct piece, i).address;

		if (start > address)
			length = MIN(length, start - address);
	}
	return length;
}

bool kho_image_read(const struct kho_image *image, guint64 address, void *bytes, gsize length)
{
	guint8 *to = bytes;

	if (!fits(address, length))
		return length == 0;
	while (length) {
		const struct piece *piece = piece_at(image, address);
		gsize count;

		if (!piece)
			return false;
		count = MIN(length, usable(image, piece, address));
		memcpy(to, piece->bytes + (address - piece->address), count);
		to += count;
		address += count;
		length -= count;
	}
	return true;
}

bool kho_image_read_number(const struct kho_image *image, guint64 address, gsize size, guint64 *number)
{
	guint8 bytes[sizeof(guint64)] = { 0 };
	guint64 little;

	if ((size != 1 && size != 2 && size != 4 && size != 8) || !kho_image_read(image, address, bytes, size))
		return false;
	memcpy(&little, bytes, sizeof(little));
	*number = GUINT64_FROM_LE(little);
	return true;
}

void kho_image_want(const struct kho_image *image, guint64 address, guint64 length, GArray *wanted)
{
	struct kho_image_piece piece = { address, length };
	guint8 probe;

	/* Its first and its last byte: what is wanted is one array, and arrays are saved whole. */
	if (!length ||
	    (kho_image_read(image, address, &probe, 1) && kho_image_read(image, address + (length - 1), &probe, 1)))
		return;
	g_array_append_val(wanted, piece);
}
