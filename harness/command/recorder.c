// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/recorder.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/handover/cmdline.h"
#include "harness/machine/firmware_tables.h"
#include "harness/machine/keep.h"
#include "harness/machine/reproducer.h"
#include "harness/report/manifest.h"
#include "harness/report/text.h"

/* A cell while it is recorded. Everything but the manifest is borrowed. */
struct recording {
	struct kho_preparation *preparation;
	const struct kho_campaign_config *config;
	const struct kho_result *result;
	const struct kho_pair *pair;
	const char *directory;
	struct kho_manifest *manifest;
};

static bool is_worth_it(enum kho_outcome_name outcome)
{
	return kho_outcome_failed(outcome) || outcome == KHO_OUTCOME_LOST || outcome == KHO_OUTCOME_FIRST_BOOT_FAILED;
}

static char *path_of(const struct recording *recording, const char *name)
{
	return g_build_filename(recording->directory, name, NULL);
}

/* --- files --- */

/*
 * Nobody writes into a file of the cache, or into evidence that was just checked; a build of the user's (KERNEL_DIR) is
 * only linked to from the cache.
 */
static bool is_immutable(const struct recording *recording, const char *path)
{
	g_autofree char *cache = realpath(recording->config->paths->cache, NULL);
	g_autofree char *real = realpath(path, NULL);
	gsize length = cache ? strlen(cache) : 0;

	if (recording->config->recorded)
		return true;
	return cache && real && strncmp(real, cache, length) == 0 && real[length] == '/';
}

