/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A serial port of a domain, wherever it runs: what the guest writes goes into a descriptor, from libvirt's event loop.
 *
 * It must be stopped before the domain is destroyed: a libvirtd (9.0) that closes the stream of a pseudo-terminal that
 * hangs up, and frees the same domain's streams in another thread, holds each one's lock while it waits for the other,
 * and never answers anybody again.
 */
#ifndef KHO_LIBVIRT_CONSOLE_H
#define KHO_LIBVIRT_CONSOLE_H

#include <libvirt/libvirt.h>

#include <glib.h>
#include <stdbool.h>

struct kho_console_pump;

/* @device: libvirt's alias ("serial0"). @fd is taken. It lives as long as the process. NULL: KHO_ERROR_HOST. */
struct kho_console_pump *kho_console_pump(virConnectPtr connection, virDomainPtr domain, const char *device, int fd,
					  GError **error);

/* Nothing more is read. NULL is fine. */
void kho_console_stop(struct kho_console_pump *pump);

#endif
