/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory as QEMU's human monitor prints it ("x /4xb 0x1000"), asked for and understood. Pure. */
#ifndef KHO_LIBVIRT_MEMORY_DUMP_H
#define KHO_LIBVIRT_MEMORY_DUMP_H

#include <glib.h>

/* The command for @length bytes from @address on, to be freed. */
char *kho_memory_dump_command(guint64 address, guint64 length);

/* The @length bytes of its answer, to be freed. NULL: there are fewer, others, or a complaint. */
guint8 *kho_memory_dump_parse(const char *text, guint64 address, guint64 length);

#endif
