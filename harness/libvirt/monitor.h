/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's QEMU monitor, served on a descriptor as QEMU itself would: greeting, commands, events, one JSON object a
 * line. Commands go through libvirt. Those that write memory into a file (pmemsave, memsave) are answered here, for
 * QEMU would write on its own host: the file is made on this one.
 */
#ifndef KHO_LIBVIRT_MONITOR_H
#define KHO_LIBVIRT_MONITOR_H

#include <libvirt/libvirt.h>

#include <glib.h>
#include <stdbool.h>

struct kho_monitor;

/*
 * Serves @domain on @fd (taken), in a thread of its own, until the client hangs up. Of events it says those that come
 * after kho_monitor_tell(). NULL: KHO_ERROR_HOST.
 */
struct kho_monitor *kho_monitor_new(virConnectPtr connection, virDomainPtr domain, int fd, GError **error);
void kho_monitor_tell(struct kho_monitor *monitor);
bool kho_monitor_hung_up(struct kho_monitor *monitor);

#endif
