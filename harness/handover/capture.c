// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/capture.h"

#include "harness/handover/memblock.h"
#include "harness/handover/page_reader.h"
#include "harness/handover/printk.h"
#include "harness/handover/registers.h"

/* More than any kernel's data; a vmlinux is not trusted. */
#define MAX_PIECE   (256ULL << 20)
#define STACK_BYTES 16384ULL

/* arch/x86/include/asm/pgtable_64_types.h: where the vmemmap is without CONFIG_DYNAMIC_MEMORY_LAYOUT. */
#define VMEMMAP_START_L4 0xffffea0000000000ULL

/* Where the kernel's own data lies. What is of __init is given to the page allocator after boot, and then is garbage.
 */
static const struct {
	const char *start, *end;
} parts[] = {
	{ "_sdata", "_edata" },
	{ "__init_begin", "__init_end" },
	{ "__bss_start", "__bss_stop" },
};

struct kho_capture {
	struct kho_capture_config config;
	struct kho_vmlinux *vmlinux;
	struct kho_location location;
	struct kho_locate *locate;
	struct kho_image *image;
	char *registers;
	GPtrArray *pieces; /* of struct piece, owned */
	guint pending;	   /* answers of this step */
	void (*next)(struct kho_capture *capture);
	struct kho_page_walk *walk;
	struct kho_page_reader *reader;
	guint64 memory_map_start;
	guint timeout;
	bool over;
};

/* A piece of memory on its way. */
struct piece {
	struct kho_capture *capture;
	guint64 address; /* virtual */
};

/* --- steps: one after the other, each of several questions --- */

static void finish(struct kho_capture *capture)
{
	g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(struct kho_mapping));
	bool whole = capture->walk && kho_page_walk_whole(capture->walk);
	const struct kho_captured captured = {
		.vmlinux = capture->vmlinux,
		.slide = capture->location.slide,
		.left = capture->config.not_there,
		.image = capture->image,
		.registers = capture->registers,
		.memory_map = whole ? kho_page_walk_mappings(capture->walk) : nothing,
		.memory_map_start = capture->memory_map_start,
	};

	if (capture->over)
		return;
	capture->over = true;
	g_clear_handle_id(&capture->timeout, g_source_remove);
	capture->config.done(&captured, capture->config.data);
	/* Answers may still come, and a machine may be examined often: megabytes, that nobody looks at any more. */
	g_clear_pointer(&capture->image, kho_image_free);
}

static gboolean timed_out(gpointer data)
{
	struct kho_capture *capture = data;

	capture->timeout = 0;
	finish(capture);
	return G_SOURCE_REMOVE;
}

/* Begins a step; its questions follow, then ask_no_more(). */
static void begin(struct kho_capture *capture, void (*next)(struct kho_capture *capture))
{
	capture->pending = 1;
	capture->next = next;
}

static void answered(struct kho_capture *capture)
{
	if (--capture->pending == 0 && !capture->over)
		capture->next(capture);
}

static void ask_no_more(struct kho_capture *capture)
{
	answered(capture);
}

static void took_piece(const void *bytes, gsize length, void *data)
{
	struct piece *piece = data;

	if (bytes && !piece->capture->over)
		kho_image_add(piece->capture->image, piece->address, bytes, length);
	answered(piece->capture);
}

static struct piece *new_piece(struct kho_capture *capture, guint64 address)
{
	struct piece *piece = g_new0(struct piece, 1);

	*piece = (struct piece){ .capture = capture, .address = address };
	g_ptr_array_add(capture->pieces, piece);
	capture->pending++;
	return piece;
}

/* Of the kernel's image, by running addresses. */
static void read_image(struct kho_capture *capture, guint64 address, guint64 length)
{
	if (length && length <= MAX_PIECE)
		kho_peek_physical(capture->config.peek, kho_location_physical(&capture->location, address), length,
				  took_piece, new_piece(capture, address));
}

static void read_virtual(struct kho_capture *capture, guint cpu, guint64 address, guint64 length)
{
	if (length && length <= MAX_PIECE)
		kho_peek_virtual(capture->config.peek, cpu, address, length, took_piece, new_piece(capture, address));
}

/* --- the last step: the mapping of the memory map --- */

static void walked(void *data)
{
	finish(data);
}

/* vmemmap_base: a variable, or a constant of the architecture. */
static bool find_memory_map(struct kho_capture *capture)
{
	guint64 variable;

	if (!kho_vmlinux_symbol(capture->vmlinux, "vmemmap_base", &variable, NULL))
		capture->memory_map_start = VMEMMAP_START_L4;
	else if (!kho_image_read_number(capture->image, variable, 8, &capture->memory_map_start))
		capture->memory_map_start = 0;
	return capture->memory_map_start != 0;
}

