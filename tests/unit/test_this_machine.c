// SPDX-License-Identifier: GPL-2.0-only
/* What is read of a machine, with a made-up /sys and recorded logs. */
#include "harness/machine/this_machine.h"
#include "harness/model/error.h"
#include "tests/unit/made_up_sysfs.h"

#include <string.h>

#define GOLDEN "tests/golden/early-boot-two-even-64M-256M-64M.console"

struct made_up {
	char *root;
	char *log;
};

static struct made_up make_up(const char *log)
{
	struct made_up made = { .root = sysfs_make() };

	made.log = g_build_filename(made.root, "log", NULL);
	assert_true(g_file_set_contents(made.log, log, -1, NULL));
	return made;
}

static void clear(struct made_up *made)
{
	sysfs_remove(made->root);
	g_free(made->root);
	g_free(made->log);
}

static bool is_unknown(const struct kho_this_machine *machine, const char *text)
{
	for (guint i = 0; i < machine->unknown->len; i++)
		if (strstr(g_ptr_array_index(machine->unknown, i), text))
			return true;
	return false;
}

static const struct kho_memory_range *range(const struct kho_this_machine *machine, guint i)
{
	return &g_array_index(machine->ranges, struct kho_memory_range, i);
}

/* A log that tells nothing, as to an ordinary user: memory is as sysfs has it, and what is missing is named. */
static void test_sysfs_alone(void **state)
{
	struct made_up made = make_up("[    0.000000] Linux version 6.19.6\n");
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoThisMachine) machine = kho_this_machine_read(made.log, made.root, &error);

	assert_null(error);
	assert_non_null(machine);
	assert_int_equal(machine->ranges->len, 3);
	assert_int_equal(range(machine, 0)->end, 3 * GIB);
	assert_int_equal(range(machine, 1)->start, 3 * GIB);
	assert_int_equal(range(machine, 1)->end, 5 * GIB);
	assert_int_equal(range(machine, 2)->start, 6 * GIB);
	assert_int_equal(range(machine, 2)->node, 1);
	assert_int_equal(machine->cpus->len, 2);
	assert_int_equal(g_array_index(machine->cpus, guint, 0), 5);
	assert_int_equal(g_array_index(machine->cpus, guint, 1), 0);
	assert_int_equal(machine->events->len, 0);
	assert_false(machine->printed);
	assert_true(is_unknown(machine, "where memory begins and ends to the byte"));
	assert_true(is_unknown(machine, "memblock=debug"));
	assert_true(is_unknown(machine, "/proc/kcore"));
	assert_true(is_unknown(machine, "scratch as it is"));
	clear(&made);
}

/* The recorded console has not kept the headline. */
#define RANGES                                                                     \
	"[    0.000000] Early memory node ranges\n"                                \
	"[    0.000000]   node   0: [mem 0x0000000000001000-0x000000000009efff]\n" \
	"[    0.000000]   node   0: [mem 0x0000000000100000-0x00000000bffdffff]\n" \
	"[    0.000000]   node   0: [mem 0x0000000100000000-0x000000013fffffff]\n" \
	"[    0.000000]   node   1: [mem 0x0000000140000000-0x000000023fffffff]\n"

/* What was printed is better than sysfs; and a boot with memblock=debug is a trace. */
static void test_log(void **state)
{
	g_autofree char *log = NULL, *with_ranges = NULL;
	g_autoptr(KhoThisMachine) machine = NULL;
	struct made_up made;

	assert_true(g_file_get_contents(GOLDEN, &log, NULL, NULL));
	*strstr(log, "kexec_core: Starting new kernel") = '\0';
	with_ranges = g_strconcat(RANGES, log, NULL);
	made = make_up(with_ranges);
	machine = kho_this_machine_read(made.log, made.root, NULL);
	assert_non_null(machine);
	assert_true(machine->printed);
	assert_int_equal(machine->ranges->len, 4);
	assert_int_equal(range(machine, 3)->start, 0x140000000);
	assert_in_range(machine->events->len, 50, 100);
	assert_false(is_unknown(machine, "where memory begins"));
	assert_false(is_unknown(machine, "how this machine boots"));
	clear(&made);
}

/* Without KHO nothing says where scratch would be reserved, but memblock ends at the same place. */
static void test_log_without_kho(void **state)
{
	g_autofree char *log = NULL, *changed = NULL;
	g_autoptr(KhoThisMachine) machine = NULL;
	struct made_up made;
	char *end;

	assert_true(g_file_get_contents(GOLDEN, &log, NULL, NULL));
	end = strstr(log, "kho_memory_init");
	assert_non_null(end);
	while (*end != '\n')
		end--;
	*end = '\0';
	changed = g_strconcat(log, "\n[    0.000000] SLUB: HWalign=64, Order=0-3\n", NULL);
	made = make_up(changed);
	machine = kho_this_machine_read(made.log, made.root, NULL);
	assert_non_null(machine);
	assert_in_range(machine->events->len, 50, 100);
	clear(&made);

	/* Cut off before, it is no trace. */
	made = make_up(log);
	kho_this_machine_free(machine);
	machine = kho_this_machine_read(made.log, made.root, NULL);
	assert_int_equal(machine->events->len, 0);
	assert_true(is_unknown(machine, "how this machine boots: it does not reach"));
	clear(&made);
}

static void test_bad(void **state)
{
	struct made_up made = make_up("Early memory node ranges\n"
				      "  node   0: [mem 0x0000000100000000-0x000000013fffffff]\n"
				      "  node   1: [mem 0x0000000000100000-0x000000003fffffff]\n");
	g_autoptr(GError) error = NULL;

	assert_null(kho_this_machine_read(made.log, made.root, &error));
	assert_string_equal(error->message, "--live: the memory ranges of this machine make no sense");
	g_clear_error(&error);
	assert_null(kho_this_machine_read("/nowhere/dmesg", made.root, &error));
	assert_string_equal(error->message, "/nowhere/dmesg: No such file or directory");
	g_clear_error(&error);
	sysfs_remove(made.root);
	assert_int_equal(g_mkdir_with_parents(made.root, 0755), 0);
	assert_true(g_file_set_contents(made.log, "", -1, NULL));
	assert_null(kho_this_machine_read(made.log, made.root, &error));
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_INPUT));
	assert_non_null(strstr(error->message, "this machine's memory is not known"));
	clear(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sysfs_alone),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_without_kho),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
