/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel's vmlinux: its symbols, its code and the layout of its types, through elfutils (libelf, libdw).
 * 64-bit little-endian only (x86-64, arm64). The file is not trusted: a damaged one gives errors or misses, no more.
 * All addresses are the running kernel's: the file's plus the slide, which is 0 but for kho_vmlinux_slid(). Sizes and
 * offsets are bytes.
 */
#ifndef KHO_MACHINE_VMLINUX_H
#define KHO_MACHINE_VMLINUX_H

#include <glib.h>
#include <stdbool.h>

struct kho_vmlinux;

/*
 * Reads the symbols of @path; types are read when they are asked for. To be freed. NULL with KHO_ERROR_INPUT: cannot be
 * read, not an ELF, not of 64 bits, cut off, or without symbols. A file without DWARF opens: it has no types.
 */
struct kho_vmlinux *kho_vmlinux_open(const char *path, GError **error);
void kho_vmlinux_free(struct kho_vmlinux *vmlinux);
typedef struct kho_vmlinux KhoVmlinux;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoVmlinux, kho_vmlinux_free)

/*
 * The same kernel where it runs @slide bytes above the file's addresses (KASLR; modulo 2^64), whatever the slide of
 * @of. Shares all tables with @of, which must outlive it; to be freed with kho_vmlinux_free() as well.
 */
struct kho_vmlinux *kho_vmlinux_slid(const struct kho_vmlinux *of, guint64 slide);

/* A defined symbol, local ones too; of several with one name a global one, else the first. @size may be NULL. */
bool kho_vmlinux_symbol(const struct kho_vmlinux *vmlinux, const char *name, guint64 *address, guint64 *size);

/* The file has a symbol of that name. */
bool kho_vmlinux_has(const struct kho_vmlinux *vmlinux, const char *name);

/*
 * The function that covers @address; NULL: none does. One without a size reaches to the next function. The name lives
 * as long as @vmlinux. @offset and @size may be NULL.
 */
const char *kho_vmlinux_function_at(const struct kho_vmlinux *vmlinux, guint64 address, guint64 *offset, guint64 *size);

/* @length bytes as the file has them at @address, in one allocated section with contents. False: not there. */
bool kho_vmlinux_read(const struct kho_vmlinux *vmlinux, guint64 address, void *bytes, gsize length);

bool kho_vmlinux_is_arm64(const struct kho_vmlinux *vmlinux); /* else x86-64, or what nobody here knows */

/* Whether the instruction that ends right before @address can be a call: x86-64's E8 and FF /2, arm64's BL and BLR. */
bool kho_vmlinux_call_before(const struct kho_vmlinux *vmlinux, guint64 address);

/*
 * A hint: types are looked for first in the compilation unit of @source ("mm/memblock.c"). Without it the units are
 * searched in the file's order, which reads a third of a kernel's DWARF for a type of one file.
 */
void kho_vmlinux_prefer(const struct kho_vmlinux *vmlinux, const char *source);

/* Where @member lies in struct (or union) @type, through unnamed members too. @size may be NULL; 0: not known. */
bool kho_vmlinux_member(const struct kho_vmlinux *vmlinux, const char *type, const char *member, guint64 *offset,
			guint64 *size);
bool kho_vmlinux_struct_size(const struct kho_vmlinux *vmlinux, const char *type, guint64 *size);

#endif
