/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files on the host that libvirt runs machines on, whichever that is: a storage pool of our own, filled through
 * streams. They are needed until QEMU has started, which reads them into its memory.
 */
#ifndef KHO_LIBVIRT_HOST_FILES_H
#define KHO_LIBVIRT_HOST_FILES_H

#include <libvirt/libvirt.h>

#include <glib.h>
#include <stdbool.h>

struct kho_host_files;

/* Makes a pool called @name. Errors are KHO_ERROR_HOST. */
struct kho_host_files *kho_host_files_new(virConnectPtr connection, const char *name, GError **error);

/* Copies a file of ours there, as @name. What it is called on the host, to be freed; NULL: KHO_ERROR_HOST. */
char *kho_host_files_add(struct kho_host_files *files, const char *path, const char *name, GError **error);

/* Removes the files and the pool. NULL is fine. */
void kho_host_files_free(struct kho_host_files *files);

/* Removes the pools of processes that have ended (owner.h). */
void kho_host_files_sweep(virConnectPtr connection);

#endif
