// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/qemu_args.h"

#include "harness/model/pc_layout.h"

/*
 * Bytes of memory from which on QEMU moves all above 4 GiB to 1 TiB if the CPU is an AMD (from 7.1 on; see
 * pc_layout.h), and beyond which 40 bits do not reach.
 */
#define VAST (1000ULL << 30)

static void add(GPtrArray *args, const char *option, const char *value)
{
	g_ptr_array_add(args, g_strdup(option));
	if (value)
		g_ptr_array_add(args, g_strdup(value));
}

static G_GNUC_PRINTF(3, 4) void addf(GPtrArray *args, const char *option, const char *format, ...)
{
	va_list list;

	g_ptr_array_add(args, g_strdup(option));
	va_start(list, format);
	g_ptr_array_add(args, g_strdup_vprintf(format, list));
	va_end(list);
}

bool kho_qemu_is_vast(const struct kho_topology *topology)
{
	return topology->placed && kho_pc_memory(topology) > VAST;
}

/* Merging equal pages would make every machine's memory cost depend on the others. */
#define MACHINE_OPTIONS "mem-merge=off,dump-guest-core=off"

/*
 * TCG: qemu64, because it pretends to little. With "max" Linux picks string instructions and vectors that are the slow
 * way under emulation (a handover costs 10 to 40 % more), and five-level paging.
 */
static void add_pc(GPtrArray *args, const struct kho_machine_config *config)
{
	addf(args, "-M", "pc," MACHINE_OPTIONS "%s", config->topology->placed ? ",memory-backend=mem" : "");
	if (config->kvm)
		add(args, "-cpu", "host,la57=off");
	else
		addf(args, "-cpu", "qemu64%s%s",
		     kho_qemu_is_vast(config->topology) ? ",vendor=GenuineIntel,phys-bits=46" : "",
		     config->gigantic_pages ? ",pdpe1gb=on" : "");
}

/* A CPU with pages of 16 KiB, which older ones lack. The older interrupt controller serves 8 CPUs. Without the last
 * option each boot would get other random numbers. */
static void add_virt(GPtrArray *args, const struct kho_machine_config *config)
{
	addf(args, "-M", "virt," MACHINE_OPTIONS ",gic-version=%d,dtb-randomness=off",
	     kho_topology_cpus(config->topology) > 8 ? 3 : 2);
	add(args, "-cpu", config->kvm ? "host" : "cortex-a76");
}

static void add_machine(GPtrArray *args, const struct kho_machine_config *config)
{
	if (config->arch->is_pc)
		add_pc(args, config);
	else
		add_virt(args, config);
	add(args, "-nodefaults", NULL);
	add(args, "-no-user-config", NULL);
	add(args, "-display", "none");
	add(args, "-nic", "none");
	if (config->pause_at_end)
		add(args, "-action", "reboot=shutdown,shutdown=pause");
	else
		add(args, "-no-reboot", NULL);
	if (config->kvm)
		add(args, "-accel", "kvm");
	else
		addf(args, "-accel", "tcg,tb-size=%d", KHO_QEMU_TB_SIZE_MIB);
}

/* A socket for each CPU: cores of one package on several nodes make Linux complain of a broken topology. */
static void add_cpus(GPtrArray *args, const struct kho_topology *topology)
{
	unsigned int cpus = kho_topology_cpus(topology);

	addf(args, "-smp", "%u,sockets=%u,cores=1,threads=1", cpus, cpus);
}

/*
 * Sizes are in bytes: QEMU's own suffixes mean different things to different options.
 * Host memory is not reserved ahead, since only what the guest touches is ever needed, and
 * Linux refuses a single mapping that is larger than the host's memory.
 */
static void add_memory(GPtrArray *args, const struct kho_topology *topology)
{
	uint64_t memory = kho_pc_memory(topology);

	addf(args, "-m", "%" G_GUINT64_FORMAT "B", memory);
	if (topology->placed) {
		addf(args, "-object", "memory-backend-ram,id=mem,size=%" G_GUINT64_FORMAT ",reserve=off", memory);
		return;
	}
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);

		if (node->memory)
			addf(args, "-object", "memory-backend-ram,id=mem%u,size=%" G_GUINT64_FORMAT ",reserve=off", nid,
			     node->memory);
	}
}

