// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/autopsy.h"

#include <inttypes.h>

#include "harness/handover/printk.h"
#include "harness/handover/unwind.h"

static void write_stack(GString *text, const struct kho_vmlinux *vmlinux, const struct kho_image *image,
			const struct kho_cpu_registers *registers)
{
	g_autoptr(GPtrArray) frames = kho_unwind(vmlinux, image, registers);

	g_string_append_printf(text, "CPU %u: pc 0x%016" PRIx64 ", stack 0x%016" PRIx64 "%s%s\n", registers->cpu,
			       registers->rip, registers->rsp, registers->cpl ? ", in user space" : "",
			       registers->halted ? ", halted" : "");
	for (guint i = 0; i < frames->len; i++) {
		g_autofree char *frame = kho_frame_text(g_ptr_array_index(frames, i));

		g_string_append_printf(text, "    %s\n", frame);
	}
	g_string_append_c(text, '\n');
}

static void write_stacks(GString *text, const struct kho_vmlinux *vmlinux, const struct kho_image *image,
			 const char *registers)
{
	g_autoptr(GArray) cpus = kho_registers_parse(registers);

	for (guint i = 0; i < cpus->len; i++)
		write_stack(text, vmlinux, image, &g_array_index(cpus, struct kho_cpu_registers, i));
}

char *kho_autopsy(const struct kho_vmlinux *vmlinux, const struct kho_image *image, const char *registers,
		  const char *directory)
{
	g_autoptr(GString) text = g_string_new("What the machine was doing when it was stopped. '?' marks what may be "
					       "left over from calls that ended.\n\n");
	g_autofree char *path = g_build_filename(directory, "autopsy.txt", NULL);
	g_autoptr(GError) error = NULL;
	char *log = kho_printk_log(vmlinux, image, &error);

	if (registers)
		write_stacks(text, vmlinux, image, registers);
	else
		g_string_append(text, "No registers: QEMU did not answer in time.\n\n");
	g_string_append_printf(text, "The kernel's own log:\n\n%s", log ?: error->message);
	/* Evidence only: a cell is not lost for it. */
	g_file_set_contents(path, text->str, text->len, NULL);
	return log;
}
