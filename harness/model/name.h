/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of kernels, topologies and matrices. They become part of cell ids, and so of directory names. */
#ifndef KHO_MODEL_NAME_H
#define KHO_MODEL_NAME_H

#include <glib.h>
#include <stdbool.h>

#define KHO_MAX_NAME 64

/* What a name has to be, for messages. */
#define KHO_NAME_RULE "letters, digits, '.', '_' and '-', at most 64, the first a letter or a digit"

bool kho_name_valid(const char *name);

/* A file's name without directory and .yaml, to be freed by the caller. */
char *kho_name_from_path(const char *path);

#endif
