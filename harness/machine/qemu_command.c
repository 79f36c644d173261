// SPDX-License-Identifier: GPL-2.0-only
/* A machine as a command that a person can run by hand. */
#include "harness/machine/qemu_args.h"

#include <string.h>

#define SRAT_FD 8
#define SLIT_FD 9

/* Quoted for a shell only where it must be, so that the command stays readable. */
static char *shell_word(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:%@";

	if (*word && !word[strspn(word, safe)])
		return g_strdup(word);
	return g_shell_quote(word);
}

static char **args_by_hand(const struct kho_machine_config *config, const char *records)
{
	struct kho_machine_config by_hand = *config;

	by_hand.pause_at_end = false;
	by_hand.gdb_socket = NULL;
	by_hand.channels = (struct kho_machine_channels){
		.console = { .kind = KHO_CHANNEL_STDIO },
		.records = { .kind = KHO_CHANNEL_FILE, .path = records },
		.qmp = { .kind = KHO_CHANNEL_SOCKET, .path = "qmp.sock" },
	};
	return kho_qemu_args(&by_hand);
}

char *kho_qemu_command_words(const struct kho_machine_config *config, const char *records)
{
	g_auto(GStrv) args = args_by_hand(config, records);
	GString *text = g_string_new(NULL);

	for (char **arg = args + 1; *arg; arg++) {
		g_autofree char *word = shell_word(*arg);

		g_string_append_printf(text, "%s%s", (*arg)[0] == '-' ? " \\\n\t" : " ", word);
	}
	return g_string_free(text, FALSE);
}

/* Opened by the shell: QEMU takes no name with a colon. */
static void open_table(GString *text, const char **table, int fd)
{
	g_autofree char *word = *table ? shell_word(*table) : NULL;

	if (!word)
		return;
	g_string_append_printf(text, " \\\n\t%d<%s", fd, word);
	*table = fd == SRAT_FD ? "/dev/fd/" G_STRINGIFY(SRAT_FD) : "/dev/fd/" G_STRINGIFY(SLIT_FD);
}

char *kho_qemu_command(const struct kho_machine_config *config)
{
	struct kho_machine_config opened = *config;
	g_autofree char *binary = shell_word(config->qemu_binary ?: config->arch->qemu);
	g_autoptr(GString) tables = g_string_new(NULL);
	g_autofree char *words = NULL;

	open_table(tables, &opened.srat, SRAT_FD);
	open_table(tables, &opened.slit, SLIT_FD);
	words = kho_qemu_command_words(&opened, "records.log");
	return g_strdup_printf(
		"#!/bin/sh\n"
		"# The console is here (Ctrl-C ends the machine), the records go to ./records.log, QMP to ./qmp.sock.\n"
		"exec %s%s%s\n",
		binary, words, tables->str);
}
