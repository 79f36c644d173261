// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/renewal.h"

#include <stdio.h>

#include "harness/judge/run.h"
#include "harness/machine/paths.h"

bool kho_renewal_of_kernel(struct kho_expected *expected, const struct kho_run *run,
			   const struct kho_run_kernel *kernel, GError **error)
{
	g_autofree char *text = NULL;

	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (kho_run_kernel_of(run, result->cell->id) == kernel && !kho_expected_renew(expected, result))
			fprintf(stderr, "kho-runner: %s: shows nothing that could be expected; its line stays\n",
				result->cell->id);
	}
	for (guint i = 0; i < run->controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(run->controls, i);

		if (kho_run_kernel_of(run, control->cell->id) == kernel)
			kho_expected_renew_control(expected, control);
	}
	text = kho_expected_format(expected);
	return g_file_set_contents(expected->path, text, -1, error);
}

static bool renew_file(const char *directory, const struct kho_run *run, const struct kho_run_kernel *kernel,
		       GError **error)
{
	g_autoptr(KhoExpected) expected = kho_expected_load(directory, kernel->name, error);

	return expected && kho_renewal_of_kernel(expected, run, kernel, error);
}

bool kho_renewal_of_run(const struct kho_run *run, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autofree char *directory = paths ? g_build_filename(paths->data, "expected", NULL) : NULL;

	for (guint i = 0; directory && i < run->kernels->len; i++)
		if (!renew_file(directory, run, g_ptr_array_index(run->kernels, i), error))
			return false;
	return directory != NULL;
}
