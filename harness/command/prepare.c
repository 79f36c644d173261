// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/prepare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/command/recorded.h"
#include "harness/command/renewal.h"
#include "harness/judge/run.h"
#include "harness/machine/accel.h"
#include "harness/machine/domain_xml.h"
#include "harness/machine/host.h"
#include "harness/machine/images.h"

/* --- kernels --- */

static const struct kho_kernel *get_kernel(struct kho_preparation *preparation,
					   const struct kho_campaign_config *config, const char *name, GError **error)
{
	struct kho_kernel *kernel;

	for (guint i = 0; i < preparation->kernels->len; i++) {
		kernel = g_ptr_array_index(preparation->kernels, i);
		if (g_str_equal(kernel->name, name))
			return kernel;
	}
	kernel = config->recorded ? kho_recorded_kernel(config->recorded, name)
				  : kho_kernel_build(config->paths, name, error);
	if (kernel)
		g_ptr_array_add(preparation->kernels, kernel);
	return kernel;
}

static struct kho_run_kernel *add_run_kernel(struct kho_run *run, const struct kho_kernel *kernel, const char *name,
					     const struct kho_expected *expected)
{
	struct kho_run_kernel *run_kernel = kho_run_add_kernel(run, name);

	run_kernel->release = g_strdup(kernel->release);
	run_kernel->source_hash = g_strdup(kernel->source_hash);
	run_kernel->key = g_strdup(kernel->key);
	run_kernel->carries_estimator = kernel->carries_estimator;
	run_kernel->have_expectations = expected->exists;
	return run_kernel;
}

static void free_pair(gpointer data)
{
	struct kho_pair *pair = data;

	g_free(pair->initramfs);
	g_clear_pointer(&pair->expected, kho_expected_free);
	g_free(pair);
}

/* Of the first kernel, with @successor inside. */
static char *get_initramfs(const struct kho_campaign_config *config, const struct kho_kernel *successor, GError **error)
{
	return config->recorded ? g_strdup(config->recorded->initramfs)
				: kho_images_first(config->paths, successor, error);
}

/* Where nothing is expected, it is as if there were no file. */
static struct kho_expected *load_expected(const struct kho_campaign_config *config, const char *name, GError **error)
{
	g_autofree char *directory = g_build_filename(config->paths->data, "expected", NULL);
	struct kho_expected *expected = config->unexpected ? kho_expected_parse(directory, "", error)
							   : kho_expected_load(directory, name, error);

	if (expected && config->unexpected)
		expected->exists = false;
	return expected;
}

/*
 * test_kho holds the successor's csum_partial() against the first kernel's, as it comes. Its 32 bits are equal to
 * others only once folded: the assembly of x86-64 and lib/checksum.c (CONFIG_GENERIC_CSUM, which KASAN selects) leave
 * others.
 */
static bool sums_differ(const struct kho_pair *pair)
{
	static const char generic[] = "CONFIG_GENERIC_CSUM";

	return kho_kernel_has_option(pair->kernel, generic) != kho_kernel_has_option(pair->successor, generic);
}

static bool add_pair(struct kho_preparation *preparation, const struct kho_campaign_config *config,
		     const struct kho_cell *cell, GError **error)
{
	/* What its expectations go by. */
	g_autofree char *name = kho_run_kernel_name(cell->id);
	struct kho_pair *pair = g_new0(struct kho_pair, 1);

	g_ptr_array_add(preparation->pairs, pair);
	pair->expected = load_expected(config, name, error);
	if (!pair->expected)
		return false;
	pair->kernel = get_kernel(preparation, config, cell->kernel, error);
	pair->successor = pair->kernel ? get_kernel(preparation, config, cell->successor, error) : NULL;
	pair->initramfs = pair->successor ? get_initramfs(config, pair->successor, error) : NULL;
	if (!pair->initramfs)
		return false;
	pair->no_folios = config->recorded ? kho_recorded_without_folios(config->recorded) : sums_differ(pair);
	pair->run_kernel = add_run_kernel(preparation->run, pair->kernel, name, pair->expected);
	return true;
}

