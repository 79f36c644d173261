/* SPDX-License-Identifier: GPL-2.0-only */
/* kho-topology-gen --draw: machines drawn for people, as their terminal has it. */
#ifndef KHO_COMMAND_DRAW_H
#define KHO_COMMAND_DRAW_H

#include <glib.h>
#include <stdbool.h>

/*
 * Draws the machines called @names (ended by NULL), or in the files of these names, on standard output. @spec: a
 * scratch spec that is laid out on each of them, or NULL. Errors are KHO_ERROR_INPUT, before anything is drawn, or
 * KHO_ERROR_HOST.
 */
bool kho_draw(const char *const *names, const char *spec, GError **error);

#endif
