/* SPDX-License-Identifier: GPL-2.0-only */
/* A finished kernel build, as kernel/kho-kernel makes or finds it. */
#ifndef KHO_MACHINE_KERNEL_H
#define KHO_MACHINE_KERNEL_H

#include <stdbool.h>

#include "harness/machine/paths.h"
#include "harness/machine/vmlinux.h"

struct kho_kernel {
	char *name; /* "6.19-x86_64" */
	char *directory;
	char *image; /* what boots */
	char *vmlinux;
	char *release;		     /* from kernel.info; NULL where not known */
	char *source_hash;	     /* likewise */
	char *key;		     /* likewise: hash of everything that went into the build */
	bool carries_estimator;	     /* contains the published warning, so that its silence means something */
	struct kho_vmlinux *symbols; /* NULL: vmlinux cannot be read, and there is no autopsy */
};

/*
 * Builds the kernel unless it is in the cache; progress goes to standard error. KERNEL_TREE and
 * KERNEL_DIR count as kho-kernel says. Errors are those of kho-kernel: KHO_ERROR_INPUT or KHO_ERROR_HOST.
 */
struct kho_kernel *kho_kernel_build(const struct kho_paths *paths, const char *name, GError **error);
/* Is @option ("CONFIG_NUMA") built in? False also where its configuration cannot be read. */
bool kho_kernel_has_option(const struct kho_kernel *kernel, const char *option);

void kho_kernel_free(struct kho_kernel *kernel);
typedef struct kho_kernel KhoKernel;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoKernel, kho_kernel_free)

/* The kernel that KERNEL_TREE or KERNEL_DIR puts in the place of all others; NULL if neither is set. KERNEL_ARCH=arm64
 * says that it is of arm64. */
const char *kho_kernel_override(void);

/* Does the file contain the text? False also when it cannot be read. */
bool kho_file_contains(const char *path, const char *text);

#endif
