/* SPDX-License-Identifier: GPL-2.0-only */
/* Who runs machines: QEMU, as a child of ours, or libvirt, on this host or another. */
#ifndef KHO_MACHINE_BACKEND_H
#define KHO_MACHINE_BACKEND_H

#include <glib.h>

struct kho_backend {
	char *stand_in; /* the program that stands for a machine of libvirt's; NULL: QEMU as a child */
	char *uri;	/* of libvirt's host; NULL likewise */
};

/*
 * "qemu" (or NULL), or "libvirt" at @uri (NULL: LIBVIRT_DEFAULT_URI, or qemu:///session). NULL: KHO_ERROR_INPUT; it is
 * neither, or this build knows no libvirt.
 */
struct kho_backend *kho_backend_new(const char *name, const char *uri, GError **error);
void kho_backend_free(struct kho_backend *backend); /* NULL is fine */
typedef struct kho_backend KhoBackend;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoBackend, kho_backend_free)

/*
 * Of libvirt: connects, removes what killed runs have left there, and says what runs machines ("QEMU 7.2.22, libvirt"),
 * to be freed. NULL: KHO_ERROR_HOST.
 */
char *kho_backend_check(const struct kho_backend *backend, GError **error);

#endif
