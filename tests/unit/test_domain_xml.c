// SPDX-License-Identifier: GPL-2.0-only
/* A machine as libvirt's XML. That libvirt takes it is another test's matter (libvirt.bats). */
#include "harness/machine/domain_xml.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "tests/unit/test.h"

static struct kho_topology *load(const char *name)
{
	return kho_topology_find(".", name, NULL);
}

static struct kho_machine_config machine(const struct kho_topology *topology)
{
	return (struct kho_machine_config){ .arch = &kho_arch_x86_64,
					    .topology = topology,
					    .kernel_image = "/k/bzImage",
					    .initrd = "/k/init rd",
					    .cmdline = "console=ttyS0 a=\"b&c\" <d>" };
}

/* What an XPath expression gives, as text. */
static char *query(const char *xml, const char *expression)
{
	xmlDocPtr document = xmlReadMemory(xml, (int)strlen(xml), "x", NULL, 0);
	xmlXPathContextPtr context = xmlXPathNewContext(document);
	g_autofree char *string = g_strdup_printf("string(%s)", expression);
	xmlXPathObjectPtr found;
	char *text;

	assert_non_null(document);
	xmlXPathRegisterNs(context, BAD_CAST "qemu", BAD_CAST "http://libvirt.org/schemas/domain/qemu/1.0");
	found = xmlXPathEvalExpression(BAD_CAST string, context);
	assert_non_null(found);
	text = g_strdup((const char *)found->stringval);
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(document);
	return text;
}

static void assert_is(const char *xml, const char *expression, const char *expected)
{
	g_autofree char *text = query(xml, expression);

	if (!g_str_equal(text, expected))
		fail_msg("%s is '%s', not '%s'", expression, text, expected);
}

static void two_even(void **state)
{
	g_autoptr(KhoTopology) topology = load("two-even");
	const struct kho_machine_config config = machine(topology);
	g_autofree char *xml = kho_domain_xml(&config, "name");

	assert_is(xml, "/domain/@type", "qemu");
	assert_is(xml, "/domain/name", "name");
	assert_is(xml, "/domain/memory", "8589934592");
	assert_is(xml, "/domain/os/kernel", "/k/bzImage");
	assert_is(xml, "/domain/os/initrd", "/k/init rd");
	assert_is(xml, "/domain/os/cmdline", "console=ttyS0 a=\"b&c\" <d>");
	assert_is(xml, "count(/domain/cpu/numa/cell)", "2");
	assert_is(xml, "/domain/cpu/numa/cell[2]/@cpus", "1");
	assert_is(xml, "/domain/cpu/numa/cell[2]/@memory", "4194304");
	assert_is(xml, "count(/domain/devices/serial[@type='pty'])", "2");
	assert_is(xml, "/domain/cpu/model", "qemu64");
	assert_is(xml, "/domain/on_reboot", "destroy");
	assert_is(xml, "count(/domain/qemu:commandline)", "0");
	assert_false(kho_domain_wants_tables(topology));
}

static void kvm_and_huge_pages(void **state)
{
	g_autoptr(KhoTopology) topology = load("two-even");
	struct kho_machine_config config = machine(topology);
	g_autofree char *huge = NULL, *native = NULL;

	config.gigantic_pages = true;
	huge = kho_domain_xml(&config, "name");
	assert_is(huge, "/domain/cpu/feature/@name", "pdpe1gb");
	config.kvm = true;
	native = kho_domain_xml(&config, "name");
	assert_is(native, "/domain/@type", "kvm");
	assert_is(native, "/domain/cpu/@mode", "host-passthrough");
	assert_is(native, "count(/domain/features/tcg)", "0");
}

static void arm64(void **state)
{
	g_autoptr(KhoTopology) topology = load("two-even");
	struct kho_machine_config config = machine(topology);
	g_autofree char *xml = NULL;

	config.arch = &kho_arch_arm64;
	xml = kho_domain_xml(&config, "name");
	assert_is(xml, "/domain/os/type/@arch", "aarch64");
	assert_is(xml, "/domain/os/type/@machine", "virt");
	assert_is(xml, "/domain/features/gic/@version", "2");
	assert_is(xml, "/domain/devices/serial[2]/target/@type", "pci-serial");
	assert_is(xml, "/domain/qemu:commandline/qemu:arg[2]/@value", "dtb-randomness=off");
}

/* What libvirt has no words for goes through firmware's tables, and then it is told of no nodes. */
static void placed_and_memoryless(void **state)
{
	g_autoptr(KhoTopology) placed = load("windows"), memoryless = load("memoryless"), cpuless = load("cpuless");
	struct kho_machine_config config = machine(memoryless);
	g_autofree char *xml = NULL;

	assert_true(kho_domain_wants_tables(placed));
	assert_true(kho_domain_wants_tables(memoryless));
	assert_false(kho_domain_wants_tables(cpuless));
	config.srat = "srat.aml";
	xml = kho_domain_xml(&config, "name");
	assert_is(xml, "count(/domain/cpu/numa)", "0");
	assert_is(xml, "/domain/qemu:commandline/qemu:arg[1]/@value", "-acpitable");
	assert_is(xml, "/domain/qemu:commandline/qemu:arg[2]/@value", "file=srat.aml");
	assert_is(xml, "count(/domain/qemu:commandline/qemu:arg)", "2");
}

static void distances(void **state)
{
	static const char text[] = "description: far\n"
				   "nodes:\n"
				   "  - memory: 2G\n"
				   "    cpus: 2\n"
				   "  - memory: 2G\n"
				   "distances: [[10, 31], [31, 10]]\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoTopology) topology = kho_topology_parse("far.yaml", text, strlen(text), &error);
	struct kho_machine_config config;
	g_autofree char *xml = NULL;

	if (!topology)
		fail_msg("%s", error->message);
	config = machine(topology);
	xml = kho_domain_xml(&config, "name");
	assert_is(xml, "/domain/cpu/numa/cell[1]/distances/sibling[@id='1']/@value", "31");
	assert_is(xml, "/domain/cpu/numa/cell[1]/@cpus", "0-1");
	assert_is(xml, "count(/domain/cpu/numa/cell[2]/@cpus)", "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_even),  cmocka_unit_test(kvm_and_huge_pages),
		cmocka_unit_test(arm64),     cmocka_unit_test(placed_and_memoryless),
		cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
