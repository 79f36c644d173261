// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/window.h"

#include <sys/ioctl.h>
#include <unistd.h>

guint kho_window_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 100;
}

guint kho_window_lines(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24;
}
