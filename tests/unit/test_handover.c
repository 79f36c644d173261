// SPDX-License-Identifier: GPL-2.0-only
/*
 * One cell from power-on to outcome, with a script in QEMU's place (fake_qemu.sh): it speaks on the same channels, and
 * does at the wrong moment what a machine may do. No QEMU takes part. Under the sanitizers, so that nothing is freed
 * too early.
 */
#include "harness/handover/handover.h"

#include <sys/stat.h>

#include "harness/model/scratch_spec.h"
#include "tests/unit/fake_kernel.h"
#include "tests/unit/records.h"

#define LINKED	 0xffffffff81000000ULL /* the fake kernel's first 2 MiB */
#define PHYSICAL (16 * MIB)	       /* where these lie */
#define CR3	 0x1000ULL
#define PRESENT	 0x1ULL
#define LARGE	 0x80ULL
#define PAGE	 4096

/* Twice what any of these takes on a machine that has nothing else to do. */
#define SECONDS 60

struct machine {
	char *directory, *binary;
	struct kho_vmlinux *vmlinux;
	struct kho_topology *topology;
	struct kho_cell *cell;
	GMainLoop *loop;
	guint done;
	struct kho_outcome outcome;
};

/* --- the machine --- */

static char *path_of(const struct machine *machine, const char *name)
{
	return g_build_filename(machine->directory, name, NULL);
}

static void write_file(const struct machine *machine, const char *name, const void *bytes, gsize length)
{
	g_autofree char *path = path_of(machine, name);

	assert_true(g_file_set_contents(path, bytes, length, NULL));
}

static void write_memory(const struct machine *machine, guint64 address, const void *bytes, gsize length)
{
	g_autofree char *name = g_strdup_printf("memory-%" G_GINT64_MODIFIER "u", address);

	write_file(machine, name, bytes, length);
}

static void write_table(const struct machine *machine, guint64 address, guint index, guint64 entry)
{
	guint64 table[PAGE / sizeof(guint64)] = { 0 };

	table[index] = GUINT64_TO_LE(entry);
	write_memory(machine, address, table, sizeof(table));
}

/* Page tables that map the fake kernel, and the banner that it is known by. */
static void write_kernel(const struct machine *machine)
{
	guint64 banner = fake_kernel_address(machine->vmlinux, "linux_banner");
	guint8 bytes[64];

	write_table(machine, CR3, 511, (CR3 + PAGE) | PRESENT);
	write_table(machine, CR3 + PAGE, 510, (CR3 + 2 * PAGE) | PRESENT);
	write_table(machine, CR3 + 2 * PAGE, 8, PHYSICAL | PRESENT | LARGE);
	assert_true(kho_vmlinux_read(machine->vmlinux, banner, bytes, sizeof(bytes)));
	write_memory(machine, banner - LINKED + PHYSICAL, bytes, sizeof(bytes));
}

static void write_records(const struct machine *machine, const char *stage, const char *const *rests)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	for (guint i = 0; rests[i]; i++) {
		g_autofree char *line = make_record(RUN, stage, i, rests[i]);

		g_string_append_printf(lines, "%s\n", line);
	}
	write_file(machine, stage, lines->str, lines->len);
}

static void write_script(struct machine *machine, const char *behaviour)
{
	g_autofree char *here = g_get_current_dir();
	g_autofree char *text = g_strdup_printf("#!/bin/bash\ncd ${0%%/*} && . '%s/tests/unit/fake_qemu.sh'\n", here);

	machine->binary = path_of(machine, "qemu");
	write_file(machine, "qemu", text, strlen(text));
	write_file(machine, "behaviour", behaviour, strlen(behaviour));
	assert_int_equal(chmod(machine->binary, 0755), 0);
}

static struct machine *new_machine(const char *behaviour)
{
	struct machine *machine = g_new0(struct machine, 1);
	g_autoptr(KhoScratchSpec) scratch = kho_scratch_spec_parse("16M,128M,32M", NULL);

	machine->directory = g_dir_make_tmp("kho-test-XXXXXX", NULL);
	machine->vmlinux = fake_kernel_with_text();
	machine->topology = kho_topology_new("test", "");
	kho_topology_add_node(machine->topology, GIB, 1);
	machine->cell = kho_cell_new("k", "k", machine->topology, scratch, "default");
	machine->loop = g_main_loop_new(NULL, FALSE);
	write_kernel(machine);
	write_records(machine, "first", good_first);
	write_records(machine, "successor", good_successor);
	write_script(machine, behaviour);
	return machine;
}

static void free_machine(struct machine *machine)
{
	g_autoptr(GDir) directory = g_dir_open(machine->directory, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(directory))) {
		g_autofree char *path = path_of(machine, name);

		g_unlink(path);
	}
	g_rmdir(machine->directory);
	g_main_loop_unref(machine->loop);
	kho_outcome_clear(&machine->outcome);
	kho_cell_free(machine->cell);
	kho_topology_free(machine->topology);
	kho_vmlinux_free(machine->vmlinux);
	g_free(machine->directory);
	g_free(machine->binary);
	g_free(machine);
}

