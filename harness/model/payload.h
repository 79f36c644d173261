/* SPDX-License-Identifier: GPL-2.0-only */
/* A payload: what the first kernel hands over, and how the successor is started. */
#ifndef KHO_MODEL_PAYLOAD_H
#define KHO_MODEL_PAYLOAD_H

#include <glib.h>
#include <stdbool.h>

#define KHO_PAYLOAD_DEFAULT "default"
#define KHO_PAYLOAD_CONSOLE "console"

struct kho_payload {
	const char *name;
	bool early_console; /* the successor can be heard from its first line on */
};

/*
 * By name: "default", whose successor has no console before its serial driver is up, as in production, or
 * "console", whose successor can be heard from its first line on. NULL: there is none of that name;
 * KHO_ERROR_INPUT lists those there are.
 */
const struct kho_payload *kho_payload_find(const char *name, GError **error);

#endif
