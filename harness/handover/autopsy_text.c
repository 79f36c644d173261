// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/autopsy_text.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define HEX "0x%" G_GINT64_MODIFIER "x"
#define DEC "%" G_GINT64_MODIFIER "u"

/*
 * One line of text that may come from the machine: white space is a space, what else is not printable a '?'. ASCII is
 * not all: U+009B begins an escape sequence as well. To be freed.
 */
static char *clean(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *cleaned = g_string_sized_new(strlen(valid));

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		if (g_unichar_isprint(character))
			g_string_append_len(cleaned, c, g_utf8_next_char(c) - c);
		else
			g_string_append_c(cleaned, g_unichar_isspace(character) ? ' ' : '?');
	}
	return g_string_free(cleaned, FALSE);
}

/* --- for a person --- */

static void append_line(GString *text, const char *before, const char *line)
{
	g_autofree char *cleaned = clean(line);

	g_string_append_printf(text, "%s%s\n", before, cleaned);
}

static void append_cpu(GString *text, const struct kho_autopsy_cpu *cpu)
{
	const struct kho_cpu_registers *registers = &cpu->registers;

	if (!registers->have_rip) {
		g_string_append_printf(text, "\nCPU %u: its registers are not known\n", registers->cpu);
		return;
	}
	g_string_append_printf(text, "\nCPU %u: %s%s\n", registers->cpu,
			       registers->cpl ? "in user space" : "in the kernel",
			       cpu->left_behind	   ? ", halted since the kernel before this one stopped it"
			       : registers->halted ? ", halted"
						   : "");
	g_string_append_printf(text, "  rip " HEX "  rsp " HEX "  rbp " HEX "  rflags " HEX "  cr2 " HEX "\n",
			       registers->rip, registers->rsp, registers->rbp, registers->rflags, registers->cr2);
	for (guint i = 0; i < cpu->frames->len; i++) {
		g_autofree char *frame = kho_frame_text(cpu->frames->pdata[i]);

		append_line(text, "    ", frame);
	}
}

static void append_table(GString *text, const char *name, const GArray *table)
{
	g_string_append_printf(text, "  %s: %u regions\n", name, table->len);
	for (guint i = 0; i < table->len; i++) {
		const struct kho_memblock_region *region = &g_array_index(table, struct kho_memblock_region, i);
		g_autofree char *flags = kho_memblock_flags_text(region->flags);

		g_string_append_printf(text,
				       "    [0x%012" G_GINT64_MODIFIER "x-0x%012" G_GINT64_MODIFIER "x) " DEC
				       " bytes, nid %d, %s\n",
				       region->base, region->base + region->size, region->size, region->nid, flags);
	}
}

static void append_memblock(GString *text, const struct kho_autopsy *autopsy)
{
	const struct kho_memblock *memblock = autopsy->memblock;

	g_string_append(text, "\nmemblock:\n");
	if (!memblock) {
		append_line(text, "  ", autopsy->memblock_problem ?: "not read");
		return;
	}
	g_string_append_printf(text, "  scratch: " DEC " bytes, free: " DEC ", in one piece: " DEC "\n",
			       memblock->scratch, memblock->scratch_free, memblock->scratch_largest);
	append_table(text, "memory", memblock->memory);
	append_table(text, "reserved", memblock->reserved);
}

static void append_log(GString *text, const struct kho_autopsy *autopsy)
{
	g_auto(GStrv) lines = g_strsplit(autopsy->log ?: "", "\n", -1);

	g_string_append(text, "\nthe kernel's log:\n");
	if (!autopsy->log)
		append_line(text, "  ", autopsy->log_problem ?: "not read");
	for (guint i = 0; lines[i]; i++) {
		g_autofree char *line = clean(lines[i]);

		if (*line)
			g_string_append_printf(text, "%s\n", line);
	}
}

static void append_registers(GString *text, const struct kho_autopsy *autopsy)
{
	g_auto(GStrv) lines = g_strsplit(autopsy->registers ?: "  QEMU did not answer", "\n", -1);

	g_string_append(text, "\nall registers:\n");
	for (guint i = 0; lines[i]; i++)
		append_line(text, "", lines[i]);
}

char *kho_autopsy_text(const struct kho_autopsy *autopsy)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (autopsy->reason)
		append_line(text, "reason: ", autopsy->reason);
	g_string_append_printf(text, "boot had come to: %s\n", kho_boot_step_name(autopsy->progress));
	if (autopsy->slide)
		g_string_append_printf(text, "KASLR moved the kernel by " HEX "\n", autopsy->slide);
	for (guint i = 0; i < autopsy->cpus->len; i++)
		append_cpu(text, autopsy->cpus->pdata[i]);
	append_memblock(text, autopsy);
	append_log(text, autopsy);
	append_registers(text, autopsy);
	return g_strdup(text->str);
}

/* --- for a program --- */

static void put_text(JsonBuilder *builder, const char *key, const char *text)
{
	g_autofree char *value = text ? clean(text) : NULL;

	json_builder_set_member_name(builder, key);
	if (value)
		json_builder_add_string_value(builder, value);
	else
		json_builder_add_null_value(builder);
}

static void put_address(JsonBuilder *builder, const char *key, guint64 address)
{
	g_autofree char *text = g_strdup_printf(HEX, address);

	put_text(builder, key, text);
}

