// SPDX-License-Identifier: GPL-2.0-only
/* reproduce.sh: run by a shell, with a QEMU that only prints its arguments. */
#include "harness/machine/reproducer.h"
#include "harness/machine/keep.h"
#include "tests/unit/test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char fake_qemu[] = "#!/bin/sh\n"
				"[ \"$1\" != --version ] || { echo 'QEMU version 1'; exit 0; }\n"
				"for word; do printf '%s\\n' \"$word\"; done\n";

/* A directory whose name a shell would trip over. */
static char *base, *directory;

static char *path(const char *name)
{
	return g_build_filename(directory, name, NULL);
}

static void put(const char *name, const char *text, int mode)
{
	g_autofree char *file = path(name);

	assert_true(g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, NULL));
}

static void write_script(const char *cell, const char *seen)
{
	g_autoptr(KhoTopology) topology = kho_topology_new("test", "");
	g_autofree char *kernel = path("bzImage"), *initrd = path("initramfs.cpio");
	g_autofree char *kernel_sum = kho_file_sha256(kernel, NULL, NULL);
	g_autofree char *initrd_sum = kho_file_sha256(initrd, NULL, NULL);
	const struct kho_machine_config machine = { .arch = &kho_arch_x86_64,
						    .topology = topology,
						    .kernel_image = "bzImage",
						    .initrd = "initramfs.cpio",
						    .cmdline = "quiet it's" };
	const struct kho_reproducer reproducer = { .machine = &machine,
						   .kernel_sha256 = kernel_sum,
						   .initrd_sha256 = initrd_sum,
						   .qemu_version = "QEMU version 1",
						   .cell = cell,
						   .seen = seen };
	g_autofree char *text = NULL;

	kho_topology_add_node(topology, GIB, 1);
	text = kho_reproducer_script(&reproducer);
	put("reproduce.sh", text, 0755);
}

static int make_directory(void **state)
{
	base = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	directory = g_build_filename(base, "-16M,$(x) it's", NULL);
	if (g_mkdir(directory, 0755) < 0)
		return -1;
	put("bzImage", "kernel", 0644);
	put("initramfs.cpio", "initramfs", 0644);
	put("qemu", fake_qemu, 0755);
	write_script("k/t/16M,16M,16M", "panicked: for once");
	return 0;
}

static int remove_directory(void **state)
{
	const char *name;
	g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);

	while ((name = g_dir_read_name(entries))) {
		g_autofree char *file = path(name);

		g_unlink(file);
	}
	g_rmdir(directory);
	g_rmdir(base);
	g_clear_pointer(&directory, g_free);
	g_clear_pointer(&base, g_free);
	return 0;
}

/* Exit status; @argument may be NULL. Relative to @base, with a CDPATH that would lead astray. */
static int run(const char *qemu, const char *argument, char **output, char **errors)
{
	g_autofree char *name = g_path_get_basename(directory);
	g_autofree char *script = g_build_filename(".", name, "reproduce.sh", NULL);
	g_autofree char *program = g_str_equal(qemu, "qemu") ? path(qemu) : g_strdup(qemu);
	g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "QEMU", program, TRUE);
	const char *argv[] = { "sh", script, argument, NULL };
	int status;

	environment = g_environ_setenv(environment, "CDPATH", "/:/usr", TRUE);
	assert_true(g_spawn_sync(base, (char **)argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, output, errors,
				 &status, NULL));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void qemu_gets_what_was_recorded(void **state)
{
	g_autofree char *output = NULL, *errors = NULL;

	assert_int_equal(run("qemu", NULL, &output, &errors), 0);
	assert_non_null(strstr(output, "-kernel\nbzImage\n-initrd\ninitramfs.cpio\n-append\nquiet it's\n"));
	assert_non_null(strstr(output, "path=reproduced-records.log\n"));
	assert_non_null(strstr(errors, "k/t/16M,16M,16M: recorded was: panicked: for once\n"));
	assert_null(strstr(errors, "warning"));
}

static void files_are_checked_first(void **state)
{
	static const char *const names[] = { "bzImage", "initramfs.cpio" };

	for (gsize i = 0; i < COUNT(names); i++) {
		g_autofree char *file = path(names[i]), *old = NULL;
		g_autofree char *output = NULL, *errors = NULL, *missing = NULL;

		assert_true(g_file_get_contents(file, &old, NULL, NULL));
		put(names[i], "changed", 0644);
		assert_int_equal(run("qemu", NULL, &output, &errors), 2);
		assert_string_equal(output, "");
		assert_non_null(strstr(errors, names[i]));
		assert_non_null(strstr(errors, "SHA-256 differs"));
		g_unlink(file);
		g_free(g_steal_pointer(&output));
		assert_int_equal(run("qemu", NULL, &output, &missing), 2);
		assert_non_null(strstr(missing, names[i]));
		assert_non_null(strstr(missing, "missing"));
		put(names[i], old, 0644);
	}
}

static void only_checking(void **state)
{
	g_autofree char *output = NULL;

	assert_int_equal(run("qemu", "--check", &output, NULL), 0);
	assert_string_equal(output, "");
}

static void another_version_is_a_warning(void **state)
{
	g_autofree char *output = NULL, *errors = NULL;

	put("qemu", "#!/bin/sh\necho 'QEMU version 2'\n", 0755);
	assert_int_equal(run("qemu", NULL, &output, &errors), 0);
	assert_non_null(strstr(errors, "warning: this is QEMU version 2; recorded with QEMU version 1\n"));
}

static void no_qemu_and_bad_usage(void **state)
{
	g_autofree char *errors = NULL, *usage = NULL, *help = NULL;

	assert_int_equal(run("/nowhere/qemu", NULL, NULL, &errors), 3);
	assert_non_null(strstr(errors, "/nowhere/qemu"));
	assert_int_equal(run("qemu", "--frobnicate", NULL, &usage), 2);
	assert_non_null(strstr(usage, "--frobnicate"));
	assert_int_equal(run("qemu", "--help", &help, NULL), 0);
	assert_true(g_str_has_prefix(help, "usage: reproduce.sh"));
}

/* What a guest printed is in there, and stays a text. */
static void hostile_texts_stay_texts(void **state)
{
	static const char hostile[] = "'; touch pwned; echo '\"$(touch pwned)`touch pwned`\\";
	g_autofree char *output = NULL, *errors = NULL, *help = NULL, *pwned = path("pwned");

	write_script(hostile, hostile);
	assert_int_equal(run("qemu", NULL, &output, &errors), 0);
	assert_non_null(strstr(errors, hostile));
	assert_int_equal(run("qemu", "--help", &help, NULL), 0);
	assert_non_null(strstr(help, hostile));
	assert_false(g_file_test(pwned, G_FILE_TEST_EXISTS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(qemu_gets_what_was_recorded),  TEST(files_are_checked_first), TEST(only_checking),
		TEST(another_version_is_a_warning), TEST(no_qemu_and_bad_usage),   TEST(hostile_texts_stay_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
