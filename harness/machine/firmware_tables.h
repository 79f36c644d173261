/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI tables for machines whose memory QEMU does not describe by itself: which node has which physical ranges and CPUs
 * (SRAT), and how far nodes are from each other (SLIT). QEMU hands them to its firmware as they are (-acpitable), so
 * that both kernels find them where a real machine has them.
 *
 * Proximity domains are the topology's node numbers; CPUs are numbered through the nodes, which is QEMU's numbering of
 * APIC ids where each CPU is a socket.
 */
#ifndef KHO_MACHINE_FIRMWARE_TABLES_H
#define KHO_MACHINE_FIRMWARE_TABLES_H

#include "harness/model/topology.h"

#define KHO_SRAT_NAME "srat.aml"
#define KHO_SLIT_NAME "slit.aml"

/* A whole table with its checksum; pure. The SLIT is NULL where the topology has no distances. */
GBytes *kho_firmware_srat(const struct kho_topology *topology);
GBytes *kho_firmware_slit(const struct kho_topology *topology);

/* Writes the tables into @directory. Errors are KHO_ERROR_HOST and name the file. */
bool kho_firmware_tables_write(const struct kho_topology *topology, const char *directory, GError **error);

#endif
