// SPDX-License-Identifier: GPL-2.0-only
#include "guest/successor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

bool successor_load(const char *kernel, const char *initrd, const char *cmdline)
{
	int kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC);
	int initrd_fd = kernel_fd < 0 ? -1 : open(initrd, O_RDONLY | O_CLOEXEC);
	int error = 0;

	if (initrd_fd < 0 || syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(cmdline) + 1, cmdline, 0UL) < 0)
		error = errno;
	if (kernel_fd >= 0)
		close(kernel_fd);
	if (initrd_fd >= 0)
		close(initrd_fd);
	errno = error;
	return !error;
}

void successor_enter(void)
{
	reboot(LINUX_REBOOT_CMD_KEXEC);
}
