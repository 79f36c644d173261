// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/domain.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "harness/libvirt/owner.h"
#include "harness/libvirt/report.h"
#include "harness/model/error.h"

#define METADATA "urn:kho-matrix:machine"
#define FILE_ARG "file=" /* of an ACPI table */

/* --- the XML --- */

static xmlNodePtr child(xmlNodePtr parent, const char *name)
{
	for (xmlNodePtr node = parent ? parent->children : NULL; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, BAD_CAST name))
			return node;
	return NULL;
}

static void set_text(xmlNodePtr node, const char *text)
{
	xmlChar *escaped = xmlEncodeSpecialChars(node->doc, BAD_CAST text);

	xmlNodeSetContent(node, escaped);
	xmlFree(escaped);
}

/* <os><kernel> and its like. */
static bool move_file(xmlNodePtr node, struct kho_host_files *files, const char *name, GError **error)
{
	xmlChar *path = node ? xmlNodeGetContent(node) : NULL;
	g_autofree char *there = path ? kho_host_files_add(files, (const char *)path, name, error) : NULL;

	if (there)
		set_text(node, there);
	xmlFree(path);
	return !node || there;
}

static bool move_arg(xmlNodePtr arg, struct kho_host_files *files, guint number, GError **error)
{
	xmlChar *value = xmlGetProp(arg, BAD_CAST "value");
	bool names = value && g_str_has_prefix((const char *)value, FILE_ARG);
	g_autofree char *name = g_strdup_printf("table%u", number);
	g_autofree char *there =
		names ? kho_host_files_add(files, (const char *)value + strlen(FILE_ARG), name, error) : NULL;
	g_autofree char *moved = there ? g_strconcat(FILE_ARG, there, NULL) : NULL;

	if (moved)
		xmlSetProp(arg, BAD_CAST "value", BAD_CAST moved);
	xmlFree(value);
	return !names || moved;
}

static bool move_files(xmlNodePtr domain, struct kho_host_files *files, GError **error)
{
	xmlNodePtr os = child(domain, "os"), commandline = child(domain, "commandline");
	guint number = 0;

	if (!move_file(child(os, "kernel"), files, "kernel", error) ||
	    !move_file(child(os, "initrd"), files, "initrd", error))
		return false;
	for (xmlNodePtr arg = commandline ? commandline->children : NULL; arg; arg = arg->next)
		if (arg->type == XML_ELEMENT_NODE && !move_arg(arg, files, number++, error))
			return false;
	return true;
}

static void sign(xmlNodePtr domain, const char *name)
{
	xmlNodePtr metadata = xmlNewChild(domain, NULL, BAD_CAST "metadata", NULL);
	xmlNodePtr machine = xmlNewChild(metadata, NULL, BAD_CAST "machine", NULL);

	xmlSetNs(machine, xmlNewNs(machine, BAD_CAST METADATA, BAD_CAST "kho"));
	xmlNewProp(machine, BAD_CAST "owner", BAD_CAST name);
	set_text(child(domain, "name"), name);
}

/* What libvirt is given: to be freed by xmlFree(). */
static xmlChar *adopt(xmlDocPtr document, struct kho_host_files *files, const char *name, GError **error)
{
	xmlNodePtr domain = xmlDocGetRootElement(document);
	xmlChar *text = NULL;
	int length;

	if (!domain || !child(domain, "name") || !child(domain, "os")) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "this is no domain's XML");
		return NULL;
	}
	if (!move_files(domain, files, error))
		return NULL;
	sign(domain, name);
	xmlDocDumpMemory(document, &text, &length);
	return text;
}

/* --- the domain --- */

virDomainPtr kho_domain_start(virConnectPtr connection, struct kho_host_files *files, const char *xml, const char *name,
			      GError **error)
{
	xmlDocPtr document = xmlReadMemory(xml, (int)strlen(xml), "domain.xml", NULL,
					   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlChar *adopted = document ? adopt(document, files, name, error) : NULL;
	virDomainPtr domain = NULL;

	if (!document)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the domain's XML is not well-formed");
	if (adopted)
		domain = virDomainCreateXML(connection, (const char *)adopted,
					    VIR_DOMAIN_START_PAUSED | VIR_DOMAIN_START_AUTODESTROY);
	if (adopted && !domain)
		kho_libvirt_fail(error, "the domain does not start");
	xmlFree(adopted);
	xmlFreeDoc(document);
	return domain;
}

/* Ours, and nobody's any more: it has our metadata, and the name of a process that has ended. */
static bool is_leftover(virDomainPtr domain)
{
	char *metadata = virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, METADATA, 0);
	bool ours = metadata && kho_owner_is_gone(virDomainGetName(domain));

	free(metadata);
	return ours;
}

void kho_domain_sweep(virConnectPtr connection)
{
	virDomainPtr *domains = NULL;
	int count = virConnectListAllDomains(connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);

	for (int i = 0; i < count; i++) {
		if (is_leftover(domains[i]))
			virDomainDestroy(domains[i]);
		virDomainFree(domains[i]);
	}
	free(domains);
}