static struct kho_pair *find_pair(const struct kho_preparation *preparation, const struct kho_cell *cell)
{
	for (guint i = 0; i < preparation->pairs->len; i++) {
		struct kho_pair *pair = g_ptr_array_index(preparation->pairs, i);

		if (g_str_equal(pair->kernel->name, cell->kernel) &&
		    g_str_equal(pair->successor->name, cell->successor))
			return pair;
	}
	return NULL;
}

const struct kho_pair *kho_preparation_pair(const struct kho_preparation *preparation, const struct kho_cell *cell)
{
	return find_pair(preparation, cell);
}

/* --- the host --- */

static char *program_version(const struct kho_arch *arch, GError **error)
{
	const char *argv[] = { arch->qemu, "--version", NULL };
	g_autofree char *text = NULL;
	g_autoptr(GError) failed = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, &status, &failed) ||
	    status != 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST,
			    "%s does not run (%s): install the package %s (ci/deps does)", arch->qemu,
			    failed ? failed->message : "it failed", arch->qemu_package);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return g_steal_pointer(&text);
}

/* Of the first cell's QEMU; all that are needed must run. */
static char *qemu_version(const GPtrArray *cells, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autofree char *first = NULL;

	for (guint i = 0; i < cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(cells, i);
		const struct kho_arch *arch = kho_arch_of(cell->kernel);
		g_autofree char *version = NULL;

		if (!g_hash_table_add(seen, (gpointer)arch))
			continue;
		version = program_version(arch, error);
		if (!version)
			return NULL;
		if (!first)
			first = g_steal_pointer(&version);
	}
	return g_steal_pointer(&first);
}

/* Of what runs the machines. */
static char *runner_version(const struct kho_preparation *preparation, const struct kho_campaign_config *config,
			    GError **error)
{
	return preparation->backend->stand_in ? kho_backend_check(preparation->backend, error)
					      : qemu_version(config->cells, error);
}

bool kho_preparation_kvm(const struct kho_preparation *preparation, const struct kho_cell *cell)
{
	return preparation->kvm && kho_arch_of(cell->kernel)->is_pc;
}

bool kho_preparation_check_child(const struct kho_preparation *preparation, GError **error)
{
	if (!preparation->backend->stand_in)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "this command needs QEMU as a child: leave --backend=libvirt out");
	return false;
}

/* Bytes that the guest touches to keep them, and on its way to them. */
static uint64_t kept(const struct kho_cell *cell, const struct kho_payload *payload)
{
	uint64_t memory = kho_topology_memory(cell->topology);

	if (!payload->keep || payload->scatter == KHO_SCATTER_BLOCK)
		return payload->keep;
	return MIN(memory, payload->keep * (memory >> 30) + memory / 16);
}

uint64_t kho_preparation_memory(const struct kho_cell *cell)
{
	struct kho_payload payload = kho_cell_payload(cell);

	return kho_machine_memory_cost(cell->topology) + kept(cell, &payload) + 2 * payload.initrd;
}

/* Every cell must fit into memory by itself; said with numbers, before anything starts. */
static bool check_memory(struct kho_preparation *preparation, const GPtrArray *cells, GError **error)
{
	preparation->memory = kho_host_memory_budget();
	for (guint i = 0; i < cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(cells, i);
		uint64_t cost = kho_preparation_memory(cell);

		if (cost <= preparation->memory)
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST,
			    "%s: needs about %" PRIu64 " MiB of host memory, %" PRIu64
			    " MiB may be used: take a smaller machine or free memory",
			    cell->id, cost >> 20, preparation->memory >> 20);
		return false;
	}
	return true;
}

