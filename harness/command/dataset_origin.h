/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the cells of a data set come from: about.yaml and config, out of what runs recorded of themselves. */
#ifndef KHO_COMMAND_DATASET_ORIGIN_H
#define KHO_COMMAND_DATASET_ORIGIN_H

#include "harness/machine/paths.h"
#include "harness/report/dataset.h"

struct kho_dataset_origin {
	struct kho_dataset_about *about;
	char *config; /* lines that set something, sorted */
};

/*
 * What @recordings (of struct kho_recording *) ran on, by those of them that have one of @results: they must be of one
 * build, QEMU, CPU model and accelerator. @config: the path of the kernel's .config; NULL: that of the build in the
 * cache, or of a data set among them. Errors are KHO_ERROR_INPUT.
 */
struct kho_dataset_origin *kho_dataset_origin_find(const struct kho_paths *paths, const GPtrArray *recordings,
						   const GPtrArray *results, const char *config, GError **error);
void kho_dataset_origin_free(struct kho_dataset_origin *origin);
typedef struct kho_dataset_origin KhoDatasetOrigin;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoDatasetOrigin, kho_dataset_origin_free)

#endif
