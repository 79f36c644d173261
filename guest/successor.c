// SPDX-License-Identifier: GPL-2.0-only
#include "guest/successor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEXEC_FILE_DEBUG 0x8UL /* since Linux 6.8: the kernel says where it puts what */

static bool load(int kernel_fd, int initrd_fd, const char *cmdline, unsigned long flags)
{
	return syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(cmdline) + 1, cmdline, flags) == 0;
}

bool successor_load(const char *kernel, const char *initrd, const char *cmdline)
{
	int kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC);
	int initrd_fd = kernel_fd < 0 ? -1 : open(initrd, O_RDONLY | O_CLOEXEC);
	int error = 0;

	if (initrd_fd < 0 || (!load(kernel_fd, initrd_fd, cmdline, KEXEC_FILE_DEBUG) &&
			      (errno != EINVAL || !load(kernel_fd, initrd_fd, cmdline, 0))))
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
