// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/firmware_tables.h"

#include <string.h>

#include "harness/model/error.h"

#define HEADER_BYTES	36
#define LENGTH_AT	4
#define CHECKSUM_AT	9
#define SRAT_REVISION	3
#define SLIT_REVISION	1
#define AFFINITY_CPU	0
#define AFFINITY_MEMORY 1
#define ENABLED		1
#define HOT_PLUGGABLE	2

/* --- bytes, little-endian --- */

static void put(GByteArray *table, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++) {
		guint8 byte = value >> 8 * i;

		g_byte_array_append(table, &byte, 1);
	}
}

static void put_text(GByteArray *table, const char *text)
{
	g_byte_array_append(table, (const guint8 *)text, strlen(text));
}

static GByteArray *begin(const char *signature, unsigned int revision)
{
	GByteArray *table = g_byte_array_new();

	put_text(table, signature);
	put(table, 0, 4); /* length */
	put(table, revision, 1);
	put(table, 0, 1); /* checksum */
	put_text(table, "KHOMTX"
			"KHOMTRIX");
	put(table, 1, 4); /* revision of this very table */
	put_text(table, "KHOM");
	put(table, 1, 4); /* of what made it */
	g_assert(table->len == HEADER_BYTES);
	return table;
}

/* All bytes of a table add up to 0. */
static GBytes *end(GByteArray *table)
{
	guint8 sum = 0;

	for (unsigned int i = 0; i < 4; i++)
		table->data[LENGTH_AT + i] = table->len >> 8 * i;
	for (guint i = 0; i < table->len; i++)
		sum += table->data[i];
	table->data[CHECKSUM_AT] = -sum;
	return g_byte_array_free_to_bytes(table);
}

/* --- SRAT --- */

static void put_cpu(GByteArray *table, unsigned int domain, unsigned int apic_id)
{
	put(table, AFFINITY_CPU, 1);
	put(table, 16, 1);
	put(table, domain & 0xff, 1);
	put(table, apic_id, 1);
	put(table, ENABLED, 4);
	put(table, 0, 1); /* local SAPIC */
	put(table, domain >> 8, 3);
	put(table, 0, 4); /* clock domain */
}

static void put_memory(GByteArray *table, unsigned int domain, const struct kho_range *range, uint32_t flags)
{
	put(table, AFFINITY_MEMORY, 1);
	put(table, 40, 1);
	put(table, domain, 4);
	put(table, 0, 2);
	put(table, range->start, 8);
	put(table, range->end - range->start, 8);
	put(table, 0, 4);
	put(table, flags, 4);
	put(table, 0, 8);
}

static void put_ranges(GByteArray *table, unsigned int domain, const GArray *ranges, uint32_t flags)
{
	for (guint i = 0; i < ranges->len; i++)
		put_memory(table, domain, &g_array_index(ranges, struct kho_range, i), flags);
}

GBytes *kho_firmware_srat(const struct kho_topology *topology)
{
	GByteArray *table = begin("SRAT", SRAT_REVISION);
	unsigned int apic_id = 0;

	put(table, 1, 4); /* reserved, and 1 */
	put(table, 0, 8);
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++)
		for (unsigned int i = 0; i < kho_topology_node(topology, nid)->cpus; i++)
			put_cpu(table, nid, apic_id++);
	for (unsigned int nid = 0; nid < topology->nodes->len; nid++) {
		put_ranges(table, nid, kho_topology_node(topology, nid)->ranges, ENABLED);
		put_ranges(table, nid, kho_topology_node(topology, nid)->windows, ENABLED | HOT_PLUGGABLE);
	}
	return end(table);
}

/* --- SLIT --- */

GBytes *kho_firmware_slit(const struct kho_topology *topology)
{
	guint nodes = topology->nodes->len;
	GByteArray *table;

	if (!topology->distances)
		return NULL;
	table = begin("SLIT", SLIT_REVISION);
	put(table, nodes, 8);
	g_byte_array_append(table, topology->distances, nodes * nodes);
	return end(table);
}

/* --- files --- */

static bool write_table(GBytes *table, const char *directory, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autoptr(GError) cause = NULL;
	gsize size;
	const char *data;

	if (!table)
		return true;
	data = g_bytes_get_data(table, &size);
	if (g_file_set_contents_full(path, data, size, G_FILE_SET_CONTENTS_NONE, 0644, &cause))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "%s", cause->message);
	return false;
}

bool kho_firmware_tables_write(const struct kho_topology *topology, const char *directory, GError **error)
{
	g_autoptr(GBytes) srat = kho_firmware_srat(topology), slit = kho_firmware_slit(topology);

	return write_table(srat, directory, KHO_SRAT_NAME, error) && write_table(slit, directory, KHO_SLIT_NAME, error);
}
