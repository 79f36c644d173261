// SPDX-License-Identifier: GPL-2.0-only
/* A machine as a command that a person can run by hand. */
#include "harness/machine/qemu_args.h"

#include <string.h>

/* Quoted for a shell only where it must be, so that the command stays readable. */
static char *shell_word(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:%@";

	if (*word && !word[strspn(word, safe)])
		return g_strdup(word);
	return g_shell_quote(word);
}

char *kho_qemu_command(const struct kho_machine_config *config)
{
	struct kho_machine_config by_hand = *config;
	g_auto(GStrv) args = NULL;
	GString *text;

	by_hand.pause_at_end = false;
	by_hand.channels = (struct kho_machine_channels){
		.console = { .kind = KHO_CHANNEL_STDIO },
		.records = { .kind = KHO_CHANNEL_FILE, .path = "records.log" },
		.qmp = { .kind = KHO_CHANNEL_SOCKET, .path = "qmp.sock" },
	};
	args = kho_qemu_args(&by_hand);
	text = g_string_new(
		"#!/bin/sh\n"
		"# The console is here (Ctrl-C ends the machine), the records go to ./records.log, QMP to ./qmp.sock.\n"
		"exec");
	for (char **arg = args; *arg; arg++) {
		g_autofree char *word = shell_word(*arg);

		g_string_append_printf(text, "%s%s", (*arg)[0] == '-' ? " \\\n\t" : " ", word);
	}
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}
