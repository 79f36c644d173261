/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine for use without the harness: as libvirt's XML, or as QEMU's arguments. */
#ifndef KHO_COMMAND_MACHINE_FORMAT_H
#define KHO_COMMAND_MACHINE_FORMAT_H

#include "harness/model/arch.h"
#include "harness/model/topology.h"

enum kho_machine_format { KHO_FORMAT_YAML, KHO_FORMAT_LIBVIRT_XML, KHO_FORMAT_QEMU_ARGS, KHO_NR_FORMATS };

/* "yaml", "libvirt-xml", "qemu-args". False: KHO_ERROR_INPUT. */
bool kho_machine_format_parse(const char *text, enum kho_machine_format *format, GError **error);

/* What a file of the format ends in: ".xml". */
const char *kho_machine_format_suffix(enum kho_machine_format format);

/*
 * The machine in a format other than YAML, to be freed; without a kernel. Firmware tables that it needs are written
 * into
 * @directory as NAME-srat.aml and NAME-slit.aml; where it is NULL, a machine that needs some is KHO_ERROR_INPUT, as is
 * one that cannot be booted at all. What its kernels must be told goes to standard error.
 */
char *kho_machine_format_text(enum kho_machine_format format, const struct kho_arch *arch,
			      const struct kho_topology *topology, const char *directory, GError **error);

#endif