/* How often the script was given a command. */
static guint count_commands(const struct machine *machine, const char *command)
{
	g_autofree char *path = path_of(machine, "commands"), *text = NULL;
	g_auto(GStrv) lines = g_file_get_contents(path, &text, NULL, NULL) ? g_strsplit(text, "\n", -1) : NULL;
	guint count = 0;

	for (guint i = 0; lines && lines[i]; i++)
		count += g_str_equal(lines[i], command);
	return count;
}

/* --- the cell --- */

static void done(struct kho_handover *handover, const struct kho_report *report, struct kho_outcome outcome, void *data)
{
	struct machine *machine = data;

	machine->done++;
	machine->outcome = outcome;
	kho_handover_free(handover);
	g_main_loop_quit(machine->loop);
}

static struct kho_handover *start(struct machine *machine)
{
	const struct kho_handover_config config = {
		.cell = machine->cell,
		.qemu_binary = machine->binary,
		.kernel_image = "bzImage",
		.initramfs = "initramfs.cpio",
		.directory = machine->directory,
		.vmlinux = machine->vmlinux,
		.run = RUN,
	};
	struct kho_handover *handover = kho_handover_start(&config, done, machine, NULL);

	assert_non_null(handover);
	return handover;
}

static gboolean too_late(gpointer data)
{
	fail_msg("it has not ended after %d s", SECONDS);
	return G_SOURCE_REMOVE;
}

static struct machine *run(const char *behaviour)
{
	struct machine *machine = new_machine(behaviour);
	guint timeout = g_timeout_add_seconds(SECONDS, too_late, NULL);

	start(machine);
	g_main_loop_run(machine->loop);
	g_source_remove(timeout);
	assert_int_equal(machine->done, 1);
	print_message("%s: %s, %s\n", behaviour, kho_outcome_text(machine->outcome.name), machine->outcome.reason);
	return machine;
}

static void expect(const char *behaviour, enum kho_outcome_name outcome)
{
	struct machine *machine = run(behaviour);

	assert_int_equal(machine->outcome.name, outcome);
	free_machine(machine);
}

/* --- what it does at the wrong moment --- */

static void survives(void **state)
{
	expect("first() { sleep 0.2; cat first successor >&4; }", KHO_OUTCOME_SURVIVED);
}

/* Its deadline is over, and before QEMU stops it, it says its last word: nothing more will come. */
static void last_word_after_the_deadline(void **state)
{
	struct machine *machine = run("stop() { [[ $1 != 1 ]] || successor; }");

	assert_int_equal(machine->outcome.name, KHO_OUTCOME_SURVIVED);
	assert_null(machine->outcome.detail);
	assert_false(machine->outcome.autopsied);
	free_machine(machine);
}

static void reset_after_the_deadline(void **state)
{
	expect("stop() { [[ $1 != 1 ]] || reset; }", KHO_OUTCOME_RESET);
}

/* Nothing shows that it hangs: it gets more time, three times. */
static void slow(void **state)
{
	struct machine *machine = run("");

	assert_int_equal(machine->outcome.name, KHO_OUTCOME_LOST);
	assert_int_equal(count_commands(machine, "stop"), 4);
	assert_int_equal(count_commands(machine, "cont"), 3);
	free_machine(machine);
}

/* The first kernel is not seen at the first look: else nothing would be known of the machine at its deadline. */
static void looks_again_for_the_first_kernel(void **state)
{
	expect("blind=3; stop() { [[ $1 != 2 ]] || successor; }; "
	       "first() { sleep 0.2; head -n 1 first >&4; (sleep 0.5; tail -n +2 first >&4) & }",
	       KHO_OUTCOME_SURVIVED);
}

/* A quiet console does not say that the successor is entered; the first kernel's last word does. */
static void stalls_behind_a_quiet_console(void **state)
{
	struct machine *machine = run("hlt=1 booted=1");

	assert_int_equal(machine->outcome.name, KHO_OUTCOME_HUNG);
	assert_non_null(strstr(machine->outcome.reason, "halted for ever"));
	assert_null(machine->outcome.detail); /* the deadline's */
	free_machine(machine);
}

static void qmp_ends_in_the_examination(void **state)
{
	expect("stop() { hang_up; }", KHO_OUTCOME_LOST);
}

static void qemu_ends_in_the_examination(void **state)
{
	expect("stop() { exit; }", KHO_OUTCOME_LOST);
}

/* As Ctrl-C does it. */
static void freed_before_its_end(void **state)
{
	static const guint milliseconds[] = { 0, 250, 1000 };

	for (size_t i = 0; i < COUNT(milliseconds); i++) {
		struct machine *machine = new_machine("");
		struct kho_handover *handover = start(machine);

		g_timeout_add_once(milliseconds[i], (GSourceOnceFunc)g_main_loop_quit, machine->loop);
		g_main_loop_run(machine->loop);
		kho_handover_free(handover);
		assert_int_equal(machine->done, 0);
		free_machine(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives),
		cmocka_unit_test(last_word_after_the_deadline),
		cmocka_unit_test(reset_after_the_deadline),
		cmocka_unit_test(slow),
		cmocka_unit_test(looks_again_for_the_first_kernel),
		cmocka_unit_test(stalls_behind_a_quiet_console),
		cmocka_unit_test(qmp_ends_in_the_examination),
		cmocka_unit_test(qemu_ends_in_the_examination),
		cmocka_unit_test(freed_before_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
