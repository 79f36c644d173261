/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors of libvirt, as this project's. */
#ifndef KHO_LIBVIRT_REPORT_H
#define KHO_LIBVIRT_REPORT_H

#include <glib.h>
#include <stdbool.h>

/* "WHAT: libvirt's last message", KHO_ERROR_HOST. Returns false, so that callers can return it. */
bool kho_libvirt_fail(GError **error, const char *what);

#endif
