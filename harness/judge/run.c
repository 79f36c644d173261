// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/run.h"

#include <string.h>

#include "harness/judge/judge.h"

static void free_kernel(gpointer data)
{
	struct kho_run_kernel *kernel = data;

	g_free(kernel->name);
	g_free(kernel->release);
	g_free(kernel->source_hash);
	g_free(kernel->key);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_confusion_clear(&kernel->confusion[i]);
	g_free(kernel);
}

struct kho_run *kho_run_new(void)
{
	struct kho_run *run = g_new0(struct kho_run, 1);

	run->kernels = g_ptr_array_new_with_free_func(free_kernel);
	run->controls = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	run->results = g_ptr_array_new_with_free_func((GDestroyNotify)kho_result_free);
	return run;
}

void kho_run_free(struct kho_run *run)
{
	if (!run)
		return;
	g_ptr_array_unref(run->kernels);
	g_ptr_array_unref(run->controls);
	g_ptr_array_unref(run->results);
	g_free(run->started);
	g_free(run->matrix);
	g_free(run->directory);
	g_free(run->accel);
	g_free(run->qemu_version);
	kho_shard_clear(&run->shard);
	g_free(run);
}

struct kho_run_kernel *kho_run_add_kernel(struct kho_run *run, const char *name)
{
	struct kho_run_kernel *kernel = g_new0(struct kho_run_kernel, 1);

	kernel->name = g_strdup(name);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		kho_confusion_init(&kernel->confusion[i]);
	g_ptr_array_add(run->kernels, kernel);
	return kernel;
}

struct kho_run_kernel *kho_run_kernel_of(const struct kho_run *run, const char *id)
{
	size_t length = strcspn(id, "/");

	for (guint i = 0; i < run->kernels->len; i++) {
		struct kho_run_kernel *kernel = g_ptr_array_index(run->kernels, i);

		if (strlen(kernel->name) == length && strncmp(kernel->name, id, length) == 0)
			return kernel;
	}
	return NULL;
}

char *kho_run_kernel_name(const char *id)
{
	return g_strndup(id, strcspn(id, "/"));
}
