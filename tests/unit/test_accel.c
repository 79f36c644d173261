// SPDX-License-Identifier: GPL-2.0-only
/*
 * The proof of KVM, with shell scripts in the place of QEMU: each plays one way in which
 * it may go. Descriptor 3 is the console. None of them says anything about this host's KVM.
 */
#include "harness/machine/accel.h"
#include "tests/unit/test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>

static char *directory, *program, *pid_file;

static int make_directory(void **state)
{
	directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	program = g_build_filename(directory, "fake-qemu", NULL);
	pid_file = g_build_filename(directory, "pid", NULL);
	return directory ? 0 : -1;
}

static int remove_directory(void **state)
{
	g_unlink(program);
	g_unlink(pid_file);
	g_rmdir(directory);
	g_clear_pointer(&directory, g_free);
	g_clear_pointer(&program, g_free);
	g_clear_pointer(&pid_file, g_free);
	return 0;
}

/* Whatever came of it, the process must be gone afterwards. */
static bool probe(const char *script, double seconds, char **why)
{
	const struct kho_accel_probe probe = { .qemu_binary = program, .kernel_image = "/k", .seconds = seconds };
	g_autofree char *text = g_strdup_printf("#!/bin/sh\necho $$ > %s\n%s\n", pid_file, script);
	g_autofree char *pid = NULL;
	bool works;

	assert_true(g_file_set_contents_full(program, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
	works = kho_accel_kvm_works(&probe, why);
	assert_true(g_file_get_contents(pid_file, &pid, NULL, NULL));
	assert_int_equal(kill(atoi(pid), 0), -1);
	return works;
}

static void expect_reason(const char *script, double seconds, const char *reason)
{
	g_autofree char *why = NULL;

	assert_false(probe(script, seconds, &why));
	assert_string_equal(why, reason);
}

static void works(void **state)
{
	g_autofree char *why = NULL;

	assert_true(probe("printf 'Linux version 6\\nRun /init as ini' >&3; sleep 0.1; printf 't process\\n' >&3; "
			  "exec sleep 60",
			  30, &why));
	assert_null(why);
}

/* The console holds the proof although QEMU has ended by the time it is read. */
static void ends_right_after_the_proof(void **state)
{
	assert_true(probe("echo 'Run /init as init process' >&3", 30, NULL));
}

static void crawls(void **state)
{
	expect_reason("echo 'Linux version 6' >&3; exec sleep 60", 0.5,
		      "a guest did not reach \"Run /init as init process\" within 0.5 s");
}

/* QEMU stays, paused, and so would a harness that only waits. */
static void internal_error(void **state)
{
	expect_reason("printf 'KVM internal error. Suberror: 1\\nemulation failure\\n' >&2; exec sleep 60", 30,
		      "KVM internal error. Suberror: 1");
}

static void no_device(void **state)
{
	expect_reason("echo 'qemu: warning: host does not support something' >&2; "
		      "echo 'Could not access KVM kernel module: No such file or directory' >&2; "
		      "echo 'qemu: failed to initialize kvm' >&2; exit 1",
		      30, "Could not access KVM kernel module: No such file or directory");
}

static void ends_silently(void **state)
{
	expect_reason("exit 0", 30, "QEMU ended with status 0");
	expect_reason("kill -SEGV $$", 30, "QEMU ended with signal 11");
}

static void no_qemu(void **state)
{
	const struct kho_accel_probe probe = { .qemu_binary = "/nowhere/qemu", .kernel_image = "/k" };
	g_autofree char *why = NULL;

	assert_false(kho_accel_kvm_works(&probe, &why));
	assert_non_null(strstr(why, "cannot start /nowhere/qemu"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(works),	 TEST(ends_right_after_the_proof),
		TEST(crawls),	 TEST(internal_error),
		TEST(no_device), TEST(ends_silently),
		TEST(no_qemu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
