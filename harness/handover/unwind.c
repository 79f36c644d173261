// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/unwind.h"

#include <string.h>

#define STACK_BYTES (16u << 10)
#define WORD	    sizeof(guint64)
#define HEX	    "0x%" G_GINT64_MODIFIER "x"

void kho_frame_free(struct kho_frame *frame)
{
	g_free(frame->function);
	g_free(frame);
}

static const struct kho_frame *add_frame(GPtrArray *frames, const struct kho_vmlinux *vmlinux, guint64 slot,
					 guint64 address, bool returned, bool reliable)
{
	struct kho_frame *frame = g_new0(struct kho_frame, 1);
	/* A call at a function's end returns to the next function: look at the call itself. */
	guint64 at = address - (returned ? 1 : 0);

	frame->slot = slot;
	frame->address = address;
	frame->reliable = reliable;
	frame->function = g_strdup(kho_vmlinux_function_at(vmlinux, at, &frame->offset, &frame->size));
	frame->offset += returned ? 1 : 0;
	g_ptr_array_add(frames, frame);
	return frame;
}

static bool in_function(const struct kho_vmlinux *vmlinux, guint64 address)
{
	return kho_vmlinux_function_at(vmlinux, address - 1, NULL, NULL) != NULL;
}

/* By the code of the file: a call that alternatives have patched to another length is not known by it. */
static bool is_return_address(const struct kho_vmlinux *vmlinux, guint64 address)
{
	return in_function(vmlinux, address) && kho_vmlinux_call_before(vmlinux, address);
}

/* A frame pointer that can be one: in the stack, not below @at, and with an address of code above what it points at. */
static bool is_frame(const struct kho_vmlinux *vmlinux, const struct kho_image *image, guint64 pointer, guint64 at,
		     guint64 end)
{
	guint64 address;

	return pointer >= at && pointer < end && end - pointer >= 2 * WORD && pointer % WORD == 0 &&
	       kho_image_read_number(image, pointer + WORD, WORD, &address) && in_function(vmlinux, address);
}

/*
 * struct pt_regs (arch/x86/include/asm/ptrace.h, 6.18 to 7.3) in words: where an exception was taken. Entry code marks
 * it by a frame pointer to it whose lowest bit is set (ENCODE_FRAME_POINTER); the handler of exceptions before that
 * code is usable leaves it right above its return address.
 */
#define REGS_BP	      4
#define REGS_IP	      16
#define EARLY_HANDLER "early_idt_handler_common"

struct scan {
	GPtrArray *frames;
	const struct kho_vmlinux *vmlinux;
	const struct kho_image *image;
	guint64 start, end; /* of the stack's used part */
	guint64 frame;	    /* the frame pointer that is followed */
	guint64 regs;	    /* a struct pt_regs that is to come; 0: none */
	bool leaf;	    /* the program counter is in a function that has made no frame */
};

static bool in_stack(const struct scan *scan, guint64 address, guint64 bytes)
{
	return address >= scan->start && address < scan->end && scan->end - address >= bytes;
}

/* The frame pointer leads to registers instead of a frame? */
static void follow_encoded(struct scan *scan)
{
	guint64 regs = scan->frame & ~1ULL;

	if (scan->frame & 1 && regs % WORD == 0 && in_stack(scan, regs, (REGS_IP + 1) * WORD))
		scan->regs = regs;
}

static void take_regs(struct scan *scan, guint64 at, guint64 ip)
{
	scan->regs = 0;
	if (kho_vmlinux_function_at(scan->vmlinux, ip, NULL, NULL))
		add_frame(scan->frames, scan->vmlinux, at, ip, false, true);
	if (kho_image_read_number(scan->image, at - (REGS_IP - REGS_BP) * WORD, WORD, &scan->frame))
		follow_encoded(scan);
}

static void take_word(struct scan *scan, guint64 at, guint64 word)
{
	bool framed =
		at == scan->frame + WORD && is_frame(scan->vmlinux, scan->image, scan->frame, scan->start, scan->end);
	bool reliable = framed || (scan->leaf && at == scan->start && in_function(scan->vmlinux, word));
	const struct kho_frame *last;

	if (!reliable && !is_return_address(scan->vmlinux, word))
		return;
	last = add_frame(scan->frames, scan->vmlinux, at, word, true, reliable);
	if (framed && kho_image_read_number(scan->image, scan->frame, WORD, &scan->frame))
		follow_encoded(scan);
	if (g_strcmp0(last->function, EARLY_HANDLER) == 0 && in_stack(scan, at + WORD, (REGS_IP + 1) * WORD))
		scan->regs = at + WORD;
}

/*
 * A function that begins with no "push %rbp" makes no frame: native_halt(), for one. What lies at the stack pointer
 * then is where it returns to, if it can be that.
 */
static bool is_leaf(const struct kho_vmlinux *vmlinux, guint64 address)
{
	static const guint8 endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	guint64 offset;
	guint8 code[16];
	gsize at = 0;

	if (!kho_vmlinux_function_at(vmlinux, address, &offset, NULL) ||
	    !kho_vmlinux_read(vmlinux, address - offset, code, sizeof(code)))
		return false;
	if (memcmp(code, endbr, sizeof(endbr)) == 0)
		at += sizeof(endbr);
	if (code[at] == 0xe8 || (code[at] == 0x0f && code[at + 1] == 0x1f)) /* the call or nop of ftrace */
		at += 5;
	return code[at] != 0x55;
}

static void scan_stack(GPtrArray *frames, const struct kho_vmlinux *vmlinux, const struct kho_image *image,
		       const struct kho_cpu_registers *registers)
{
	guint64 at = registers->rsp & ~(guint64)(WORD - 1), word;
	struct scan scan = { .frames = frames, .vmlinux = vmlinux, .image = image, .start = at };

	scan.end = at + STACK_BYTES - at % STACK_BYTES;
	scan.frame = registers->rbp;
	scan.leaf = is_leaf(vmlinux, registers->rip);
	follow_encoded(&scan);
	for (; at < scan.end && kho_image_read_number(image, at, WORD, &word); at += WORD) {
		if (scan.regs && at == scan.regs + REGS_IP * WORD)
			take_regs(&scan, at, word);
		else
			take_word(&scan, at, word);
	}
}

GPtrArray *kho_unwind(const struct kho_vmlinux *vmlinux, const struct kho_image *image,
		      const struct kho_cpu_registers *registers)
{
	GPtrArray *frames = g_ptr_array_new_with_free_func((GDestroyNotify)kho_frame_free);

	if (!registers->have_rip || registers->cpl != 0)
		return frames;
	add_frame(frames, vmlinux, 0, registers->rip, false, true);
	scan_stack(frames, vmlinux, image, registers);
	return frames;
}

char *kho_frame_text(const struct kho_frame *frame)
{
	if (!frame->function)
		return g_strdup_printf(HEX, frame->address);
	return g_strdup_printf("%s%s+" HEX "/" HEX, frame->reliable ? "" : "? ", frame->function, frame->offset,
			       frame->size);
}
