// SPDX-License-Identifier: GPL-2.0-only
/* The results directory, in a temporary one; the cell in it is made up. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "harness/model/error.h"
#include "harness/report/json.h"
#include "harness/report/results.h"

#define STAMP "20261123T101500Z"
#define ID    "6.19-x86_64/two-even/200%"

static const struct kho_topology topology = { .name = (char *)"two-even" };
static const struct kho_scratch_spec spec = { .text = (char *)"200%" };
static const struct kho_cell cell = { .id = (char *)ID,
				      .kernel = (char *)"6.19-x86_64",
				      .successor = (char *)"6.19-x86_64",
				      .topology = &topology,
				      .scratch = (struct kho_scratch_spec *)&spec,
				      .payload = (char *)"default" };

static void remove_tree(const char *path)
{
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
			remove_tree(child);
		else
			g_unlink(child);
	}
	g_rmdir(path);
}

static int set_up(void **state)
{
	*state = g_dir_make_tmp("kho-results-XXXXXX", NULL);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	remove_tree(*state);
	g_free(*state);
	return 0;
}

static struct kho_results *open_results(void **state)
{
	g_autofree char *base = g_build_filename(*state, "a", "results", NULL);
	g_autoptr(GError) error = NULL;
	struct kho_results *results = kho_results_open(base, STAMP, &error);

	assert_null(error);
	assert_non_null(results);
	return results;
}

static char *read_text(const struct kho_results *results, const char *name)
{
	g_autofree char *path = g_build_filename(kho_results_directory(results), name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void assert_host_error(GError *error, const char *words)
{
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	if (!strstr(error->message, words))
		fail_msg("'%s' is not in '%s'", words, error->message);
	g_error_free(error);
}

static void test_same_second(void **state)
{
	g_autoptr(KhoResults) first = open_results(state);
	g_autoptr(KhoResults) second = open_results(state);

	assert_true(g_str_has_suffix(kho_results_directory(first), "/a/results/" STAMP));
	assert_true(g_str_has_suffix(kho_results_directory(second), "/a/results/" STAMP "-2"));
}

static void test_unwritable(void **state)
{
	GError *error = NULL;

	/* Not a matter of permissions, as root has them all. */
	assert_null(kho_results_open("/dev/null/results", STAMP, &error));
	assert_host_error(error, "cannot create directory /dev/null/results: Not a directory");
}

static void test_journal(void **state)
{
	g_autoptr(KhoResults) results = open_results(state);
	struct kho_result *result = kho_result_new(&cell);
	g_autofree char *line = kho_json_cell(result, false);
	g_autofree char *text = NULL, *expected = g_strdup_printf("%s\n%s\n", line, line);

	assert_true(kho_results_append(results, result, NULL));
	assert_true(kho_results_append(results, result, NULL));
	text = read_text(results, "journal.jsonl");
	assert_string_equal(text, expected);
	kho_result_free(result);
}

