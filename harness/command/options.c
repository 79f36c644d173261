// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/options.h"

#include <stdio.h>

#include "harness/command/command.h"

#define MOST_REPEATS 1000

static bool check(const struct kho_options *options, GError **error)
{
	if (!g_str_equal(options->accel, "auto") && !g_str_equal(options->accel, "kvm") &&
	    !g_str_equal(options->accel, "tcg")) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--accel=%s: is neither auto nor kvm nor tcg",
			    options->accel);
		return false;
	}
	if (options->jobs < 0 || options->jobs > 1024) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--jobs=%d: is not between 0 (one a CPU) and 1024",
			    options->jobs);
		return false;
	}
	if (options->repeat < 0 || options->repeat > MOST_REPEATS) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--repeat=%d: is not between 1 and %d", options->repeat,
			    MOST_REPEATS);
		return false;
	}
	if (options->controls && !g_str_equal(options->controls, "yes") && !g_str_equal(options->controls, "no")) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--controls=%s: is neither yes nor no",
			    options->controls);
		return false;
	}
	return true;
}

/* JOBS= from the environment: as strict as the option. */
static bool read_jobs(struct kho_options *options, GError **error)
{
	const char *text = g_getenv("JOBS");
	guint64 jobs;

	if (!text || !*text)
		return true;
	if (!g_ascii_string_to_unsigned(text, 10, 1, 1024, &jobs, NULL)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "JOBS=%s: is not a number between 1 and 1024", text);
		return false;
	}
	options->jobs = jobs;
	return true;
}

/* GOption never frees what it replaces, so defaults come last. */
static void set_defaults(struct kho_options *options)
{
	const char *accel = g_getenv("ACCEL");

	if (!options->accel)
		options->accel = g_strdup(accel && *accel ? accel : "auto");
	if (!options->backend && g_getenv("BACKEND") && *g_getenv("BACKEND"))
		options->backend = g_strdup(g_getenv("BACKEND"));
	if (!options->connect && options->backend && g_getenv("CONNECT") && *g_getenv("CONNECT"))
		options->connect = g_strdup(g_getenv("CONNECT"));
	if (!options->results)
		options->results = g_strdup("results");
}

bool kho_options_take(const GOptionEntry *entries, const GOptionEntry *more, const char *arguments, const char *summary,
		      int *argc, char ***argv, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);
	g_autofree char *name = g_strdup_printf("kho-runner %s", (*argv)[0]);

	g_set_prgname(name);
	g_option_context_set_summary(context, summary);
	g_option_context_add_main_entries(context, entries, NULL);
	if (more)
		g_option_context_add_main_entries(context, more, NULL);
	if (g_option_context_parse(context, argc, argv, error))
		return true;
	(*error)->domain = KHO_ERROR;
	(*error)->code = KHO_ERROR_INPUT;
	return false;
}

static bool parse(struct kho_options *options, const GOptionEntry *more, const char *arguments, const char *summary,
		  int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{ "accel", 'a', 0, G_OPTION_ARG_STRING, &options->accel,
		  "auto (KVM if a machine really boots with it), kvm or tcg", "NAME" },
		{ "backend", 0, 0, G_OPTION_ARG_STRING, &options->backend, "who runs machines: qemu or libvirt (qemu)",
		  "NAME" },
		{ "connect", 0, 0, G_OPTION_ARG_STRING, &options->connect,
		  "libvirt's host (LIBVIRT_DEFAULT_URI, or qemu:///session)", "URI" },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &options->jobs, "most machines at once; 0: one a CPU", "N" },
		{ "results", 'r', 0, G_OPTION_ARG_FILENAME, &options->results,
		  "where the run's directory is made (results)", "DIR" },
		{ "kernel", 'k', 0, G_OPTION_ARG_STRING, &options->kernel, "this kernel instead of those named",
		  "NAME" },
		{ "controls", 0, 0, G_OPTION_ARG_STRING, &options->controls,
		  "first run each machine without KHO and with ample scratch (matrix: yes, cell: no)", "yes|no" },
		{ "repeat", 0, 0, G_OPTION_ARG_INT, &options->repeat,
		  "run each cell so often; what its runs do not agree on counts for nothing (once)", "N" },
		{ "update-expected", 0, 0, G_OPTION_ARG_NONE, &options->update_expected,
		  "write what the run shows into expected/", NULL },
		{ "first-append", 0, 0, G_OPTION_ARG_STRING, &options->first_extra,
		  "more words for the first kernel's command line", "WORDS" },
		{ "successor-append", 0, 0, G_OPTION_ARG_STRING, &options->successor_extra,
		  "more words for the successor's command line", "WORDS" },
		{ 0 },
	};

	if (!kho_options_take(entries, more, arguments, summary, argc, argv, error))
		return false;
	set_defaults(options);
	return check(options, error);
}

bool kho_options_parse(struct kho_options *options, const GOptionEntry *more, const char *arguments,
		       const char *summary, int *argc, char ***argv, enum kho_exit *status)
{
	g_autoptr(GError) error = NULL;

	*options = (struct kho_options){ 0 };
	if (read_jobs(options, &error) && parse(options, more, arguments, summary, argc, argv, &error))
		return true;
	*status = kho_command_fail(error);
	kho_options_clear(options);
	return false;
}

void kho_options_clear(struct kho_options *options)
{
	g_free(options->accel);
	g_free(options->results);
	g_free(options->kernel);
	g_free(options->controls);
	g_free(options->backend);
	g_free(options->connect);
	g_free(options->first_extra);
	g_free(options->successor_extra);
}

void kho_options_apply(const struct kho_options *options, struct kho_campaign_config *config)
{
	config->accel = options->accel;
	config->backend = options->backend;
	config->connect = options->connect;
	config->jobs = options->jobs;
	config->results = options->results;
	config->repeat = options->repeat;
	if (options->controls)
		config->controls = g_str_equal(options->controls, "yes");
	config->update_expected = options->update_expected;
	config->first_extra = options->first_extra;
	config->successor_extra = options->successor_extra;
}
