/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain of our own: transient, so that nothing of it stays defined, and one that libvirt ends when our connection
 * does, however that comes about. Its metadata tells whose it is, for a sweep where libvirt itself was killed.
 */
#ifndef KHO_LIBVIRT_DOMAIN_H
#define KHO_LIBVIRT_DOMAIN_H

#include <libvirt/libvirt.h>

#include <glib.h>

#include "harness/libvirt/host_files.h"

/*
 * Starts the domain that @xml (domain_xml.h) describes, stopped before its first instruction. The files that it names
 * are copied through @files; it is called @name. NULL: KHO_ERROR_HOST, or KHO_ERROR_INPUT where the XML is none.
 */
virDomainPtr kho_domain_start(virConnectPtr connection, struct kho_host_files *files, const char *xml, const char *name,
			      GError **error);

/* Ends the domains of processes that have ended (owner.h). */
void kho_domain_sweep(virConnectPtr connection);

#endif
