// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/renewal.h"

#include "harness/judge/expected.h"
#include "harness/judge/run.h"
#include "harness/machine/paths.h"

/* One kernel's part of the run. */
static void renew(struct kho_expected *expected, const struct kho_run *run, const struct kho_run_kernel *kernel)
{
	for (guint i = 0; i < run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(run->results, i);

		if (kho_run_kernel_of(run, result->cell->id) == kernel)
			kho_expected_renew(expected, result);
	}
	for (guint i = 0; i < run->controls->len; i++) {
		const struct kho_result *control = g_ptr_array_index(run->controls, i);

		if (kho_run_kernel_of(run, control->cell->id) == kernel)
			kho_expected_renew_control(expected, control);
	}
}

static bool renew_kernel(const char *directory, const struct kho_run *run, const struct kho_run_kernel *kernel,
			 GError **error)
{
	g_autoptr(KhoExpected) expected = kho_expected_load(directory, kernel->name, error);
	g_autofree char *text = NULL;

	if (!expected)
		return false;
	renew(expected, run, kernel);
	text = kho_expected_format(expected);
	return g_file_set_contents(expected->path, text, -1, error);
}

bool kho_renew_expected(const struct kho_run *run, GError **error)
{
	g_autoptr(KhoPaths) paths = kho_paths_find(error);
	g_autofree char *directory = paths ? g_build_filename(paths->data, "expected", NULL) : NULL;

	for (guint i = 0; directory && i < run->kernels->len; i++)
		if (!renew_kernel(directory, run, g_ptr_array_index(run->kernels, i), error))
			return false;
	return directory != NULL;
}
