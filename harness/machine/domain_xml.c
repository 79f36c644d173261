// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/domain_xml.h"

#include <libxml/tree.h>

#include "harness/model/pc_layout.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

bool kho_domain_wants_tables(const struct kho_topology *topology)
{
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		if (!kho_topology_node(topology, nid)->memory)
			return true;
	return topology->placed;
}

static xmlNodePtr add(xmlNodePtr parent, const char *name, const char *text)
{
	return xmlNewTextChild(parent, NULL, BAD_CAST name, BAD_CAST text);
}

static void set(xmlNodePtr node, const char *key, const char *value)
{
	xmlNewProp(node, BAD_CAST key, BAD_CAST value);
}

static G_GNUC_PRINTF(3, 4) void setf(xmlNodePtr node, const char *key, const char *format, ...)
{
	g_autofree char *value = NULL;
	va_list list;

	va_start(list, format);
	value = g_strdup_vprintf(format, list);
	va_end(list);
	set(node, key, value);
}

/* --- memory and CPUs --- */

static void add_memory(xmlNodePtr domain, const struct kho_topology *topology)
{
	g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, kho_pc_memory(topology));
	xmlNodePtr memory = add(domain, "memory", bytes);

	set(memory, "unit", "b");
	set(memory, "dumpCore", "off");
	add(add(domain, "memoryBacking", NULL), "nosharepages", NULL);
}

static void add_distances(xmlNodePtr cell, const struct kho_topology *topology, unsigned int from)
{
	unsigned int nodes = topology->nodes->len;
	xmlNodePtr distances = topology->distances ? add(cell, "distances", NULL) : NULL;

	for (unsigned int to = 0; distances && to < nodes; to++) {
		xmlNodePtr sibling = add(distances, "sibling", NULL);

		setf(sibling, "id", "%u", to);
		setf(sibling, "value", "%u", topology->distances[from * nodes + to]);
	}
}

/* CPUs are numbered through the nodes, in the nodes' order. */
static void add_nodes(xmlNodePtr cpu, const struct kho_topology *topology)
{
	xmlNodePtr numa = add(cpu, "numa", NULL);
	unsigned int next = 0;

	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);
		xmlNodePtr cell = add(numa, "cell", NULL);

		setf(cell, "id", "%u", nid);
		if (node->cpus == 1)
			setf(cell, "cpus", "%u", next);
		else if (node->cpus)
			setf(cell, "cpus", "%u-%u", next, next + node->cpus - 1);
		setf(cell, "memory", "%" G_GUINT64_FORMAT, node->memory >> 10);
		set(cell, "unit", "KiB");
		add_distances(cell, topology, nid);
		next += node->cpus;
	}
}

static void add_pc_model(xmlNodePtr cpu, const struct kho_machine_config *config)
{
	xmlNodePtr model = add(cpu, "model", "qemu64"), feature;

	set(model, "fallback", "forbid");
	if (kho_qemu_is_vast(config->topology)) {
		xmlNodePtr bits = add(cpu, "maxphysaddr", NULL);

		set(model, "vendor_id", "GenuineIntel");
		set(bits, "mode", "emulate");
		set(bits, "bits", "46");
	}
	if (config->gigantic_pages) {
		feature = add(cpu, "feature", NULL);
		set(feature, "policy", "require");
		set(feature, "name", "pdpe1gb");
	}
}

static void add_model(xmlNodePtr cpu, const struct kho_machine_config *config)
{
	if (config->kvm) {
		set(cpu, "mode", "host-passthrough");
		return;
	}
	set(cpu, "mode", "custom");
	set(cpu, "match", "exact");
	set(cpu, "check", "none");
	if (config->arch->is_pc)
		add_pc_model(cpu, config);
	else
		set(add(cpu, "model", "cortex-a76"), "fallback", "forbid");
}

static void add_cpus(xmlNodePtr domain, const struct kho_machine_config *config)
{
	unsigned int cpus = kho_topology_cpus(config->topology);
	xmlNodePtr cpu = add(domain, "cpu", NULL), topology;

	add_model(cpu, config);
	topology = add(cpu, "topology", NULL);
	setf(topology, "sockets", "%u", cpus);
	set(topology, "dies", "1");
	set(topology, "cores", "1");
	set(topology, "threads", "1");
	if (!config->srat)
		add_nodes(cpu, config->topology);
}

/* --- the rest of the machine --- */

static void add_os(xmlNodePtr domain, const struct kho_machine_config *config)
{
	xmlNodePtr os = add(domain, "os", NULL), type = add(os, "type", "hvm");

	set(type, "arch", config->arch->is_pc ? "x86_64" : "aarch64");
	set(type, "machine", config->arch->is_pc ? "pc" : "virt");
	if (config->kernel_image)
		add(os, "kernel", config->kernel_image);
	if (config->initrd)
		add(os, "initrd", config->initrd);
	if (config->cmdline)
		add(os, "cmdline", config->cmdline);
}

