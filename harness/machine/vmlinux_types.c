// SPDX-License-Identifier: GPL-2.0-only
/* The layout of a kernel's types, out of its DWARF. */
#include <dwarf.h>
#include <string.h>

#include "harness/machine/vmlinux_tables.h"

#define MAX_PEEL  16 /* typedefs and qualifiers around a type */
#define MAX_DEPTH 8  /* unnamed structs in structs */

/* Steps to the next sibling; a damaged file may point backwards, and that would be for ever. */
static bool next_sibling(Dwarf_Die *die)
{
	Dwarf_Off before = dwarf_dieoffset(die);
	Dwarf_Die next;

	if (dwarf_siblingof(die, &next) != 0 || dwarf_dieoffset(&next) <= before)
		return false;
	*die = next;
	return true;
}

static bool is_struct(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

/* Remembers all named and defined structs of a unit; of those of one name the first, or this one if @preferred. */
static void index_unit(const struct kho_vmlinux *vmlinux, Dwarf_Die *unit, bool preferred)
{
	Dwarf_Die die;
	bool more = dwarf_child(unit, &die) == 0;

	for (; more; more = next_sibling(&die)) {
		const char *name = is_struct(&die) ? dwarf_diename(&die) : NULL;
		Dwarf_Off offset = dwarf_dieoffset(&die);

		if (name && !dwarf_hasattr(&die, DW_AT_declaration) &&
		    (preferred || !g_hash_table_contains(vmlinux->structs, name)))
			g_hash_table_replace(vmlinux->structs, (char *)name, g_memdup2(&offset, sizeof(offset)));
	}
}

static bool next_unit(const struct kho_vmlinux *vmlinux, Dwarf_CU **last, Dwarf_Die *unit)
{
	return vmlinux->dwarf && dwarf_get_units(vmlinux->dwarf, *last, last, NULL, NULL, unit, NULL) == 0;
}

/* The file may have been named with the build's directory in front. */
static bool is_source(Dwarf_Die *unit, const char *source)
{
	const char *name = dwarf_diename(unit);

	if (!name || !g_str_has_suffix(name, source))
		return false;
	name += strlen(name) - strlen(source);
	return name == dwarf_diename(unit) || name[-1] == '/';
}

void kho_vmlinux_prefer(const struct kho_vmlinux *vmlinux, const char *source)
{
	Dwarf_CU *last = NULL;
	Dwarf_Die unit;

	while (next_unit(vmlinux, &last, &unit)) {
		if (is_source(&unit, source)) {
			index_unit(vmlinux, &unit, true);
			return;
		}
	}
}

static bool find_struct(const struct kho_vmlinux *vmlinux, const char *type, Dwarf_Die *die)
{
	const Dwarf_Off *offset;
	Dwarf_Die unit;

	if (g_hash_table_contains(vmlinux->misses, type))
		return false;
	while (!(offset = g_hash_table_lookup(vmlinux->structs, type)) && !vmlinux->units->over) {
		if (next_unit(vmlinux, &vmlinux->units->last, &unit))
			index_unit(vmlinux, &unit, false);
		else
			vmlinux->units->over = true;
	}
	if (offset && dwarf_offdie(vmlinux->dwarf, *offset, die))
		return true;
	g_hash_table_add(vmlinux->misses, g_strdup(type));
	return false;
}

/* The type of a member, without typedefs and qualifiers; a damaged file may have circles of them. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attribute;

	if (!dwarf_attr(die, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, type))
		return false;
	for (int i = 0; i < MAX_PEEL; i++) {
		int tag = dwarf_tag(type);

		if (tag != DW_TAG_typedef && tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
		    tag != DW_TAG_atomic_type)
			return true;
		if (!dwarf_attr(type, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, type))
			return false;
	}
	return false;
}

static guint64 size_of(Dwarf_Die *type)
{
	int bytes = dwarf_bytesize(type);
	Dwarf_Word size;

	if (bytes >= 0)
		return bytes;
	return dwarf_aggregate_size(type, &size) == 0 ? size : 0;
}

/* Bits within a byte have no address. */
static bool offset_of(Dwarf_Die *member, guint64 *offset)
{
	Dwarf_Attribute attribute;
	Dwarf_Word word = 0;

	if (dwarf_hasattr(member, DW_AT_bit_size))
		return false;
	if (dwarf_attr(member, DW_AT_data_member_location, &attribute) && dwarf_formudata(&attribute, &word) != 0)
		return false;
	*offset = word;
	return true;
}

static bool find_member(Dwarf_Die *type, const char *wanted, guint64 *offset, guint64 *size, int depth)
{
	Dwarf_Die member, inner;
	bool more = depth < MAX_DEPTH && dwarf_child(type, &member) == 0;

	for (; more; more = next_sibling(&member)) {
		const char *name = dwarf_diename(&member);
		bool known = dwarf_tag(&member) == DW_TAG_member && type_of(&member, &inner);
		guint64 at, below = 0;

		if (dwarf_tag(&member) != DW_TAG_member || !offset_of(&member, &at))
			continue;
		if (name && strcmp(name, wanted) == 0)
			*size = known ? size_of(&inner) : 0;
		else if (name || !known || !is_struct(&inner) || !find_member(&inner, wanted, &below, size, depth + 1))
			continue;
		*offset = at + below;
		return true;
	}
	return false;
}

bool kho_vmlinux_member(const struct kho_vmlinux *vmlinux, const char *type, const char *member, guint64 *offset,
			guint64 *size)
{
	guint64 ignored;
	Dwarf_Die die;

	return find_struct(vmlinux, type, &die) && find_member(&die, member, offset, size ?: &ignored, 0);
}

bool kho_vmlinux_struct_size(const struct kho_vmlinux *vmlinux, const char *type, guint64 *size)
{
	Dwarf_Die die;

	if (!find_struct(vmlinux, type, &die))
		return false;
	*size = size_of(&die);
	return *size != 0;
}