/* A disk that is full in the middle of a line, played by a limit on the size of files. */
static void test_torn_line(void **state)
{
	g_autoptr(KhoResults) results = open_results(state);
	struct kho_result *result = kho_result_new(&cell);
	g_autofree char *line = kho_json_cell(result, false);
	g_autofree char *text = NULL, *expected = g_strdup_printf("%s\n%s\n", line, line);
	struct rlimit before, limit;
	GError *error = NULL;
	bool appended;

	assert_true(kho_results_append(results, result, NULL));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = strlen(line) + 20;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	appended = kho_results_append(results, result, &error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

	assert_false(appended);
	assert_host_error(error, "journal.jsonl: File too large");
	assert_true(kho_results_append(results, result, NULL));
	text = read_text(results, "journal.jsonl");
	assert_string_equal(text, expected);
	kho_result_free(result);
}

static void test_write(void **state)
{
	g_autoptr(KhoResults) results = open_results(state);
	g_autofree char *text = NULL;
	GError *error = NULL;
	GDir *directory;
	guint files = 0;

	assert_true(kho_results_write(results, "results.json", "old", NULL));
	assert_true(kho_results_write(results, "results.json", "new", NULL));
	text = read_text(results, "results.json");
	assert_string_equal(text, "new");
	assert_false(kho_results_write(results, "nowhere/report.html", "text", &error));
	assert_host_error(error, "No such file or directory");
	/* The journal and this file, and nothing temporary. */
	directory = g_dir_open(kho_results_directory(results), 0, NULL);
	while (g_dir_read_name(directory))
		files++;
	g_dir_close(directory);
	assert_int_equal(files, 2);
}

static struct kho_result *made_up_result(uint64_t size)
{
	const struct kho_early_event event = { .kind = KHO_EARLY_ADD, .nid = KHO_ANY_NODE, .size = size };
	struct kho_result *result = kho_result_new(&cell);

	if (size)
		g_array_append_val(result->events, event);
	return result;
}

/* Equal traces are one file; a result without events has none. */
static void test_traces(void **state)
{
	g_autoptr(KhoResults) results = open_results(state);
	struct kho_result *made[] = { made_up_result(4096), made_up_result(8192), made_up_result(4096),
				      made_up_result(0) };
	g_autofree char *path = g_build_filename(kho_results_directory(results), "traces", NULL), *text = NULL;
	GError *error = NULL;
	GDir *directory;
	guint files = 0;

	assert_true(kho_results_keep_trace(results, made[3], NULL));
	assert_null(made[3]->trace);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	for (guint i = 0; i < 3; i++)
		assert_true(kho_results_keep_trace(results, made[i], NULL));
	assert_string_equal(made[0]->trace, made[2]->trace);
	assert_string_not_equal(made[0]->trace, made[1]->trace);
	text = read_text(results, made[1]->trace);
	assert_string_equal(text, "kho-trace 1\nadd 0 2000 -1\n");
	directory = g_dir_open(path, 0, NULL);
	while (g_dir_read_name(directory))
		files++;
	g_dir_close(directory);
	assert_int_equal(files, 2);

	remove_tree(path);
	assert_true(g_file_set_contents(path, "in the way", -1, NULL));
	assert_false(kho_results_keep_trace(results, made[0], &error));
	assert_host_error(error, "traces");
	for (guint i = 0; i < G_N_ELEMENTS(made); i++)
		kho_result_free(made[i]);
}

static void test_cell_directory(void **state)
{
	static const char *const bad[] = { "", "..", "../out", "a/../../out", "/etc", "a//b", "a/.", "a/" };
	g_autoptr(KhoResults) results = open_results(state);
	g_autofree char *path = kho_results_cell_dir(results, ID, NULL);

	assert_non_null(path);
	assert_true(g_str_has_suffix(path, "/" STAMP "/cells/" ID));
	assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
	assert_true(kho_results_write(results, "cells/" ID "/record.json", "{}\n", NULL));
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		GError *error = NULL;

		assert_null(kho_results_cell_dir(results, bad[i], &error));
		assert_host_error(error, "is not a plain relative path");
	}
}

static void assert_latest(void **state, const char *stamp)
{
	g_autofree char *latest = g_build_filename(*state, "a", "results", "latest", NULL);
	g_autofree char *target = g_file_read_link(latest, NULL);

	assert_non_null(target);
	assert_string_equal(target, stamp);
}

static void test_publish(void **state)
{
	g_autoptr(KhoResults) first = open_results(state);
	g_autoptr(KhoResults) second = open_results(state);

	assert_true(kho_results_publish(first, NULL));
	assert_latest(state, STAMP);
	assert_true(kho_results_publish(second, NULL));
	assert_true(kho_results_publish(second, NULL));
	assert_latest(state, STAMP "-2");
}

/* Somebody's own directory of that name is not taken away. */
static void test_publish_onto_directory(void **state)
{
	g_autoptr(KhoResults) results = open_results(state);
	g_autofree char *latest = g_build_filename(*state, "a", "results", "latest", NULL);
	GError *error = NULL;

	assert_int_equal(g_mkdir(latest, 0755), 0);
	assert_false(kho_results_publish(results, &error));
	assert_host_error(error, "cannot replace the link");
	assert_true(g_file_test(latest, G_FILE_TEST_IS_DIR));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unwritable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_journal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_torn_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_traces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cell_directory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_publish, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_publish_onto_directory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
