/* SPDX-License-Identifier: GPL-2.0-only */
/* A private directory for a machine, gone with it. */
#ifndef KHO_MACHINE_RUNDIR_H
#define KHO_MACHINE_RUNDIR_H

#include <glib.h>

struct kho_rundir;

/*
 * Makes a directory with an unguessable name, for this user alone, in @base (NULL: the system's
 * place for temporary files). Also removes what runs that were killed have left behind in @base:
 * directories of the same kind that belong to this user and that no process holds any more.
 * Errors are KHO_ERROR_HOST.
 */
struct kho_rundir *kho_rundir_new(const char *base, GError **error);

const char *kho_rundir_path(const struct kho_rundir *rundir);

/* Removes it with everything in it, without following links. NULL is fine. */
void kho_rundir_free(struct kho_rundir *rundir);
typedef struct kho_rundir KhoRundir;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRundir, kho_rundir_free)

#endif