/* CPUs are numbered through the nodes, in the nodes' order. */
static void add_nodes(GPtrArray *args, const struct kho_topology *topology)
{
	unsigned int cpu = 0;

	if (topology->placed)
		return;
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);
		g_autoptr(GString) value = g_string_new(NULL);

		g_string_append_printf(value, "node,nodeid=%u", nid);
		if (node->cpus == 1)
			g_string_append_printf(value, ",cpus=%u", cpu);
		else if (node->cpus)
			g_string_append_printf(value, ",cpus=%u-%u", cpu, cpu + node->cpus - 1);
		if (node->memory)
			g_string_append_printf(value, ",memdev=mem%u", nid);
		add(args, "-numa", value->str);
		cpu += node->cpus;
	}
}

/* Without any distance QEMU writes no SLIT, and Linux takes 10 and 20. */
static void add_distances(GPtrArray *args, const struct kho_topology *topology)
{
	unsigned int nodes = topology->nodes->len;

	if (!topology->distances || topology->placed)
		return;
	for (unsigned int from = 0; from < nodes; from++) {
		for (unsigned int to = 0; to < nodes; to++) {
			if (from != to)
				addf(args, "-numa", "dist,src=%u,dst=%u,val=%u", from, to,
				     topology->distances[from * nodes + to]);
		}
	}
}

static void add_boot(GPtrArray *args, const struct kho_machine_config *config)
{
	if (config->kernel_image)
		add(args, "-kernel", config->kernel_image);
	if (config->initrd)
		add(args, "-initrd", config->initrd);
	if (config->cmdline)
		add(args, "-append", config->cmdline);
}

/* In a comma-separated value QEMU wants a literal comma twice. */
static char *double_commas(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);

	return g_strjoinv(",,", parts);
}

static void add_table(GPtrArray *args, const char *path)
{
	g_autofree char *doubled = path ? double_commas(path) : NULL;

	if (doubled)
		addf(args, "-acpitable", "file=%s", doubled);
}

static void add_chardev(GPtrArray *args, const char *id, const struct kho_channel *channel)
{
	g_autofree char *path = channel->path ? double_commas(channel->path) : NULL;

	switch (channel->kind) {
	case KHO_CHANNEL_NONE:
		addf(args, "-chardev", "null,id=%s", id);
		break;
	case KHO_CHANNEL_FD:
		addf(args, "-chardev", "socket,id=%s,fd=%d", id, channel->fd);
		break;
	case KHO_CHANNEL_PIPE:
		addf(args, "-chardev", "file,id=%s,path=/proc/self/fd/%d", id, channel->fd);
		break;
	case KHO_CHANNEL_STDIO:
		addf(args, "-chardev", "stdio,id=%s", id);
		break;
	case KHO_CHANNEL_FILE:
		addf(args, "-chardev", "file,id=%s,path=%s", id, path);
		break;
	case KHO_CHANNEL_SOCKET:
		addf(args, "-chardev", "socket,id=%s,path=%s,server=on,wait=off", id, path);
		break;
	}
}

static void add_gdb(GPtrArray *args, const char *path)
{
	const struct kho_channel channel = { .kind = KHO_CHANNEL_SOCKET, .path = path };

	add_chardev(args, "gdb", &channel);
	add(args, "-gdb", "chardev:gdb");
}

static void add_channels(GPtrArray *args, const struct kho_arch *arch, const struct kho_machine_channels *channels)
{
	add_chardev(args, "console", &channels->console);
	add(args, "-serial", "chardev:console");
	add_chardev(args, "records", &channels->records);
	if (arch->is_pc)
		add(args, "-serial", "chardev:records");
	else
		add(args, "-device", "pci-serial,chardev=records");
	if (channels->qmp.kind == KHO_CHANNEL_NONE)
		return;
	add_chardev(args, "qmp", &channels->qmp);
	add(args, "-mon", "chardev=qmp,mode=control");
}

char **kho_qemu_args(const struct kho_machine_config *config)
{
	GPtrArray *args = g_ptr_array_new();

	add(args, config->qemu_binary ?: config->arch->qemu, NULL);
	add_machine(args, config);
	add_cpus(args, config->topology);
	add_memory(args, config->topology);
	add_nodes(args, config->topology);
	add_distances(args, config->topology);
	add_table(args, config->srat);
	add_table(args, config->slit);
	add_boot(args, config);
	add_channels(args, config->arch, &config->channels);
	if (config->gdb_socket)
		add_gdb(args, config->gdb_socket);
	g_ptr_array_add(args, NULL);
	return (char **)g_ptr_array_free(args, FALSE);
}
