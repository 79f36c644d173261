/* SPDX-License-Identifier: GPL-2.0-only */
/* What an open vmlinux consists of: for vmlinux.c (symbols, code) and vmlinux_types.c (types) only. */
#ifndef KHO_MACHINE_VMLINUX_TABLES_H
#define KHO_MACHINE_VMLINUX_TABLES_H

#include <elfutils/libdw.h>
#include <gelf.h>

#include "harness/machine/vmlinux.h"

/* How far the compilation units were searched. */
struct units {
	Dwarf_CU *last;
	bool over;
};

struct kho_vmlinux {
	int fd;
	Elf *elf;
	Dwarf *dwarf; /* NULL: no types */
	GElf_Half machine;
	guint64 slide;
	bool borrowed;	     /* what is pointed at belongs to the one that this is a view of */
	GArray *functions;   /* of struct symbol, by address */
	GArray *symbols;     /* of struct symbol, by name */
	GHashTable *structs; /* name in the DWARF's string table -> Dwarf_Off */
	GHashTable *misses;  /* names that no unit has */
	struct units *units;
};

#endif