/* A kernel that ignores a word of the payload would pass for one that takes it well. */
static bool check_options(const struct kho_campaign_config *config, const struct kho_pair *pair,
			  const struct kho_cell *cell, GError **error)
{
	struct kho_payload payload = kho_cell_payload(cell);
	bool orchestrated = payload.keep && !kho_cell_keeps_folios(cell);
	const struct {
		bool wanted;
		const struct kho_kernel *kernel;
		const char *option;
	} needs[] = {
		{ orchestrated, pair->kernel, "CONFIG_LIVEUPDATE" },
		{ orchestrated, pair->successor, "CONFIG_LIVEUPDATE" },
		{ payload.keep && !orchestrated, pair->kernel, "CONFIG_TEST_KEXEC_HANDOVER" },
		{ payload.keep && !orchestrated, pair->successor, "CONFIG_TEST_KEXEC_HANDOVER" },
		{ payload.gigantic, pair->successor, "CONFIG_HUGETLBFS" },
		{ payload.crashkernel, pair->successor, "CONFIG_CRASH_RESERVE" },
		{ payload.fake, pair->successor, "CONFIG_NUMA_EMU" },
	};

	for (gsize i = 0; !config->recorded && i < G_N_ELEMENTS(needs); i++) {
		if (!needs[i].wanted || kho_kernel_has_option(needs[i].kernel, needs[i].option))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: the payload needs %s, which %s is built without",
			    cell->id, needs[i].option, needs[i].kernel->name);
		return false;
	}
	return true;
}

static const struct kho_pair *native_pair(const struct kho_preparation *preparation)
{
	for (guint i = 0; i < preparation->pairs->len; i++) {
		const struct kho_pair *pair = g_ptr_array_index(preparation->pairs, i);

		if (kho_arch_of(pair->kernel->name)->is_pc)
			return pair;
	}
	return NULL;
}

/* KVM is for x86-64 on x86-64: what is of another architecture is always emulated. */
static bool pick_accelerator(struct kho_preparation *preparation, const char *accel, GError **error)
{
	const struct kho_pair *pair = native_pair(preparation);
	const struct kho_accel_probe probe = { .kernel_image = pair ? pair->kernel->image : NULL,
					       .initrd = pair ? pair->initramfs : NULL };
	g_autofree char *why = NULL;

	if (g_str_equal(accel, "tcg"))
		return true;
	/* Whether KVM works on another host is asked for, or not tried. */
	if (preparation->backend->stand_in) {
		preparation->kvm = pair && g_str_equal(accel, "kvm");
		return true;
	}
	if (!pair && !g_str_equal(accel, "kvm"))
		return true;
	if (!pair) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "ACCEL=kvm: none of the kernels is of this machine's architecture");
		return false;
	}
	preparation->kvm = kho_accel_kvm_works(&probe, &why);
	if (preparation->kvm)
		return true;
	if (g_str_equal(accel, "kvm")) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "ACCEL=kvm: KVM does not work here: %s", why);
		return false;
	}
	fprintf(stderr, "kho-runner: KVM does not work here (%s); emulating\n", why);
	return true;
}

/* --- all of it --- */

static struct kho_run *new_run(const struct kho_campaign_config *config)
{
	struct kho_run *run = kho_run_new();

	run->matrix = g_strdup(config->name);
	if (config->shard)
		run->shard = (struct kho_shard){ config->shard->index, config->shard->count,
						 g_ptr_array_ref(config->shard->planned) };
	run->jobs = config->jobs ?: (int)kho_host_cpus();
	return run;
}

static bool prepare(struct kho_preparation *preparation, const struct kho_campaign_config *config, GError **error)
{
	/* A shard may have none. */
	if (!config->cells->len)
		return true;
	preparation->run->qemu_version = runner_version(preparation, config, error);
	if (!preparation->run->qemu_version || !check_memory(preparation, config->cells, error))
		return false;
	for (guint i = 0; i < config->cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(config->cells, i);

		if ((!find_pair(preparation, cell) && !add_pair(preparation, config, cell, error)) ||
		    !check_options(config, find_pair(preparation, cell), cell, error))
			return false;
	}
	if (!pick_accelerator(preparation, config->accel, error))
		return false;
	preparation->run->accel = g_strdup(preparation->kvm ? "kvm" : "tcg");
	return true;
}

