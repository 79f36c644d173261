/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell as the recorder left it, found again, checked, and ready to run from its own files. */
#ifndef KHO_COMMAND_RECORDED_H
#define KHO_COMMAND_RECORDED_H

#include "harness/machine/kernel.h"
#include "harness/model/cell.h"
#include "harness/report/manifest.h"

struct kho_recorded {
	char *directory;
	struct kho_manifest *manifest;
	struct kho_topology *topology;
	GPtrArray *cells; /* of struct kho_cell *, one */
	char *image, *initramfs;
	char *vmlinux; /* NULL: not there any more, or another one; standard error says so */
};

/*
 * @what: a cell's directory, or the id of a cell: then the newest run in the results directory @results that recorded
 * it counts, or the run that @results itself is. Everything in the manifest is checked, each file against its SHA-256.
 * Errors are KHO_ERROR_INPUT; those in the manifest with its line.
 */
struct kho_recorded *kho_recorded_find(const char *results, const char *what, GError **error);
void kho_recorded_free(struct kho_recorded *recorded);
typedef struct kho_recorded KhoRecorded;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRecorded, kho_recorded_free)

/* Is @path the directory of one run, rather than of many? */
bool kho_recorded_is_run(const char *path);

/* Did test_kho preserve nothing in it? */
bool kho_recorded_without_folios(const struct kho_recorded *recorded);

/* The kernel called @name, the first or the successor, from the recorded files. */
struct kho_kernel *kho_recorded_kernel(const struct kho_recorded *recorded, const char *name);

#endif
