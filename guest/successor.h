/* SPDX-License-Identifier: GPL-2.0-only */
/* The successor's kernel and initrd: loaded with kexec_file_load(2), entered with reboot(2). */
#ifndef KHO_GUEST_SUCCESSOR_H
#define KHO_GUEST_SUCCESSOR_H

#include <stdbool.h>

bool successor_load(const char *kernel, const char *initrd, const char *cmdline); /* false: errno says why */
void successor_enter(void); /* returns only on failure: errno says why */

#endif
