/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether KVM is usable, proven by booting in it. /dev/kvm may be there, open and even create a
 * machine, and guests die or crawl in it all the same (nested virtualization does that).
 */
#ifndef KHO_MACHINE_ACCEL_H
#define KHO_MACHINE_ACCEL_H

#include <glib.h>
#include <stdbool.h>

struct kho_accel_probe {
	const char *qemu_binary; /* NULL: as for machines */
	const char *kernel_image;
	const char *initrd;  /* or NULL */
	const char *cmdline; /* NULL: an early serial console */
	const char *marker;  /* what the console must show; NULL: that the kernel starts init */
	double seconds;	     /* how long it may take, in guest time; 0: 10 s, where KVM needs less than one */
};

/*
 * Boots once, blocking, and leaves no process behind. When KVM does not work, @why (if not
 * NULL) is set to a reason of one line, to be freed.
 */
bool kho_accel_kvm_works(const struct kho_accel_probe *probe, char **why);

#endif
