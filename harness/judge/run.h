/* SPDX-License-Identifier: GPL-2.0-only */
/* Making and freeing a whole run (struct kho_run), and finding the kernel that a cell counts for. */
#ifndef KHO_JUDGE_RUN_H
#define KHO_JUDGE_RUN_H

#include "harness/model/result.h"

/* An empty run, which will own its kernels and results, but not the cells of these. */
struct kho_run *kho_run_new(void);
void kho_run_free(struct kho_run *run); /* NULL is fine */
typedef struct kho_run KhoRun;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRun, kho_run_free)

/* Adds a kernel called @name, with nothing counted. What else is known of it is the caller's to fill in. */
struct kho_run_kernel *kho_run_add_kernel(struct kho_run *run, const char *name);

/* The kernel that a cell counts for: by the first word of its id, "FIRST" or "FIRST>SUCCESSOR". NULL: there is none. */
struct kho_run_kernel *kho_run_kernel_of(const struct kho_run *run, const char *id);

/* That word, to be freed. */
char *kho_run_kernel_name(const char *id);

#endif
