// SPDX-License-Identifier: GPL-2.0-only
/* Names that tell their owner: only what a process of this very place left behind, and is gone, is nobody's. */
#include "harness/libvirt/owner.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* The name of a child that has ended. */
static char *name_of_dead(void)
{
	char name[128] = "";
	int pipes[2];
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		g_autofree char *own = kho_owner_name();

		_exit(write(pipes[1], own, strlen(own)) < 0);
	}
	close(pipes[1]);
	assert_true(read(pipes[0], name, sizeof(name) - 1) > 0);
	close(pipes[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return g_strdup(name);
}

static void the_living_is_not_gone(void **state)
{
	g_autofree char *name = kho_owner_name(), *again = kho_owner_name();

	assert_string_equal(name, again);
	assert_true(g_str_has_prefix(name, KHO_OWNER_PREFIX));
	assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
	assert_false(kho_owner_is_gone(name));
}

/* One that nobody has reaped yet. */
static void a_zombie_is_gone(void **state)
{
	g_autofree char *own = kho_owner_name(), *path = NULL, *stat = NULL, *name = NULL;
	g_auto(GStrv) parts = g_strsplit(own, "-", -1), fields = NULL;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	path = g_strdup_printf("/proc/%d/stat", child);
	do {
		g_clear_pointer(&stat, g_free);
		assert_true(g_file_get_contents(path, &stat, NULL, NULL));
	} while (!strstr(stat, ") Z"));
	fields = g_strsplit(stat, " ", -1);
	name = g_strdup_printf(KHO_OWNER_PREFIX "%s-%d-%s", parts[2], child, fields[21]);
	assert_true(kho_owner_is_gone(name));
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void the_dead_is_gone(void **state)
{
	g_autofree char *name = name_of_dead();

	assert_true(kho_owner_is_gone(name));
}

/* The same process id, taken again by somebody else later. */
static void a_number_that_was_taken_again_is_another(void **state)
{
	g_autofree char *name = kho_owner_name();
	g_autofree char *earlier = g_strdup_printf("%.*s-1", (int)(strrchr(name, '-') - name), name);

	assert_true(kho_owner_is_gone(earlier));
}

static void of_others_nothing_is_known(void **state)
{
	g_autofree char *dead = name_of_dead();
	g_autofree char *elsewhere = g_strdup(dead), *longer = g_strconcat(dead, "x", NULL);
	char *digit = elsewhere + strlen(KHO_OWNER_PREFIX);

	*digit = *digit == '0' ? '1' : '0';
	assert_false(kho_owner_is_gone(elsewhere));
	assert_false(kho_owner_is_gone(longer));
	assert_false(kho_owner_is_gone("default"));
	assert_false(kho_owner_is_gone(KHO_OWNER_PREFIX));
	assert_false(kho_owner_is_gone(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_living_is_not_gone),
		cmocka_unit_test(the_dead_is_gone),
		cmocka_unit_test(a_zombie_is_gone),
		cmocka_unit_test(a_number_that_was_taken_again_is_another),
		cmocka_unit_test(of_others_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
