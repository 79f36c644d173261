// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU is told of a topology, without a QEMU. */
#include "harness/machine/qemu_args.h"
#include "tests/unit/test.h"

#include <string.h>

static struct kho_topology *topology;

static int empty_topology(void **state)
{
	topology = kho_topology_new("test", "");
	return 0;
}

static int free_topology(void **state)
{
	g_clear_pointer(&topology, kho_topology_free);
	return 0;
}

static struct kho_machine_config config(void)
{
	return (struct kho_machine_config){ .arch = &kho_arch_x86_64,
					    .topology = topology,
					    .kernel_image = "/k/bzImage" };
}

/* All values given to @option, joined by blanks. */
static char *values(char **args, const char *option)
{
	GString *text = g_string_new(NULL);

	for (char **arg = args; *arg; arg++) {
		if (g_str_equal(*arg, option))
			g_string_append_printf(text, "%s%s", text->len ? " " : "", arg[1]);
	}
	return g_string_free(text, FALSE);
}

static void expect_args(const struct kho_machine_config *machine, const char *option, const char *expected)
{
	g_auto(GStrv) args = kho_qemu_args(machine);
	g_autofree char *found = values(args, option);

	assert_string_equal(found, expected);
}

static void expect(const char *option, const char *expected)
{
	const struct kho_machine_config machine = config();

	expect_args(&machine, option, expected);
}

static bool has(const struct kho_machine_config *machine, const char *option)
{
	g_auto(GStrv) args = kho_qemu_args(machine);

	return g_strv_contains((const char *const *)args, option);
}

static void two_even_nodes(void **state)
{
	kho_topology_add_node(topology, 4 * GIB, 1);
	kho_topology_add_node(topology, 4 * GIB, 1);
	expect("-m", "8589934592B");
	expect("-smp", "2,sockets=2,cores=1,threads=1");
	expect("-object", "memory-backend-ram,id=mem0,size=4294967296,reserve=off "
			  "memory-backend-ram,id=mem1,size=4294967296,reserve=off");
	expect("-numa", "node,nodeid=0,cpus=0,memdev=mem0 node,nodeid=1,cpus=1,memdev=mem1");
}

static void cpus_count_through_the_nodes(void **state)
{
	kho_topology_add_node(topology, GIB, 4);
	kho_topology_add_node(topology, GIB, 1);
	kho_topology_add_node(topology, GIB, 2);
	expect("-smp", "7,sockets=7,cores=1,threads=1");
	expect("-numa", "node,nodeid=0,cpus=0-3,memdev=mem0 node,nodeid=1,cpus=4,memdev=mem1 "
			"node,nodeid=2,cpus=5-6,memdev=mem2");
}

static void node_without_memory(void **state)
{
	kho_topology_add_node(topology, 4 * GIB, 1);
	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 4 * GIB, 1);
	expect("-m", "8589934592B");
	expect("-object", "memory-backend-ram,id=mem0,size=4294967296,reserve=off "
			  "memory-backend-ram,id=mem2,size=4294967296,reserve=off");
	expect("-numa", "node,nodeid=0,cpus=0,memdev=mem0 node,nodeid=1,cpus=1 node,nodeid=2,cpus=2,memdev=mem2");
}

static void node_without_cpus(void **state)
{
	kho_topology_add_node(topology, GIB, 2);
	kho_topology_add_node(topology, GIB, 0);
	expect("-smp", "2,sockets=2,cores=1,threads=1");
	expect("-numa", "node,nodeid=0,cpus=0-1,memdev=mem0 node,nodeid=1,memdev=mem1");
}

static void eight_nodes(void **state)
{
	const struct kho_machine_config machine = config();
	g_autofree char *nodes = NULL;
	g_auto(GStrv) args = NULL;

	for (int i = 0; i < 8; i++)
		kho_topology_add_node(topology, 96 * MIB, 1);
	args = kho_qemu_args(&machine);
	nodes = values(args, "-numa");
	assert_true(g_str_has_suffix(nodes, " node,nodeid=7,cpus=7,memdev=mem7"));
	expect("-m", "805306368B");
}

