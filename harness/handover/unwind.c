// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/unwind.h"

#define STACK_BYTES (16u << 10)
#define WORD	    sizeof(guint64)
#define HEX	    "0x%" G_GINT64_MODIFIER "x"

void kho_frame_free(struct kho_frame *frame)
{
	g_free(frame->function);
	g_free(frame);
}

static void add_frame(GPtrArray *frames, const struct kho_vmlinux *vmlinux, guint64 address, bool returned,
		      bool reliable)
{
	struct kho_frame *frame = g_new0(struct kho_frame, 1);
	/* A call at a function's end returns to the next function: look at the call itself. */
	guint64 at = address - (returned ? 1 : 0);

	frame->address = address;
	frame->reliable = reliable;
	frame->function = g_strdup(kho_vmlinux_function_at(vmlinux, at, &frame->offset, &frame->size));
	frame->offset += returned ? 1 : 0;
	g_ptr_array_add(frames, frame);
}

static bool is_return_address(const struct kho_vmlinux *vmlinux, guint64 address)
{
	return kho_vmlinux_function_at(vmlinux, address - 1, NULL, NULL) && kho_vmlinux_call_before(vmlinux, address);
}

/* A frame pointer that can be one: in the stack, not below @at, and with a return address above what it points at. */
static bool is_frame(const struct kho_vmlinux *vmlinux, const struct kho_image *image, guint64 pointer, guint64 at,
		     guint64 end)
{
	guint64 address;

	return pointer >= at && pointer < end && end - pointer >= 2 * WORD && pointer % WORD == 0 &&
	       kho_image_read_number(image, pointer + WORD, WORD, &address) && is_return_address(vmlinux, address);
}

static void scan(GPtrArray *frames, const struct kho_vmlinux *vmlinux, const struct kho_image *image,
		 const struct kho_cpu_registers *registers)
{
	guint64 at = registers->rsp & ~(guint64)(WORD - 1), frame = registers->rbp, word;
	guint64 bytes = STACK_BYTES - at % STACK_BYTES, end = at + bytes;

	if (end < at)
		return;
	for (; at < end && kho_image_read_number(image, at, WORD, &word); at += WORD) {
		bool reliable = at == frame + WORD && is_frame(vmlinux, image, frame, registers->rsp, end);

		if (reliable || is_return_address(vmlinux, word))
			add_frame(frames, vmlinux, word, true, reliable);
		if (reliable && !kho_image_read_number(image, frame, WORD, &frame))
			break;
	}
}

GPtrArray *kho_unwind(const struct kho_vmlinux *vmlinux, const struct kho_image *image,
		      const struct kho_cpu_registers *registers)
{
	GPtrArray *frames = g_ptr_array_new_with_free_func((GDestroyNotify)kho_frame_free);

	if (!registers->have_rip || registers->cpl != 0)
		return frames;
	add_frame(frames, vmlinux, registers->rip, false, true);
	scan(frames, vmlinux, image, registers);
	return frames;
}

char *kho_frame_text(const struct kho_frame *frame)
{
	if (!frame->function)
		return g_strdup_printf(HEX, frame->address);
	return g_strdup_printf("%s%s+" HEX "/" HEX, frame->reliable ? "" : "? ", frame->function, frame->offset,
			       frame->size);
}
