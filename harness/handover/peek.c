// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/peek.h"

#include <glib/gstdio.h>

struct kho_peek {
	struct kho_qmp *qmp;
	char *directory;
	guint number;	   /* of the next file */
	GHashTable *asked; /* requests without an answer, owned */
};

/* One of the two is set. */
struct request {
	struct kho_peek *peek;
	char *path;
	uint64_t length;
	kho_peek_took took;
	kho_peek_took_registers took_registers;
	void *data;
};

static void free_request(gpointer data)
{
	struct request *request = data;

	g_free(request->path);
	g_free(request);
}

struct kho_peek *kho_peek_new(struct kho_qmp *qmp, const char *directory)
{
	struct kho_peek *peek = g_new0(struct kho_peek, 1);

	peek->qmp = qmp;
	peek->directory = g_strdup(directory);
	peek->asked = g_hash_table_new_full(NULL, NULL, free_request, NULL);
	return peek;
}

void kho_peek_free(struct kho_peek *peek)
{
	if (!peek)
		return;
	g_hash_table_unref(peek->asked);
	g_free(peek->directory);
	g_free(peek);
}

static void saved(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct request *request = data;
	g_autofree char *bytes = NULL;
	gsize length = 0;
	bool ok = !error && g_file_get_contents(request->path, &bytes, &length, NULL) && length == request->length;

	g_unlink(request->path);
	g_hash_table_steal(request->peek->asked, request);
	request->took(ok ? bytes : NULL, ok ? length : 0, request->data);
	free_request(request);
}

static void save(struct kho_peek *peek, const char *command, JsonObject *arguments, struct request *request)
{
	g_autofree char *name = g_strdup_printf("memory-%u", peek->number++);

	request->peek = peek;
	request->path = g_build_filename(peek->directory, name, NULL);
	json_object_set_string_member(arguments, "filename", request->path);
	json_object_set_int_member(arguments, "size", (gint64)request->length);
	g_hash_table_add(peek->asked, request);
	kho_qmp_execute(peek->qmp, command, arguments, saved, request);
}

static struct request *new_request(uint64_t length, kho_peek_took took, void *data)
{
	struct request *request = g_new0(struct request, 1);

	*request = (struct request){ .length = length, .took = took, .data = data };
	return request;
}

void kho_peek_physical(struct kho_peek *peek, uint64_t address, uint64_t length, kho_peek_took took, void *data)
{
	JsonObject *arguments = json_object_new();

	json_object_set_int_member(arguments, "val", (gint64)address);
	save(peek, "pmemsave", arguments, new_request(length, took, data));
}

void kho_peek_virtual(struct kho_peek *peek, guint cpu, uint64_t address, uint64_t length, kho_peek_took took,
		      void *data)
{
	JsonObject *arguments = json_object_new();

	/* As a signed number: QEMU 7.2 refuses addresses above 2^63 otherwise. */
	json_object_set_int_member(arguments, "val", (gint64)address);
	json_object_set_int_member(arguments, "cpu-index", cpu);
	save(peek, "memsave", arguments, new_request(length, took, data));
}

static void registers_read(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct request *request = data;
	bool text = !error && JSON_NODE_HOLDS_VALUE(result) && json_node_get_value_type(result) == G_TYPE_STRING;

	g_hash_table_steal(request->peek->asked, request);
	request->took_registers(text ? json_node_get_string(result) : NULL, request->data);
	free_request(request);
}

void kho_peek_registers(struct kho_peek *peek, bool all, kho_peek_took_registers took, void *data)
{
	struct request *request = g_new0(struct request, 1);
	JsonObject *arguments = json_object_new();

	*request = (struct request){ .peek = peek, .took_registers = took, .data = data };
	json_object_set_string_member(arguments, "command-line", all ? "info registers -a" : "info registers");
	g_hash_table_add(peek->asked, request);
	kho_qmp_execute(peek->qmp, "human-monitor-command", arguments, registers_read, request);
}
