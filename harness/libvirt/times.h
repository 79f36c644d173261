/* SPDX-License-Identifier: GPL-2.0-only */
/* The time that a domain's QEMU got and did not get on its host, for the clock of whoever watches it (stand_in.h). */
#ifndef KHO_LIBVIRT_TIMES_H
#define KHO_LIBVIRT_TIMES_H

#include <libvirt/libvirt.h>

#include <glib.h>

#include "harness/machine/stand_in.h"

#define KHO_TIMES_MAX_CPUS 256

/* What was seen last, by virtual CPU, and in all. */
struct kho_times {
	guint64 delays[KHO_TIMES_MAX_CPUS]; /* nanoseconds that it waited for a CPU of the host */
	struct kho_stand_in_times all;
};

/* Asks libvirt, and adds what was lost since the last call. Nothing changes where libvirt does not say. */
void kho_times_look(struct kho_times *times, virDomainPtr domain);

#endif