/* Cells share their files, so each is read once a run: a vmlinux of 70 MB takes a quarter of a second. */
static const char *sum_of(const struct recording *recording, const char *path, uint64_t *size, GError **error)
{
	GHashTable *sums = recording->preparation->sums;
	g_autofree char *key = NULL;
	struct stat st;
	char *sum;

	if (stat(path, &st) == 0)
		key = g_strdup_printf("%ju:%ju:%jd:%jd.%09ld", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
				      (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	sum = key ? g_hash_table_lookup(sums, key) : NULL;
	*size = key ? (uint64_t)st.st_size : 0;
	if (sum)
		return sum;
	sum = kho_file_sha256(path, size, error);
	if (sum)
		g_hash_table_insert(sums, key ? g_steal_pointer(&key) : g_strdup(path), sum);
	return sum;
}

static bool note_file(const struct recording *recording, enum kho_recorded_file which, const char *path,
		      const char *name, GError **error)
{
	struct kho_manifest_file *file = &recording->manifest->files[which];
	const char *sum = sum_of(recording, path, &file->size, error);

	file->sha256 = g_strdup(sum);
	file->name = sum ? g_strdup(name) : NULL;
	return sum != NULL;
}

static bool keep_file(const struct recording *recording, enum kho_recorded_file which, const char *source,
		      const char *name, GError **error)
{
	g_autofree char *path = path_of(recording, name);

	return kho_file_keep(source, path, is_immutable(recording, source), error) &&
	       note_file(recording, which, path, name, error);
}

/* Large, and nothing runs from it: never copied, and not missed where it cannot be read. */
static void keep_symbols(const struct recording *recording)
{
	const char *vmlinux = recording->pair->successor->vmlinux;
	g_autofree char *path = path_of(recording, "vmlinux");
	g_autofree char *real = realpath(vmlinux, NULL);

	if (!recording->pair->successor->symbols || !real)
		return;
	if (is_immutable(recording, vmlinux) && kho_file_link(vmlinux, path))
		note_file(recording, KHO_RECORDED_VMLINUX, path, "vmlinux", NULL);
	else
		note_file(recording, KHO_RECORDED_VMLINUX, real, real, NULL);
}

static bool keep_topology(const struct recording *recording, GError **error)
{
	g_autofree char *path = path_of(recording, "topology.yaml");
	g_autofree char *text = kho_topology_format(recording->result->cell->topology);

	return g_file_set_contents(path, text, -1, error) &&
	       note_file(recording, KHO_RECORDED_TOPOLOGY, path, "topology.yaml", error);
}

static bool keep_files(const struct recording *recording, GError **error)
{
	const char *image = recording->pair->kernel->image;
	g_autofree char *name = g_path_get_basename(image);

	keep_symbols(recording);
	return keep_file(recording, KHO_RECORDED_KERNEL, image, name, error) &&
	       keep_file(recording, KHO_RECORDED_INITRAMFS, recording->pair->initramfs, "initramfs.cpio", error) &&
	       keep_topology(recording, error);
}

/* --- texts --- */

static bool note_command_line(const struct recording *recording, GError **error)
{
	const struct kho_cmdline_config line = {
		.cell = recording->result->cell,
		.run = recording->manifest->run,
		.first_extra = recording->config->first_extra,
		.successor_extra = recording->config->successor_extra,
		.no_folios = recording->pair->no_folios,
	};

	recording->manifest->command_line = kho_cmdline_first(&line, error);
	return recording->manifest->command_line != NULL;
}

static struct kho_manifest *new_manifest(const struct recording *recording, const char *run)
{
	const struct kho_result *result = recording->result;
	const struct kho_cell *cell = result->cell;
	const struct kho_pair *pair = recording->pair;
	struct kho_manifest *manifest = g_new0(struct kho_manifest, 1);

	*manifest = (struct kho_manifest){
		.cell = g_strdup(cell->id),
		.kernel = g_strdup(cell->kernel),
		.successor = g_strdup(cell->successor),
		.topology = g_strdup(cell->topology->name),
		.kho_scratch = g_strdup(cell->scratch->text),
		.payload = g_strdup(cell->payload),
		.first_release = g_strdup(result->first_release ?: pair->kernel->release),
		.successor_release = g_strdup(result->successor_release ?: pair->successor->release),
		.first_append = g_strdup(recording->config->first_extra),
		.successor_append = g_strdup(recording->config->successor_extra),
		.run = g_strdup(run),
		.accel = g_strdup(recording->preparation->run->accel),
		.qemu_version = g_strdup(recording->preparation->run->qemu_version),
		.estimator = g_strdup(pair->kernel->carries_estimator ? "yes" : "no"),
		.reason = g_strdup(result->outcome.reason),
		.outcome = result->outcome.name,
	};
	return manifest;
}

static char *script(const struct recording *recording)
{
	const struct kho_manifest *manifest = recording->manifest;
	const struct kho_manifest_file *kernel = &manifest->files[KHO_RECORDED_KERNEL];
	const struct kho_manifest_file *initramfs = &manifest->files[KHO_RECORDED_INITRAMFS];
	g_autofree char *reason = kho_text_clean(manifest->reason);
	g_autofree char *seen = g_strdup_printf("%s: %s", kho_outcome_text(manifest->outcome), reason);
	const struct kho_topology *topology = recording->result->cell->topology;
	const struct kho_machine_config machine = {
		.arch = kho_arch_of(recording->result->cell->kernel),
		.gigantic_pages = kho_cell_payload(recording->result->cell).gigantic,
		.topology = topology,
		.srat = topology->placed ? KHO_SRAT_NAME : NULL,
		.slit = topology->placed && topology->distances ? KHO_SLIT_NAME : NULL,
		.kernel_image = kernel->name,
		.initrd = initramfs->name,
		.cmdline = manifest->command_line,
		.kvm = kho_preparation_kvm(recording->preparation, recording->result->cell),
	};

	return kho_reproducer_script(&(struct kho_reproducer){ .machine = &machine,
							       .kernel_sha256 = kernel->sha256,
							       .initrd_sha256 = initramfs->sha256,
							       .qemu_version = manifest->qemu_version,
							       .cell = manifest->cell,
							       .seen = seen });
}

/* The manifest comes last: where it is, all the rest is. */
static bool write_texts(const struct recording *recording, GError **error)
{
	g_autofree char *script_path = path_of(recording, KHO_REPRODUCER_NAME);
	g_autofree char *manifest_path = path_of(recording, KHO_MANIFEST_NAME);
	g_autofree char *script_text = script(recording);
	g_autofree char *manifest_text = kho_manifest_format(recording->manifest);

	return g_file_set_contents_full(script_path, script_text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0755, error) &&
	       g_file_set_contents_full(manifest_path, manifest_text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

/* Half of it runs nothing, and where the disk is full, the results to come need the space. */
static void drop_files(const struct recording *recording)
{
	for (int i = 0; i < KHO_NR_RECORDED_FILES; i++) {
		const struct kho_manifest_file *file = &recording->manifest->files[i];
		g_autofree char *path = file->name ? path_of(recording, file->name) : NULL;

		if (path && !g_path_is_absolute(file->name))
			g_unlink(path);
	}
}

void kho_recorder_keep(struct kho_preparation *preparation, const struct kho_campaign_config *config,
		       const struct kho_result *result, const char *run, const char *directory)
{
	struct recording recording = {
		.preparation = preparation,
		.config = config,
		.result = result,
		.pair = kho_preparation_pair(preparation, result->cell),
		.directory = directory,
	};
	g_autoptr(KhoManifest) manifest = NULL;
	g_autoptr(GError) error = NULL;

	if (!is_worth_it(result->outcome.name))
		return;
	manifest = recording.manifest = new_manifest(&recording, run);
	if (note_command_line(&recording, &error) && keep_files(&recording, &error) && write_texts(&recording, &error))
		return;
	drop_files(&recording);
	fprintf(stderr, "kho-runner: %s: its directory lacks what would run it again: %s\n", result->cell->id,
		error->message);
}
