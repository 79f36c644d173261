/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the harness finds its own files: beside its source tree's build/, or where it was installed. */
#ifndef KHO_MACHINE_PATHS_H
#define KHO_MACHINE_PATHS_H

#include <glib.h>

struct kho_paths {
	char *data;  /* topologies/, matrices/, expected/ and kernel/ are in it */
	char *guest; /* init and kho_probe, the guest's programs */
	char *cache; /* $XDG_CACHE_HOME/kho-matrix; made when missing */
};

/* KHO_MATRIX_DATA overrides where data is. Errors are KHO_ERROR_HOST. */
struct kho_paths *kho_paths_find(GError **error);
void kho_paths_free(struct kho_paths *paths);
typedef struct kho_paths KhoPaths;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoPaths, kho_paths_free)

#endif