static void no_distances_means_no_slit(void **state)
{
	kho_topology_add_node(topology, GIB, 1);
	kho_topology_add_node(topology, GIB, 1);
	expect("-numa", "node,nodeid=0,cpus=0,memdev=mem0 node,nodeid=1,cpus=1,memdev=mem1");
}

/* Both directions are told, since they may differ; a node's distance to itself is always 10. */
static void distances(void **state)
{
	static const uint8_t table[] = { 10, 21, 31, 10 };

	kho_topology_add_node(topology, GIB, 1);
	kho_topology_add_node(topology, GIB, 1);
	topology->distances = g_memdup2(table, sizeof(table));
	expect("-numa", "node,nodeid=0,cpus=0,memdev=mem0 node,nodeid=1,cpus=1,memdev=mem1 "
			"dist,src=0,dst=1,val=21 dist,src=1,dst=0,val=31");
}

/* One block of memory, and none of QEMU's own nodes: firmware's tables describe them. */
static void placed(void **state)
{
	static const uint8_t table[] = { 10, 21, 31, 10 };
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, 0, 1);
	kho_topology_add_node(topology, 0, 1);
	kho_topology_place(topology, 0, (struct kho_range){ 0, GIB });
	kho_topology_place(topology, 1, (struct kho_range){ 5 * GIB, 6 * GIB });
	topology->distances = g_memdup2(table, sizeof(table));
	machine.srat = "a,b/srat.aml";
	machine.slit = "slit.aml";
	expect_args(&machine, "-m", "5368709120B");
	expect_args(&machine, "-object", "memory-backend-ram,id=mem,size=5368709120,reserve=off");
	expect_args(&machine, "-M", "pc,mem-merge=off,dump-guest-core=off,memory-backend=mem");
	expect_args(&machine, "-acpitable", "file=a,,b/srat.aml file=slit.aml");
	expect_args(&machine, "-cpu", "qemu64");
	assert_false(has(&machine, "-numa"));
	kho_topology_place(topology, 1, (struct kho_range){ 1024 * GIB, 1025 * GIB });
	expect_args(&machine, "-cpu", "qemu64,vendor=GenuineIntel,phys-bits=46");
}

static void accelerators(void **state)
{
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, GIB, 1);
	expect_args(&machine, "-accel", "tcg,tb-size=32");
	expect_args(&machine, "-cpu", "qemu64");
	machine.kvm = true;
	expect_args(&machine, "-accel", "kvm");
	expect_args(&machine, "-cpu", "host,la57=off");
}

static void boot(void **state)
{
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, GIB, 1);
	expect_args(&machine, "-kernel", "/k/bzImage");
	assert_false(has(&machine, "-initrd"));
	assert_false(has(&machine, "-append"));
	machine.initrd = "/k/initrd,odd";
	machine.cmdline = "console=ttyS0 kho=on";
	expect_args(&machine, "-initrd", "/k/initrd,odd");
	expect_args(&machine, "-append", "console=ttyS0 kho=on");
}

static void end_of_the_guest(void **state)
{
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, GIB, 1);
	assert_true(has(&machine, "-no-reboot"));
	assert_false(has(&machine, "-action"));
	machine.pause_at_end = true;
	assert_false(has(&machine, "-no-reboot"));
	expect_args(&machine, "-action", "reboot=shutdown,shutdown=pause");
}

/* The ports are there in any case: a guest without them would be another machine. */
static void no_channels(void **state)
{
	kho_topology_add_node(topology, GIB, 1);
	expect("-chardev", "null,id=console null,id=records");
	expect("-serial", "chardev:console chardev:records");
	expect("-mon", "");
}

static void channels_by_descriptor(void **state)
{
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, GIB, 1);
	machine.channels = (struct kho_machine_channels){
		.console = { .kind = KHO_CHANNEL_PIPE, .fd = 3 },
		.records = { .kind = KHO_CHANNEL_FD, .fd = 4 },
		.qmp = { .kind = KHO_CHANNEL_FD, .fd = 5 },
	};
	expect_args(&machine, "-chardev",
		    "file,id=console,path=/proc/self/fd/3 socket,id=records,fd=4 socket,id=qmp,fd=5");
	expect_args(&machine, "-mon", "chardev=qmp,mode=control");
}

