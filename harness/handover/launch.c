// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/machine/domain_xml.h"
#include "harness/machine/firmware_tables.h"
#include "harness/machine/qemu_args.h"
#include "harness/machine/stand_in.h"
#include "harness/model/error.h"

#define DOMAIN "domain.xml"

/* For a person, the tables are the kept ones. */
static bool write_command(const struct kho_handover_config *config, const struct kho_machine_config *machine,
			  GError **error)
{
	g_autofree char *directory = g_canonicalize_filename(config->directory, NULL);
	g_autofree char *srat = machine->srat ? g_build_filename(directory, machine->srat, NULL) : NULL;
	g_autofree char *slit = machine->slit ? g_build_filename(directory, machine->slit, NULL) : NULL;
	g_autofree char *path = g_build_filename(directory, "qemu.cmd", NULL);
	struct kho_machine_config by_hand = *machine;
	g_autofree char *text = NULL;

	by_hand.srat = srat;
	by_hand.slit = slit;
	text = kho_qemu_command(&by_hand);

	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, error);
}

static bool is_stood_in_for(const struct kho_handover_config *config)
{
	return config->backend && config->backend->stand_in;
}

static bool wants_tables(const struct kho_handover_config *config)
{
	const struct kho_topology *topology = config->cell->topology;

	return is_stood_in_for(config) ? kho_domain_wants_tables(topology) : topology->placed;
}

static bool write_tables(const struct kho_handover_config *config, const struct kho_rundir *rundir, GError **error)
{
	return !wants_tables(config) ||
	       (kho_firmware_tables_write(config->cell->topology, kho_rundir_path(rundir), error) &&
		kho_firmware_tables_write(config->cell->topology, config->directory, error));
}

/* What libvirt is given, where the stand-in finds it, and as evidence. */
static bool write_domain(const struct kho_handover_config *config, const struct kho_machine_config *machine,
			 const struct kho_rundir *rundir, GError **error)
{
	struct kho_machine_config described = *machine;
	g_autofree char *xml = NULL;
	g_autofree char *own = g_build_filename(kho_rundir_path(rundir), DOMAIN, NULL);
	g_autofree char *kept = g_build_filename(config->directory, DOMAIN, NULL);

	if (wants_tables(config)) {
		described.srat = KHO_SRAT_NAME;
		described.slit = config->cell->topology->distances ? KHO_SLIT_NAME : NULL;
	}
	xml = kho_domain_xml(&described, "kho-matrix");
	return g_file_set_contents(own, xml, -1, error) && g_file_set_contents(kept, xml, -1, error);
}

static char **words_for(const struct kho_handover_config *config, const struct kho_machine_config *machine)
{
	const char *words[] = { NULL, NULL, DOMAIN, NULL };

	if (!is_stood_in_for(config))
		return kho_qemu_args(machine);
	words[0] = config->backend->stand_in;
	words[1] = config->backend->uri;
	return g_strdupv((char **)words);
}

static void note_stand_in(const struct kho_handover_config *config, struct kho_launched *launched)
{
	g_autofree char *times = g_build_filename(kho_rundir_path(launched->rundir), KHO_STAND_IN_TIMES, NULL);

	if (launched->process && is_stood_in_for(config))
		kho_process_stands_in(launched->process, times);
}

static void close_all(int fds[KHO_NR_LAUNCH_CHANNELS])
{
	for (int i = 0; i < KHO_NR_LAUNCH_CHANNELS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* What QEMU only writes to goes through a pipe, and as large a one as anybody may have. */
static bool is_pipe(int index)
{
	return index != KHO_LAUNCH_QMP;
}

/*
 * @pair[0] is ours. A guest's byte is a write of its own, of which a socket takes a few hundred before its reader
 * comes: on a busy host the serial port had to drop some, and with them words of a panic. A pipe takes one for each of
 * its bytes.
 */
#define PIPE_BYTES (1 << 20)

static bool make_pair(int index, int pair[2])
{
	if (!is_pipe(index))
		return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return false;
	fcntl(pair[0], F_SETPIPE_SZ, PIPE_BYTES); /* else it has 64 KiB */
	return true;
}

static bool make_channels(int ours[KHO_NR_LAUNCH_CHANNELS], int theirs[KHO_NR_LAUNCH_CHANNELS], GError **error)
{
	for (int i = 0; i < KHO_NR_LAUNCH_CHANNELS; i++) {
		int pair[2];

		if (!make_pair(i, pair)) {
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
	return (struct kho_channel){ .kind = is_pipe(index) ? KHO_CHANNEL_PIPE : KHO_CHANNEL_FD,
				     .fd = KHO_PROCESS_FIRST_FD + index };
}

static bool start(const struct kho_handover_config *config, const char *cmdline, kho_process_ended ended, void *data,
		  int theirs[KHO_NR_LAUNCH_CHANNELS], struct kho_launched *launched, GError **error)
{
	const struct kho_topology *topology = config->cell->topology;
	const struct kho_machine_config machine = {
		.arch = kho_arch_of(config->cell->kernel),
		.gigantic_pages = kho_cell_payload(config->cell).gigantic,
		.topology = topology,
		.srat = topology->placed ? KHO_SRAT_NAME : NULL,
		.slit = topology->placed && topology->distances ? KHO_SLIT_NAME : NULL,
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
	g_auto(GStrv) argv = words_for(config, &machine);

	launched->rundir = kho_rundir_new(NULL, error);
	if (!launched->rundir || !write_tables(config, launched->rundir, error) ||
	    !write_command(config, &machine, error) ||
	    (is_stood_in_for(config) && !write_domain(config, &machine, launched->rundir, error))) {
		close_all(theirs);
		return false;
	}
	launched->process = kho_process_start((const char *const *)argv, kho_rundir_path(launched->rundir), theirs,
					      KHO_NR_LAUNCH_CHANNELS, ended, data, error);
	note_stand_in(config, launched);
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