static void read_memory_map(struct kho_capture *capture)
{
	g_autoptr(GArray) cpus = kho_registers_parse(capture->registers ?: "");
	const struct kho_cpu_registers *cpu;

	if (kho_vmlinux_is_arm64(capture->vmlinux) || !cpus->len || !capture->config.memory_map_bytes ||
	    !find_memory_map(capture)) {
		finish(capture);
		return;
	}
	cpu = &g_array_index(cpus, struct kho_cpu_registers, 0);
	capture->walk = kho_page_walk_new(cpu->cr3, cpu->cr4, capture->memory_map_start,
					  capture->memory_map_start + capture->config.memory_map_bytes - 1);
	capture->reader = kho_page_reader_start(capture->config.peek, capture->walk, walked, capture);
}

/* --- before: data, stacks, and what data points at --- */

static void read_what_is_pointed_at(struct kho_capture *capture)
{
	g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(struct kho_image_piece));

	kho_printk_wants(capture->vmlinux, capture->image, wanted);
	kho_memblock_wants(capture->vmlinux, capture->image, wanted);
	begin(capture, read_memory_map);
	for (guint i = 0; i < wanted->len; i++) {
		const struct kho_image_piece *piece = &g_array_index(wanted, struct kho_image_piece, i);

		read_virtual(capture, 0, piece->address, piece->length);
	}
	ask_no_more(capture);
}

static void read_stacks(struct kho_capture *capture)
{
	g_autoptr(GArray) cpus = kho_registers_parse(capture->registers ?: "");

	for (guint i = 0; i < cpus->len; i++) {
		const struct kho_cpu_registers *cpu = &g_array_index(cpus, struct kho_cpu_registers, i);
		guint64 rsp = cpu->rsp & ~7ULL;

		/* To the end of the stack: stacks are aligned to their size, and beyond may be nothing. */
		read_virtual(capture, cpu->cpu, rsp, STACK_BYTES - rsp % STACK_BYTES);
	}
}

static void read_data(struct kho_capture *capture)
{
	guint64 start, end;

	begin(capture, read_what_is_pointed_at);
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (kho_vmlinux_symbol(capture->vmlinux, parts[i].start, &start, NULL) &&
		    kho_vmlinux_symbol(capture->vmlinux, parts[i].end, &end, NULL) && start < end)
			read_image(capture, start, end - start);
	}
	/* It is read-only after init, and so lies apart. */
	if (kho_vmlinux_symbol(capture->vmlinux, "vmemmap_base", &start, NULL))
		read_image(capture, start, sizeof(guint64));
	read_stacks(capture);
	ask_no_more(capture);
}

/* --- the first steps: registers, and where the kernel is --- */

static void located(const struct kho_location *location, void *data)
{
	struct kho_capture *capture = data;

	g_clear_pointer(&capture->locate, kho_locate_free);
	if (capture->over)
		return;
	if (!location || (capture->config.not_there && kho_location_same(location, capture->config.not_there))) {
		finish(capture);
		return;
	}
	capture->location = *location;
	capture->vmlinux = kho_vmlinux_slid(capture->config.vmlinux, location->slide);
	read_data(capture);
}

static void took_registers(const char *text, void *data)
{
	struct kho_capture *capture = data;

	capture->registers = g_strdup(text);
	if (capture->over)
		return;
	if (capture->config.location)
		located(capture->config.location, capture);
	else
		capture->locate = kho_locate_start(capture->config.peek, capture->config.vmlinux, located, capture);
}

struct kho_capture *kho_capture_start(const struct kho_capture_config *config)
{
	struct kho_capture *capture = g_new0(struct kho_capture, 1);

	capture->config = *config;
	capture->image = kho_image_new();
	capture->pieces = g_ptr_array_new_with_free_func(g_free);
	capture->timeout = g_timeout_add_seconds(KHO_CAPTURE_SECONDS, timed_out, capture);
	kho_qmp_execute(config->qmp, "stop", NULL, NULL, NULL);
	kho_peek_registers(config->peek, true, took_registers, capture);
	return capture;
}

void kho_capture_free(struct kho_capture *capture)
{
	if (!capture)
		return;
	g_clear_handle_id(&capture->timeout, g_source_remove);
	kho_locate_free(capture->locate);
	kho_page_reader_free(capture->reader);
	kho_page_walk_free(capture->walk);
	g_ptr_array_unref(capture->pieces);
	kho_vmlinux_free(capture->vmlinux);
	kho_image_free(capture->image);
	g_free(capture->registers);
	g_free(capture);
}