static void put_register(JsonBuilder *builder, const char *key, const struct kho_cpu_registers *registers,
			 guint64 value)
{
	if (registers->have_rip)
		put_address(builder, key, value);
	else
		put_text(builder, key, NULL);
}

/* JSON's readers end at INT64_MAX; the rest goes as text, so that no digit is lost. */
static void put_number(JsonBuilder *builder, const char *key, guint64 number)
{
	g_autofree char *text = g_strdup_printf(DEC, number);

	if (number > G_MAXINT64) {
		put_text(builder, key, text);
		return;
	}
	json_builder_set_member_name(builder, key);
	json_builder_add_int_value(builder, (gint64)number);
}

static void put_bool(JsonBuilder *builder, const char *key, bool value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_boolean_value(builder, value);
}

static void put_frames(JsonBuilder *builder, const GPtrArray *frames)
{
	json_builder_set_member_name(builder, "stack");
	json_builder_begin_array(builder);
	for (guint i = 0; i < frames->len; i++) {
		const struct kho_frame *frame = frames->pdata[i];

		json_builder_begin_object(builder);
		put_address(builder, "address", frame->address);
		put_text(builder, "function", frame->function);
		put_number(builder, "offset", frame->offset);
		put_number(builder, "size", frame->size);
		put_bool(builder, "reliable", frame->reliable);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void put_cpu(JsonBuilder *builder, const struct kho_autopsy_cpu *cpu)
{
	const struct kho_cpu_registers *registers = &cpu->registers;

	json_builder_begin_object(builder);
	put_number(builder, "cpu", registers->cpu);
	put_register(builder, "rip", registers, registers->rip);
	put_register(builder, "rsp", registers, registers->rsp);
	put_register(builder, "rbp", registers, registers->rbp);
	put_register(builder, "rflags", registers, registers->rflags);
	put_register(builder, "cr2", registers, registers->cr2);
	put_number(builder, "cpl", registers->cpl);
	put_bool(builder, "halted", registers->halted);
	put_frames(builder, cpu->frames);
	json_builder_end_object(builder);
}

static void put_table(JsonBuilder *builder, const char *key, const GArray *table)
{
	json_builder_set_member_name(builder, key);
	json_builder_begin_array(builder);
	for (guint i = 0; i < table->len; i++) {
		const struct kho_memblock_region *region = &g_array_index(table, struct kho_memblock_region, i);
		g_autofree char *flags = kho_memblock_flags_text(region->flags);

		json_builder_begin_object(builder);
		put_address(builder, "base", region->base);
		put_number(builder, "size", region->size);
		put_text(builder, "flags", flags);
		json_builder_set_member_name(builder, "nid");
		json_builder_add_int_value(builder, region->nid);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void put_tables(JsonBuilder *builder, const struct kho_memblock *memblock)
{
	json_builder_begin_object(builder);
	put_number(builder, "scratch_bytes", memblock->scratch);
	put_number(builder, "scratch_free_bytes", memblock->scratch_free);
	put_number(builder, "scratch_largest_bytes", memblock->scratch_largest);
	put_table(builder, "memory", memblock->memory);
	put_table(builder, "reserved", memblock->reserved);
	json_builder_end_object(builder);
}

static void put_memblock(JsonBuilder *builder, const struct kho_autopsy *autopsy)
{
	put_text(builder, "memblock_problem", autopsy->memblock_problem);
	json_builder_set_member_name(builder, "memblock");
	if (autopsy->memblock)
		put_tables(builder, autopsy->memblock);
	else
		json_builder_add_null_value(builder);
}

static void put_log(JsonBuilder *builder, const struct kho_autopsy *autopsy)
{
	g_auto(GStrv) lines = g_strsplit(autopsy->log ?: "", "\n", -1);

	put_text(builder, "log_problem", autopsy->log_problem);
	json_builder_set_member_name(builder, "log");
	if (!autopsy->log) {
		json_builder_add_null_value(builder);
		return;
	}
	json_builder_begin_array(builder);
	for (guint i = 0; lines[i]; i++) {
		g_autofree char *line = clean(lines[i]);

		if (*line)
			json_builder_add_string_value(builder, line);
	}
	json_builder_end_array(builder);
}

static void put_autopsy(JsonBuilder *builder, const struct kho_autopsy *autopsy)
{
	json_builder_begin_object(builder);
	put_text(builder, "reason", autopsy->reason);
	put_text(builder, "progress", kho_boot_step_name(autopsy->progress));
	put_bool(builder, "kernel_found", autopsy->found);
	put_address(builder, "slide", autopsy->slide);
	json_builder_set_member_name(builder, "cpus");
	json_builder_begin_array(builder);
	for (guint i = 0; i < autopsy->cpus->len; i++)
		put_cpu(builder, autopsy->cpus->pdata[i]);
	json_builder_end_array(builder);
	put_memblock(builder, autopsy);
	put_log(builder, autopsy);
	json_builder_end_object(builder);
}

static char *written(JsonBuilder *builder)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, NULL);
	return g_strconcat(text, "\n", NULL);
}

char *kho_autopsy_json(const struct kho_autopsy *autopsy)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	put_autopsy(builder, autopsy);
	return written(builder);
}

char *kho_memblock_json(const struct kho_memblock *memblock)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	put_tables(builder, memblock);
	return written(builder);
}
