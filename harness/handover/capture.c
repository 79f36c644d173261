// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/capture.h"

#include <glib/gstdio.h>

#include "harness/handover/registers.h"

/* More than any kernel's data; a vmlinux is not trusted. */
#define MAX_PIECE   (256ULL << 20)
#define STACK_BYTES 16384ULL

/* Where the kernel's own data lies: what is between is given back to the page allocator after boot, and then not
 * mapped. */
static const struct {
	const char *start, *end;
} parts[] = {
	{ "_sdata", "_edata" },
	{ "__bss_start", "__bss_stop" },
};

struct kho_capture {
	struct kho_qmp *qmp;
	char *directory;
	const struct kho_vmlinux *vmlinux;
	kho_capture_done done;
	void *data;
	struct kho_image *image;
	char *registers;
	guint pending; /* commands without an answer */
	guint timeout;
	GPtrArray *pieces; /* of struct piece *, owned */
};

/* A piece of memory on its way. */
struct piece {
	struct kho_capture *capture;
	uint64_t address;
	char *path;
};

JsonObject *kho_capture_memsave(uint64_t address, uint64_t length, const char *name)
{
	JsonObject *arguments = json_object_new();

	/* As a signed number: QEMU 7.2 refuses addresses above 2^63 otherwise. */
	json_object_set_int_member(arguments, "val", (gint64)address);
	json_object_set_int_member(arguments, "size", (gint64)length);
	json_object_set_string_member(arguments, "filename", name);
	return arguments;
}

static void finish(struct kho_capture *capture)
{
	g_clear_handle_id(&capture->timeout, g_source_remove);
	capture->done(capture->image, capture->registers, capture->data);
}

static gboolean timed_out(gpointer data)
{
	struct kho_capture *capture = data;

	capture->timeout = 0;
	finish(capture);
	return G_SOURCE_REMOVE;
}

static void answered(struct kho_capture *capture)
{
	if (--capture->pending == 0 && capture->timeout)
		finish(capture);
}

static void free_piece(gpointer data)
{
	struct piece *piece = data;

	g_free(piece->path);
	g_free(piece);
}

static void piece_saved(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct piece *piece = data;
	struct kho_capture *capture = piece->capture;

	if (!error)
		kho_image_add_file(capture->image, piece->address, piece->path, NULL);
	g_unlink(piece->path);
	answered(capture);
}

static void save(struct kho_capture *capture, uint64_t address, uint64_t length)
{
	struct piece *piece;

	if (!length || length > MAX_PIECE)
		return;
	piece = g_new0(struct piece, 1);
	piece->capture = capture;
	piece->address = address;
	piece->path = g_strdup_printf("%s/%016" G_GINT64_MODIFIER "x", capture->directory, address);
	g_ptr_array_add(capture->pieces, piece);
	capture->pending++;
	kho_qmp_execute(capture->qmp, "memsave", kho_capture_memsave(address, length, piece->path), piece_saved, piece);
}

static void save_stacks(struct kho_capture *capture)
{
	g_autoptr(GArray) cpus = kho_registers_parse(capture->registers);

	for (guint i = 0; i < cpus->len; i++) {
		uint64_t rsp = g_array_index(cpus, struct kho_cpu_registers, i).rsp;

		/* To the end of the stack: stacks are aligned to their size, and beyond may be nothing. */
		save(capture, rsp & ~7ULL, STACK_BYTES - (rsp & ~7ULL) % STACK_BYTES);
	}
}

static void registers_read(struct kho_qmp *qmp, JsonNode *result, const GError *error, void *data)
{
	struct kho_capture *capture = data;

	if (!error && JSON_NODE_HOLDS_VALUE(result) && json_node_get_value_type(result) == G_TYPE_STRING) {
		capture->registers = g_strdup(json_node_get_string(result));
		save_stacks(capture);
	}
	answered(capture);
}

static void save_data(struct kho_capture *capture)
{
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		uint64_t start, end;

		if (kho_vmlinux_symbol(capture->vmlinux, parts[i].start, &start, NULL) &&
		    kho_vmlinux_symbol(capture->vmlinux, parts[i].end, &end, NULL) && start < end)
			save(capture, start, end - start);
	}
}

struct kho_capture *kho_capture_start(struct kho_qmp *qmp, const char *directory, const struct kho_vmlinux *vmlinux,
				      kho_capture_done done, void *data)
{
	struct kho_capture *capture = g_new0(struct kho_capture, 1);
	JsonObject *registers = json_object_new();

	*capture = (struct kho_capture){
		.qmp = qmp, .directory = g_strdup(directory), .vmlinux = vmlinux, .done = done, .data = data
	};
	capture->image = kho_image_new();
	capture->pieces = g_ptr_array_new_with_free_func(free_piece);
	capture->timeout = g_timeout_add_seconds(KHO_CAPTURE_SECONDS, timed_out, capture);
	kho_qmp_execute(qmp, "stop", NULL, NULL, NULL);
	json_object_set_string_member(registers, "command-line", "info registers -a");
	capture->pending++;
	kho_qmp_execute(qmp, "human-monitor-command", registers, registers_read, capture);
	save_data(capture);
	return capture;
}

void kho_capture_free(struct kho_capture *capture)
{
	if (!capture)
		return;
	g_clear_handle_id(&capture->timeout, g_source_remove);
	kho_image_free(capture->image);
	g_ptr_array_unref(capture->pieces);
	g_free(capture->registers);
	g_free(capture->directory);
	g_free(capture);
}
