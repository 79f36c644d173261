/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initramfs images of a kernel pair, kept in the cache by their content: the
 * same programs and successor give the same file, so that a cell's qemu.cmd works for as long as it lasts.
 */
#ifndef KHO_MACHINE_IMAGES_H
#define KHO_MACHINE_IMAGES_H

#include "harness/machine/kernel.h"

/* Path of the first kernel's initramfs, with @successor inside; to be freed. Errors are KHO_ERROR_HOST. */
char *kho_images_first(const struct kho_paths *paths, const struct kho_kernel *successor, GError **error);

/*
 * Removes from @directory what was left by runners that were killed while they wrote an image: files with such a name,
 * older than a minute, whose process is gone.
 */
void kho_images_sweep(const char *directory);

#endif
