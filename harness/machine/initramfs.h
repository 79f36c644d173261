/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Initramfs images: uncompressed newc cpio archives (an emulated CPU unpacks slowly). The same
 * inputs give the same bytes: no times, no owners, inode numbers in order.
 */
#ifndef KHO_MACHINE_INITRAMFS_H
#define KHO_MACHINE_INITRAMFS_H

#include <glib.h>
#include <stdbool.h>

enum kho_entry_kind {
	KHO_ENTRY_DIRECTORY,
	KHO_ENTRY_FILE,	   /* contents from the host's file @source */
	KHO_ENTRY_DATA,	   /* contents from memory, @data and @size */
	KHO_ENTRY_SYMLINK, /* pointing to @source */
	KHO_ENTRY_CHAR,	   /* character device @major, @minor */
};

struct kho_initramfs_entry {
	enum kho_entry_kind kind;
	const char *path;  /* without a leading slash; parent directories come first */
	unsigned int mode; /* permission bits */
	const char *source;
	const void *data;
	gsize size;
	unsigned int major, minor;
};

/*
 * Writes an image to @path: under a temporary name beside it, synced, then renamed, so that @path
 * never holds half an image. Files are streamed, whatever their size (below 4 GiB, the format's
 * limit). Errors are KHO_ERROR_HOST, name the file, and leave @path as it was.
 */
bool kho_initramfs_write(const char *path, const struct kho_initramfs_entry *entries, unsigned int count,
			 GError **error);

/* Host paths of the programs; all static. */
struct kho_initramfs_programs {
	const char *init;    /* becomes /init */
	const char *probe;   /* becomes /kho_probe */
	const char *busybox; /* becomes /bin/busybox of the first kernel, with /bin/sh pointing to it */
};

/*
 * The successor's image: init and probe, /dev/console and empty /proc, /sys, /tmp. No busybox: each MB of it
 * would cost a quarter of a second of emulated SHA-256, at load and again before the successor is entered.
 */
bool kho_initramfs_write_successor(const char *path, const struct kho_initramfs_programs *programs, GError **error);

/* The first kernel's: the same, busybox for a person, and what it hands over to: /successor/kernel and
 * /successor/initrd. */
bool kho_initramfs_write_first(const char *path, const struct kho_initramfs_programs *programs, const char *kernel,
			       const char *initrd, GError **error);

#endif
