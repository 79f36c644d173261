// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/launch.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/machine/qemu_args.h"
#include "harness/model/error.h"

static bool write_command(const struct kho_handover_config *config, const struct kho_machine_config *machine,
			  GError **error)
{
	g_autofree char *path = g_build_filename(config->directory, "qemu.cmd", NULL);
	g_autofree char *text = kho_qemu_command(machine);

	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, error);
}

static void close_all(int fds[KHO_NR_LAUNCH_CHANNELS])
{
	for (int i = 0; i < KHO_NR_LAUNCH_CHANNELS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static bool make_channels(int ours[KHO_NR_LAUNCH_CHANNELS], int theirs[KHO_NR_LAUNCH_CHANNELS], GError **error)
{
	for (int i = 0; i < KHO_NR_LAUNCH_CHANNELS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
			g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "no channel to a machine: %s", g_strerror(errno));
			return false;
		}
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	return true;
}

static struct kho_channel channel_fd(int index)
{
	return (struct kho_channel){ .kind = KHO_CHANNEL_FD, .fd = KHO_PROCESS_FIRST_FD + index };
}

static bool start(const struct kho_handover_config *config, const char *cmdline, kho_process_ended ended, void *data,
		  int theirs[KHO_NR_LAUNCH_CHANNELS], struct kho_launched *launched, GError **error)
{
	const struct kho_machine_config machine = {
		.topology = config->cell->topology,
		.qemu_binary = config->qemu_binary,
		.kernel_image = config->kernel_image,
		.initrd = config->initramfs,
		.cmdline = cmdline,
		.kvm = config->kvm,
		.gdb_socket = config->gdb_socket,
		.pause_at_end = true,
		.channels = { channel_fd(KHO_LAUNCH_CONSOLE), channel_fd(KHO_LAUNCH_RECORDS),
			      channel_fd(KHO_LAUNCH_QMP) },
	};
	g_auto(GStrv) argv = kho_qemu_args(&machine);

	launched->rundir = kho_rundir_new(NULL, error);
	if (!launched->rundir || !write_command(config, &machine, error)) {
		close_all(theirs);
		return false;
	}
	launched->process = kho_process_start((const char *const *)argv, kho_rundir_path(launched->rundir), theirs,
					      KHO_NR_LAUNCH_CHANNELS, ended, data, error);
	return launched->process != NULL;
}

bool kho_launch(const struct kho_handover_config *config, const char *cmdline, kho_process_ended ended, void *data,
		struct kho_launched *launched, GError **error)
{
	int theirs[KHO_NR_LAUNCH_CHANNELS] = { -1, -1, -1 };

	*launched = (struct kho_launched){ .fds = { -1, -1, -1 } };
	if (!make_channels(launched->fds, theirs, error))
		close_all(theirs);
	else if (start(config, cmdline, ended, data, theirs, launched, error))
		return true;
	close_all(launched->fds);
	return false;
}
