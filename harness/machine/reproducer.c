// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/reproducer.h"

#include "harness/machine/firmware_tables.h"

static const char intro[] = "#!/bin/sh\n"
			    "# Boots the machine of a cell again, with the kernel and the initramfs beside this file. "
			    "Written by kho-runner.\n"
			    "set -u\n";

/* Single quotes in here are the script's own; what differs from cell to cell is set as variables before it. */
static const char body[] =
	"\n"
	"usage() {\n"
	"\tcat <<USAGE\n"
	"usage: reproduce.sh [--check]\n"
	"\n"
	"Boots the machine of $cell again; recorded was:\n"
	"  $seen\n"
	"The console is this terminal; Ctrl-C ends the machine, and a dead one runs until then. The guest's records go "
	"to\n"
	"reproduced-records.log, QMP listens on qmp.sock, both in this directory. --check only checks the files.\n"
	"\n"
	"QEMU=PROGRAM takes another QEMU than $recorded_qemu from PATH.\n"
	"\n"
	"Exit status: QEMU's; 2 a file is missing or changed, or bad usage; 3 no QEMU or no sha256sum.\n"
	"USAGE\n"
	"}\n"
	"\n"
	"fail() {\n"
	"\tprintf 'reproduce.sh: %s\\n' \"$2\" >&2\n"
	"\texit \"$1\"\n"
	"}\n"
	"\n"
	"check() {\n"
	"\t[ -f \"$2\" ] || fail 2 \"$2: is missing here: the directory was not taken along as a whole\"\n"
	"\tsum=$(sha256sum <\"$2\") || fail 2 \"$2: cannot be read\"\n"
	"\t[ \"${sum%% *}\" = \"$1\" ] || fail 2 \"$2: is not the file that was recorded (its SHA-256 differs)\"\n"
	"}\n"
	"\n"
	"compare_version() {\n"
	"\tversion=$(\"$qemu\" --version | head -n 1)\n"
	"\t[ \"$version\" = \"$recorded_version\" ] ||\n"
	"\t\tprintf 'reproduce.sh: warning: this is %s; recorded with %s\\n' \"$version\" \"$recorded_version\" >&2\n"
	"}\n"
	"\n"
	"only_check=\n"
	"case ${1-} in\n"
	"-h | --help)\n"
	"\tusage\n"
	"\texit 0\n"
	"\t;;\n"
	"--check) only_check=yes ;;\n"
	"'') ;;\n"
	"*) fail 2 \"$1: unknown argument, see --help\" ;;\n"
	"esac\n"
	"[ $# -le 1 ] || fail 2 'too many arguments, see --help'\n"
	"\n"
	"CDPATH='' cd -- \"$(dirname -- \"$0\")\" || fail 2 \"$0: its directory cannot be entered\"\n"
	"command -v sha256sum >/dev/null || fail 3 'no sha256sum: install the package coreutils'\n";

static const char end[] =
	"[ -z \"$only_check\" ] || exit 0\n"
	"\n"
	"qemu=${QEMU:-$recorded_qemu}\n"
	"command -v \"$qemu\" >/dev/null || fail 3 \"no $qemu: install the package $qemu_package, or set QEMU=\"\n"
	"compare_version\n"
	"[ -w . ] || fail 2 \"$PWD: cannot be written to: copy the directory to where it can\"\n"
	"printf 'reproduce.sh: %s: recorded was: %s\\n' \"$cell\" \"$seen\" >&2\n"
	"exec \"$qemu\"";

static void set_variable(GString *text, const char *name, const char *value)
{
	g_autofree char *quoted = g_shell_quote(value);

	g_string_append_printf(text, "%s=%s\n", name, quoted);
}

static void add_check(GString *text, const char *sha256, const char *name)
{
	g_autofree char *quoted = g_shell_quote(name);

	g_string_append_printf(text, "check %s %s\n", sha256, quoted);
}

static void add_table_check(GString *text, GBytes *table, const char *name)
{
	g_autofree char *sum = table ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, table) : NULL;

	if (name)
		add_check(text, sum, name);
}

/* They are small, and made of the topology alone. */
static void add_table_checks(GString *text, const struct kho_machine_config *machine)
{
	g_autoptr(GBytes) srat = machine->srat ? kho_firmware_srat(machine->topology) : NULL;
	g_autoptr(GBytes) slit = machine->slit ? kho_firmware_slit(machine->topology) : NULL;

	add_table_check(text, srat, machine->srat);
	add_table_check(text, slit, machine->slit);
}

char *kho_reproducer_script(const struct kho_reproducer *reproducer)
{
	GString *text = g_string_new(intro);
	g_autofree char *words = kho_qemu_command_words(reproducer->machine, "reproduced-records.log");

	set_variable(text, "cell", reproducer->cell);
	set_variable(text, "seen", reproducer->seen);
	set_variable(text, "recorded_qemu", reproducer->machine->arch->qemu);
	set_variable(text, "qemu_package", reproducer->machine->arch->qemu_package);
	set_variable(text, "recorded_version", reproducer->qemu_version);
	g_string_append(text, body);
	add_check(text, reproducer->kernel_sha256, reproducer->machine->kernel_image);
	add_check(text, reproducer->initrd_sha256, reproducer->machine->initrd);
	add_table_checks(text, reproducer->machine);
	g_string_append(text, end);
	g_string_append_printf(text, "%s\n", words);
	return g_string_free(text, FALSE);
}
