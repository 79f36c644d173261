// SPDX-License-Identifier: GPL-2.0-only
/* kho-runner shell: a person in the first kernel of a cell. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/protocol.h"
#include "harness/command/command.h"
#include "harness/command/one_cell.h"
#include "harness/command/prepare.h"
#include "harness/handover/cmdline.h"
#include "harness/machine/firmware_tables.h"
#include "harness/machine/qemu_args.h"

static const char summary[] =
	"Boots the first kernel of a cell with a busybox shell on this terminal, instead of handing over by itself.\n"
	"In it, /kho_probe hands over by hand; 'exit' switches the machine off, Ctrl-C ends it.\n"
	"\n"
	"Examples:\n"
	"  kho-runner shell 6.19-x86_64/two-even/16M,128M,32M";

/* A name for the table that QEMU can read it under, without a file that somebody would have to remove. To be freed. */
static char *inherited(GBytes *table)
{
	gsize size = g_bytes_get_size(table);
	int fd = memfd_create("table", 0);

	if (fd < 0 || write(fd, g_bytes_get_data(table, NULL), size) != (gssize)size)
		return NULL;
	return g_strdup_printf("/proc/self/fd/%d", fd);
}

/* Becomes QEMU. Returns only on failure. */
static enum kho_exit become(const struct kho_machine_config *machine)
{
	g_auto(GStrv) argv = kho_qemu_args(machine);
	g_autoptr(GError) error = NULL;

	execvp(argv[0], argv);
	error = g_error_new(KHO_ERROR, KHO_ERROR_HOST, "%s: %s", argv[0], g_strerror(errno));
	return kho_command_fail(error);
}

static enum kho_exit boot(const struct kho_preparation *preparation, const struct kho_campaign_config *config,
			  const struct kho_cell *cell)
{
	const struct kho_pair *pair = kho_preparation_pair(preparation, cell);
	g_autofree char *extra = g_strjoin(" ", KHO_WORD_SHELL "1", config->first_extra, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *cmdline =
		kho_cmdline_first(&(struct kho_cmdline_config){ .cell = cell,
								.run = "0000000000000000",
								.first_extra = extra,
								.successor_extra = config->successor_extra,
								.no_folios = pair->no_folios },
				  &error);
	g_autoptr(GBytes) srat_table = cell->topology->placed ? kho_firmware_srat(cell->topology) : NULL;
	g_autoptr(GBytes) slit_table = srat_table ? kho_firmware_slit(cell->topology) : NULL;
	g_autofree char *srat = srat_table ? inherited(srat_table) : NULL;
	g_autofree char *slit = slit_table ? inherited(slit_table) : NULL;
	const struct kho_machine_config machine = {
		.arch = kho_arch_of(cell->kernel),
		.gigantic_pages = kho_cell_payload(cell).gigantic,
		.topology = cell->topology,
		.kernel_image = pair->kernel->image,
		.initrd = pair->initramfs,
		.cmdline = cmdline,
		.srat = srat,
		.slit = slit,
		.kvm = kho_preparation_kvm(preparation, cell),
		.channels = { .console = { .kind = KHO_CHANNEL_STDIO } },
	};

	if ((srat_table && !srat) || (slit_table && !slit))
		error = g_error_new(KHO_ERROR, KHO_ERROR_HOST, "no place for firmware's tables: %s", g_strerror(errno));
	return cmdline && !error ? become(&machine) : kho_command_fail(error);
}

static enum kho_exit run(const struct kho_one_cell *one)
{
	g_autoptr(GError) error = NULL;
	struct kho_preparation *preparation = kho_prepare(&one->config, &error);
	enum kho_exit status;

	if (!preparation)
		return kho_command_fail(error);
	status = kho_preparation_check_child(preparation, &error)
			 ? boot(preparation, &one->config, g_ptr_array_index(one->cells, 0))
			 : kho_command_fail(error);
	kho_preparation_free(preparation);
	return status;
}

enum kho_exit kho_command_shell(int argc, char **argv)
{
	return kho_one_cell_command(argc, argv, summary, run);
}