/* test_kho takes folios wherever it gets them. */
static bool check_keep(const struct kho_cell *cell, GError **error)
{
	struct kho_payload payload = kho_cell_payload(cell);

	if (!kho_cell_keeps_folios(cell) || (payload.scatter == KHO_SCATTER_BLOCK && payload.node < 0))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "%s: %s keeps memory through test_kho, which does not choose where: take keep=SIZE alone, or a "
		    "later series",
		    cell->id, cell->kernel);
	return false;
}

/* What a machine of the cell's architecture cannot do. */
static bool check_arch(const struct kho_backend *backend, const struct kho_cell *cell, GError **error)
{
	const struct kho_arch *arch = kho_arch_of(cell->kernel);
	struct kho_payload payload = kho_cell_payload(cell);

	if (arch != kho_arch_of(cell->successor))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: the successor is of another architecture",
			    cell->id);
	else if (!arch->is_pc && (cell->topology->placed || cell->topology->reserved->len))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: the topology places its memory, which is done for x86-64 only: %s has one block",
			    cell->id, arch->name);
	else if (!arch->is_pc && backend->uri && kho_domain_wants_tables(cell->topology))
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: a node without memory is more than libvirt can make on %s", cell->id, arch->name);
	else if (!arch->is_pc && payload.fake)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: numa=fake= is for x86-64", cell->id);
	else
		return true;
	return false;
}

/* Said before anything is looked for, let alone built. */
static bool check_machines(const struct kho_campaign_config *config, const struct kho_backend *backend, GError **error)
{
	for (guint i = 0; i < config->cells->len; i++) {
		const struct kho_cell *cell = g_ptr_array_index(config->cells, i);

		if (!kho_topology_bootable(cell->topology, error) || !check_arch(backend, cell, error) ||
		    !check_keep(cell, error))
			return false;
	}
	return true;
}

struct kho_preparation *kho_prepare(const struct kho_campaign_config *config, GError **error)
{
	g_autoptr(KhoBackend) backend = kho_backend_new(config->backend, config->connect, error);
	struct kho_preparation *preparation;

	if (!backend || !check_machines(config, backend, error))
		return NULL;
	preparation = g_new0(struct kho_preparation, 1);
	preparation->backend = g_steal_pointer(&backend);
	preparation->kernels = g_ptr_array_new_with_free_func((GDestroyNotify)kho_kernel_free);
	preparation->pairs = g_ptr_array_new_with_free_func(free_pair);
	preparation->controls = config->controls ? kho_controls_for(config->cells)
						 : g_ptr_array_new_with_free_func((GDestroyNotify)kho_cell_free);
	preparation->run = new_run(config);
	preparation->sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (prepare(preparation, config, error))
		return preparation;
	kho_preparation_free(preparation);
	return NULL;
}

void kho_preparation_free(struct kho_preparation *preparation)
{
	g_ptr_array_unref(preparation->pairs);
	g_clear_pointer(&preparation->backend, kho_backend_free);
	g_ptr_array_unref(preparation->kernels);
	kho_run_free(preparation->run);
	g_ptr_array_unref(preparation->controls);
	g_hash_table_unref(preparation->sums);
	g_free(preparation);
}

bool kho_preparation_renew_expected(const struct kho_preparation *preparation, const struct kho_run *run,
				    GError **error)
{
	for (guint i = 0; i < preparation->pairs->len; i++) {
		struct kho_pair *pair = g_ptr_array_index(preparation->pairs, i);

		if (!kho_renewal_of_kernel(pair->expected, run, pair->run_kernel, error))
			return false;
		pair->expected->exists = true;
		pair->run_kernel->have_expectations = true;
	}
	for (guint i = 0; i < run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(run->results, i);

		kho_expected_compare(find_pair(preparation, result->cell)->expected, result);
	}
	for (guint i = 0; i < run->controls->len; i++) {
		struct kho_result *control = g_ptr_array_index(run->controls, i);

		kho_expected_compare_control(find_pair(preparation, control->cell)->expected, control);
	}
	return true;
}
