// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/read_autopsy.h"

#include "harness/report/json_reader.h"

#define REGIONS_MAX (1 << 16)

static void clear_region(gpointer data)
{
	g_free(((struct kho_reserved_region *)data)->flags);
}

/* "0x1000" */
static u64 read_address(struct kho_json_reader *reader, JsonObject *object, const char *key)
{
	const char *text = kho_read_text(reader, object, key);
	char *end = NULL;
	u64 address;

	if (!text)
		return 0;
	address = g_ascii_strtoull(text, &end, 16);
	if (!g_str_has_prefix(text, "0x") || end == text + 2 || *end)
		kho_read_fail(reader, object, key, "is no address");
	return address;
}

static void read_region(struct kho_json_reader *reader, JsonObject *memblock, guint index, GArray *regions)
{
	JsonObject *object = kho_read_object_at(reader, memblock, "reserved", index);
	struct kho_reserved_region region = { .start = read_address(reader, object, "base") };
	u64 size = kho_read_number(reader, object, "size", G_MAXUINT64);

	region.flags = g_strdup(kho_read_text(reader, object, "flags"));
	region.end = size > G_MAXUINT64 - region.start ? G_MAXUINT64 : region.start + size;
	g_array_append_val(regions, region);
}

static void read_memblock(struct kho_json_reader *reader, JsonObject *memblock, struct kho_read_autopsy *autopsy)
{
	guint count = kho_read_length(kho_read_array(reader, memblock, "reserved", REGIONS_MAX));

	autopsy->scratch = kho_read_number(reader, memblock, "scratch_bytes", G_MAXUINT64);
	autopsy->scratch_free = kho_read_number(reader, memblock, "scratch_free_bytes", G_MAXUINT64);
	autopsy->scratch_largest = kho_read_number(reader, memblock, "scratch_largest_bytes", G_MAXUINT64);
	for (guint i = 0; i < count && !reader->error; i++)
		read_region(reader, memblock, i, autopsy->reserved);
	autopsy->have_memblock = true;
}

static struct kho_read_autopsy *new_autopsy(void)
{
	struct kho_read_autopsy *autopsy = g_new0(struct kho_read_autopsy, 1);

	autopsy->reserved = g_array_new(FALSE, FALSE, sizeof(struct kho_reserved_region));
	g_array_set_clear_func(autopsy->reserved, clear_region);
	return autopsy;
}

struct kho_read_autopsy *kho_read_autopsy(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoJsonDocument) document = kho_json_document_parse(path, 1, text, length, error);
	g_autoptr(KhoReadAutopsy) autopsy = new_autopsy();
	struct kho_json_reader reader = { .document = document };
	JsonObject *root, *memblock;

	if (!document)
		return NULL;
	root = kho_json_document_root(document);
	autopsy->progress = g_strdup(kho_read_text_or_null(&reader, root, "progress"));
	memblock = kho_read_object_or_null(&reader, root, "memblock");
	if (memblock)
		read_memblock(&reader, memblock, autopsy);
	return kho_read_end(&reader, error) ? g_steal_pointer(&autopsy) : NULL;
}

struct kho_read_autopsy *kho_read_tables(const char *path, const char *text, gsize length, GError **error)
{
	g_autoptr(KhoJsonDocument) document = kho_json_document_parse(path, 1, text, length, error);
	g_autoptr(KhoReadAutopsy) autopsy = new_autopsy();
	struct kho_json_reader reader = { .document = document };

	if (!document)
		return NULL;
	read_memblock(&reader, kho_json_document_root(document), autopsy);
	return kho_read_end(&reader, error) ? g_steal_pointer(&autopsy) : NULL;
}

void kho_read_autopsy_free(struct kho_read_autopsy *autopsy)
{
	if (!autopsy)
		return;
	g_free(autopsy->progress);
	g_array_unref(autopsy->reserved);
	g_free(autopsy);
}
