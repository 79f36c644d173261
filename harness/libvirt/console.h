/* SPDX-License-Identifier: GPL-2.0-only */
/* A serial port of a domain, wherever it runs: what the guest writes goes into a descriptor, from libvirt's event loop.
 */
#ifndef KHO_LIBVIRT_CONSOLE_H
#define KHO_LIBVIRT_CONSOLE_H

#include <libvirt/libvirt.h>

#include <glib.h>
#include <stdbool.h>

/* @device: libvirt's alias ("serial0"). @fd is taken. Runs to the domain's end. False: KHO_ERROR_HOST. */
bool kho_console_pump(virConnectPtr connection, virDomainPtr domain, const char *device, int fd, GError **error);

#endif