static void channels_by_path(void **state)
{
	struct kho_machine_config machine = config();

	kho_topology_add_node(topology, GIB, 1);
	machine.channels = (struct kho_machine_channels){
		.console = { .kind = KHO_CHANNEL_STDIO },
		.records = { .kind = KHO_CHANNEL_FILE, .path = "16M,128M,32M/records" },
		.qmp = { .kind = KHO_CHANNEL_SOCKET, .path = "q,s" },
	};
	expect_args(&machine, "-chardev",
		    "stdio,id=console file,id=records,path=16M,,128M,,32M/records "
		    "socket,id=qmp,path=q,,s,server=on,wait=off");
}

static void debugger(void **state)
{
	struct kho_machine_config machine = config();
	g_autofree char *command = NULL;

	kho_topology_add_node(topology, GIB, 1);
	assert_false(has(&machine, "-gdb"));
	machine.gdb_socket = "/run/a,b";
	expect_args(&machine, "-gdb", "chardev:gdb");
	expect_args(&machine, "-chardev",
		    "null,id=console null,id=records socket,id=gdb,path=/run/a,,b,server=on,wait=off");
	command = kho_qemu_command(&machine);
	assert_null(strstr(command, "-gdb"));
}

static void command_for_a_person(void **state)
{
	struct kho_machine_config machine = config();
	g_autofree char *text = NULL;

	kho_topology_add_node(topology, GIB, 1);
	machine.cmdline = "console=ttyS0 it's";
	machine.pause_at_end = true;
	machine.channels.console = (struct kho_channel){ .kind = KHO_CHANNEL_FD, .fd = 3 };
	text = kho_qemu_command(&machine);
	assert_true(g_str_has_prefix(text, "#!/bin/sh\n"));
	assert_non_null(strstr(text, "\nexec qemu-system-x86_64 \\\n\t-M pc,"));
	assert_non_null(strstr(text, " \\\n\t-kernel /k/bzImage \\\n\t-append 'console=ttyS0 it'\\''s' \\\n"));
	assert_non_null(strstr(text, "-chardev stdio,id=console \\\n"));
	assert_non_null(strstr(text, "-chardev file,id=records,path=records.log \\\n"));
	assert_non_null(strstr(text, "-no-reboot"));
	assert_null(strstr(text, "fd=3"));
	assert_true(g_str_has_suffix(text, "mode=control\n"));
}

/* What a shell makes of the text is, word by word, what kho_qemu_args() gives. */
static void command_survives_a_shell(void **state)
{
	struct kho_machine_config machine = config();
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;

	kho_topology_add_node(topology, GIB, 1);
	machine.kernel_image = "/a b/$HOME/`x`";
	machine.cmdline = "a=\"1 2\" b='3' \\ ; &";
	text = kho_qemu_command(&machine);
	assert_true(g_shell_parse_argv(strstr(text, "exec "), NULL, &words, NULL));
	machine.channels = (struct kho_machine_channels){
		.console = { .kind = KHO_CHANNEL_STDIO },
		.records = { .kind = KHO_CHANNEL_FILE, .path = "records.log" },
		.qmp = { .kind = KHO_CHANNEL_SOCKET, .path = "qmp.sock" },
	};
	{
		g_auto(GStrv) args = kho_qemu_args(&machine);

		assert_true(g_strv_equal((const char *const *)words + 1, (const char *const *)args));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, empty_topology, free_topology)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_even_nodes),
		TEST(cpus_count_through_the_nodes),
		TEST(node_without_memory),
		TEST(node_without_cpus),
		TEST(eight_nodes),
		TEST(no_distances_means_no_slit),
		TEST(distances),
		TEST(placed),
		TEST(accelerators),
		TEST(boot),
		TEST(end_of_the_guest),
		TEST(no_channels),
		TEST(channels_by_descriptor),
		TEST(channels_by_path),
		TEST(debugger),
		TEST(command_for_a_person),
		TEST(command_survives_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