static void add_features(xmlNodePtr domain, const struct kho_machine_config *config)
{
	xmlNodePtr features = add(domain, "features", NULL), cache;
	g_autofree char *mib = g_strdup_printf("%d", KHO_QEMU_TB_SIZE_MIB);

	if (config->arch->is_pc)
		add(features, "acpi", NULL);
	else
		set(add(features, "gic", NULL), "version", kho_topology_cpus(config->topology) > 8 ? "3" : "2");
	if (config->kvm)
		return;
	cache = add(add(features, "tcg", NULL), "tb-cache", mib);
	set(cache, "unit", "MiB");
}

static void add_ends(xmlNodePtr domain)
{
	set(add(domain, "clock", NULL), "offset", "utc");
	add(domain, "on_poweroff", "destroy");
	add(domain, "on_reboot", "destroy");
	add(domain, "on_crash", "destroy");
}

static void add_serial(xmlNodePtr devices, const char *port, const char *type, const char *model)
{
	xmlNodePtr serial = add(devices, "serial", NULL), target;

	set(serial, "type", "pty");
	target = add(serial, "target", NULL);
	set(target, "type", type);
	set(target, "port", port);
	set(add(target, "model", NULL), "name", model);
}

static void add_absent(xmlNodePtr devices, const char *name, const char *type)
{
	xmlNodePtr device = add(devices, name, NULL);

	if (type)
		set(device, "type", type);
	set(device, "model", "none");
}

static void add_devices(xmlNodePtr domain, const struct kho_machine_config *config)
{
	bool pc = config->arch->is_pc;
	xmlNodePtr devices = add(domain, "devices", NULL);

	if (config->qemu_binary)
		add(devices, "emulator", config->qemu_binary);
	add_absent(devices, "controller", "usb");
	add_serial(devices, "0", pc ? "isa-serial" : "system-serial", pc ? "isa-serial" : "pl011");
	add_serial(devices, "1", pc ? "isa-serial" : "pci-serial", pc ? "isa-serial" : "pci-serial");
	add_absent(devices, "memballoon", NULL);
}

/* --- what libvirt has no words for --- */

static void add_arg(xmlNodePtr commandline, const char *value)
{
	xmlNodePtr arg = xmlNewTextChild(commandline, commandline->ns, BAD_CAST "arg", NULL);

	set(arg, "value", value);
}

static void add_table(xmlNodePtr commandline, const char *path)
{
	g_autofree char *value = path ? g_strconcat("file=", path, NULL) : NULL;

	if (!value)
		return;
	add_arg(commandline, "-acpitable");
	add_arg(commandline, value);
}

static void add_qemu_args(xmlNodePtr domain, const struct kho_machine_config *config)
{
	xmlNsPtr namespace = xmlNewNs(domain, BAD_CAST QEMU_NAMESPACE, BAD_CAST "qemu");
	xmlNodePtr commandline;

	if (config->arch->is_pc && !config->srat)
		return;
	commandline = xmlNewTextChild(domain, namespace, BAD_CAST "commandline", NULL);
	add_table(commandline, config->srat);
	add_table(commandline, config->slit);
	if (config->arch->is_pc)
		return;
	/* Without it each boot would get other random numbers. */
	add_arg(commandline, "-machine");
	add_arg(commandline, "dtb-randomness=off");
}

/* --- all of it --- */

static char *text_of(xmlDocPtr document)
{
	xmlChar *text;
	int length;
	char *copy;

	xmlDocDumpFormatMemory(document, &text, &length, 1);
	copy = g_strndup((const char *)text, length);
	xmlFree(text);
	return copy;
}

char *kho_domain_xml(const struct kho_machine_config *config, const char *name)
{
	xmlDocPtr document = xmlNewDoc(BAD_CAST "1.0");
	xmlNodePtr domain = xmlNewNode(NULL, BAD_CAST "domain");
	g_autofree char *cpus = g_strdup_printf("%u", kho_topology_cpus(config->topology));
	char *text;

	xmlDocSetRootElement(document, domain);
	set(domain, "type", config->kvm ? "kvm" : "qemu");
	add(domain, "name", name);
	add_memory(domain, config->topology);
	add(domain, "vcpu", cpus);
	add_os(domain, config);
	add_features(domain, config);
	add_cpus(domain, config);
	add_ends(domain);
	add_devices(domain, config);
	add_qemu_args(domain, config);
	text = text_of(document);
	xmlFreeDoc(document);
	return text;
}
