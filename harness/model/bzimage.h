/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The header of an x86-64 kernel image: what kexec_file_load(2) reads from it (Documentation/arch/x86/boot.rst,
 * bzImage64_probe() of arch/x86/kernel/kexec-bzimage64.c). Pure; the image is not trusted.
 */
#ifndef KHO_MODEL_BZIMAGE_H
#define KHO_MODEL_BZIMAGE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define KHO_BZIMAGE_HEAD 4096 /* bytes of a file that are enough */

struct kho_bzimage {
	uint64_t init_size; /* bytes that it wants where it is loaded; whole pages */
	uint64_t align;	    /* kernel_alignment: a power of two */
	uint64_t preferred; /* pref_address: not loaded below */
};

/*
 * Reads the first @length bytes of a file of @file_size. Errors are KHO_ERROR_INPUT, "PATH: what is wrong": it is no
 * image that kexec_file_load(2) would take on x86-64.
 */
bool kho_bzimage_parse(const char *path, const uint8_t *head, gsize length, uint64_t file_size,
		       struct kho_bzimage *image, GError **error);

/* The same of the file itself. */
bool kho_bzimage_load(const char *path, struct kho_bzimage *image, GError **error);

#endif
