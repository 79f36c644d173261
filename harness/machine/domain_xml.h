/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine as libvirt's domain XML: the same as kho_qemu_args() makes of the same description, as far as libvirt has
 * words for it. Serial port 0 is the console, 1 carries the records; both are pseudo-terminals. Pure.
 *
 * Not the same: memory is committed as QEMU pleases (libvirt has no reserve=off), and a guest that resets or switches
 * itself off ends, with its memory.
 */
#ifndef KHO_MACHINE_DOMAIN_XML_H
#define KHO_MACHINE_DOMAIN_XML_H

#include "harness/machine/qemu_args.h"

/*
 * Must the machine have firmware tables of its own (firmware_tables.h), which say which node has what? Besides one that
 * is placed, one with a node without memory: libvirt (9.0) gives QEMU a memory of 0 bytes for it, and QEMU refuses
 * that.
 */
bool kho_domain_wants_tables(const struct kho_topology *topology);

/*
 * To be freed. @name: the domain's. The channels, pause_at_end and gdb_socket of @config are not used; kernel_image may
 * be NULL. With srat, libvirt is told of no nodes; srat and slit go through QEMU's own options, for which libvirt has
 * no words.
 */
char *kho_domain_xml(const struct kho_machine_config *config, const char *name);

#endif
