/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who made what is found on a host: a name for a domain and its files that tells the process that owns them, so that
 * what a killed one has left behind can be told from what is in use.
 */
#ifndef KHO_LIBVIRT_OWNER_H
#define KHO_LIBVIRT_OWNER_H

#include <glib.h>
#include <stdbool.h>

#define KHO_OWNER_PREFIX "kho-matrix-"

/* Of the calling process, to be freed: of small letters, digits and '-'. */
char *kho_owner_name(void);

/*
 * Was @name made by a process that has ended? False where that cannot be known: of another host, another boot or
 * another container, or made by somebody else altogether.
 */
bool kho_owner_is_gone(const char *name);

#endif
