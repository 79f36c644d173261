// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/ktap.h"

#include <string.h>

#include "harness/report/case.h"
#include "harness/report/tally.h"
#include "harness/report/text.h"

/* What a person wrote or a guest said, on a line of KTAP: a '#' would begin a directive. */
static char *plain(const char *text)
{
	char *clean = kho_text_clean(text);

	for (char *c = clean; (c = strchr(c, '#'));)
		*c = '?';
	return clean;
}

static bool passes(const struct kho_case *judged)
{
	return judged->state == KHO_CASE_PASSED || judged->state == KHO_CASE_SKIPPED;
}

/* Adds a test case; false: it failed. */
static bool add_case(GString *text, const struct kho_result *result, guint number)
{
	struct kho_case judged = kho_case_of(result);
	g_autofree char *id = plain(result->cell->id), *message = plain(judged.message);
	g_autofree char *reason = plain(result->ended ? result->outcome.reason : NULL);
	bool passed = passes(&judged);

	if (!passed && *reason)
		g_string_append_printf(text, "  # %s\n", reason);
	g_string_append_printf(text, "  %s %u %s", passed ? "ok" : "not ok", number, id);
	if (judged.state == KHO_CASE_SKIPPED)
		g_string_append_printf(text, " # SKIP %s", message);
	else if (!passed)
		g_string_append_printf(text, " # %s: %s", judged.type, message);
	g_string_append_c(text, '\n');
	kho_case_clear(&judged);
	return passed;
}

static void add_cases(GString *text, const GPtrArray *results, const char *kernel, guint *number, bool *passed)
{
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);

		if (g_str_equal(result->cell->kernel, kernel))
			*passed &= add_case(text, result, ++*number);
	}
}

static void add_kernel(GString *text, const struct kho_run *run, const char *kernel, guint place)
{
	g_autoptr(GString) cases = g_string_new(NULL);
	g_autofree char *name = plain(kernel);
	guint number = 0;
	bool passed = true;

	add_cases(cases, run->controls, kernel, &number, &passed);
	add_cases(cases, run->results, kernel, &number, &passed);
	g_string_append_printf(text, "  KTAP version 1\n  # Subtest: %s\n  1..%u\n%s%s %u %s\n", name, number,
			       cases->str, passed ? "ok" : "not ok", place, name);
}

char *kho_ktap(const struct kho_run *run)
{
	g_autoptr(GPtrArray) kernels = kho_tally_kernels(run);
	GString *text = g_string_new("KTAP version 1\n");

	g_string_append_printf(text, "1..%u\n", kernels->len);
	for (guint i = 0; i < kernels->len; i++)
		add_kernel(text, run, g_ptr_array_index(kernels, i), i + 1);
	return g_string_free(text, FALSE);
}
