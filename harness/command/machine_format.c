// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/machine_format.h"

#include <stdio.h>

#include "harness/handover/cmdline.h"
#include "harness/machine/domain_xml.h"
#include "harness/machine/firmware_tables.h"
#include "harness/model/error.h"

static const struct {
	const char *name, *suffix;
} formats[KHO_NR_FORMATS] = {
	[KHO_FORMAT_YAML] = { "yaml", ".yaml" },
	[KHO_FORMAT_LIBVIRT_XML] = { "libvirt-xml", ".xml" },
	[KHO_FORMAT_QEMU_ARGS] = { "qemu-args", ".args" },
};

bool kho_machine_format_parse(const char *text, enum kho_machine_format *format, GError **error)
{
	for (int i = 0; i < KHO_NR_FORMATS; i++) {
		if (g_str_equal(text, formats[i].name)) {
			*format = i;
			return true;
		}
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--format=%s: is neither yaml nor libvirt-xml nor qemu-args",
		    text);
	return false;
}

const char *kho_machine_format_suffix(enum kho_machine_format format)
{
	return formats[format].suffix;
}

/* --- firmware's tables --- */

static bool wants_tables(enum kho_machine_format format, const struct kho_topology *topology)
{
	return format == KHO_FORMAT_LIBVIRT_XML ? kho_domain_wants_tables(topology) : topology->placed;
}

/* "DIRECTORY/NAME-srat.aml", absolute: who uses it is elsewhere. */
static char *write_table(GBytes *table, const char *directory, const char *name, const char *kind, GError **error)
{
	g_autofree char *file = g_strdup_printf("%s-%s.aml", name, kind);
	g_autofree char *path = g_build_filename(directory, file, NULL);
	g_autoptr(GError) cause = NULL;

	if (g_file_set_contents(path, g_bytes_get_data(table, NULL), g_bytes_get_size(table), &cause))
		return g_canonicalize_filename(path, NULL);
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s", cause->message);
	return NULL;
}

static bool write_tables(const struct kho_topology *topology, const char *directory, char **srat, char **slit,
			 GError **error)
{
	g_autoptr(GBytes) affinity = kho_firmware_srat(topology), distances = kho_firmware_slit(topology);

	if (!directory) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: its firmware tables are files of their own: --output=DIR is needed", topology->name);
		return false;
	}
	*srat = write_table(affinity, directory, topology->name, "srat", error);
	if (*srat && distances)
		*slit = write_table(distances, directory, topology->name, "slit", error);
	return *srat && (!distances || *slit);
}

/* --- the machine --- */

/* An option a line, with its value. */
static char *args_text(const struct kho_machine_config *config)
{
	g_auto(GStrv) args = kho_qemu_args(config);
	GString *text = g_string_new(NULL);

	for (char **arg = args + 1; *arg; arg++)
		g_string_append_printf(text, "%s%s", arg == args + 1 ? "" : ((*arg)[0] == '-' ? "\n" : " "), *arg);
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

static void say_words(const struct kho_topology *topology)
{
	g_autofree char *words = kho_cmdline_memory_words(topology);

	if (*words)
		fprintf(stderr, "%s: its kernels must be told:%s\n", topology->name, words);
}

static bool check(const struct kho_arch *arch, const struct kho_topology *topology, enum kho_machine_format format,
		  GError **error)
{
	if (!kho_topology_bootable(topology, error))
		return false;
	if (arch->is_pc || !wants_tables(format, topology))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: cannot be made on %s, which takes no tables",
		    topology->name, arch->name);
	return false;
}

char *kho_machine_format_text(enum kho_machine_format format, const struct kho_arch *arch,
			      const struct kho_topology *topology, const char *directory, GError **error)
{
	g_autofree char *srat = NULL, *slit = NULL;
	struct kho_machine_config config = { .arch = arch, .topology = topology };

	if (!check(arch, topology, format, error) ||
	    (wants_tables(format, topology) && !write_tables(topology, directory, &srat, &slit, error)))
		return NULL;
	config.srat = srat;
	config.slit = slit;
	config.channels.console.kind = KHO_CHANNEL_STDIO;
	say_words(topology);
	return format == KHO_FORMAT_LIBVIRT_XML ? kho_domain_xml(&config, topology->name) : args_text(&config);
}
