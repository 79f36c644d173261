/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reproduce.sh: a recorded cell's machine as a shell script that needs nothing but QEMU and the files beside it.
 * Pure.
 */
#ifndef KHO_MACHINE_REPRODUCER_H
#define KHO_MACHINE_REPRODUCER_H

#include "harness/machine/qemu_args.h"

#define KHO_REPRODUCER_NAME "reproduce.sh"

/* Everything is borrowed. Texts may hold whatever they want. */
struct kho_reproducer {
	const struct kho_machine_config
		*machine; /* kernel_image, initrd, srat and slit: names in the script's directory */
	const char *kernel_sha256, *initrd_sha256;
	const char *qemu_version; /* first line of --version */
	const char *cell;	  /* id */
	const char *seen;	  /* one line: what happened */
};

/* POSIX sh, to be freed. */
char *kho_reproducer_script(const struct kho_reproducer *reproducer);

#endif
