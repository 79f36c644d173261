// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/registers.h"

#include <string.h>

#define MAX_CPUS  4096
#define CPU_START "CPU#"

/*
 * The number behind "NAME=" in the part of the text that is one CPU's. NAME must begin a word, so that SP is not found
 * in RSP; QEMU pads some values with blanks ("EFL=", "X05=" never).
 */
static bool find(const char *part, gsize length, const char *name, guint64 *value)
{
	g_autofree char *key = g_strconcat(name, "=", NULL);
	const char *at = part;

	while ((at = g_strstr_len(at, part + length - at, key))) {
		const char *digits = at + strlen(key);
		bool word = at == part || g_ascii_isspace(at[-1]);

		if (word && digits < part + length && g_ascii_isxdigit(*digits)) {
			*value = g_ascii_strtoull(digits, NULL, 16);
			return true;
		}
		at = digits;
	}
	return false;
}

static bool find_either(const char *part, gsize length, const char *x86, const char *arm, guint64 *value)
{
	return find(part, length, x86, value) || find(part, length, arm, value);
}

static struct kho_cpu_registers parse_cpu(const char *part, gsize length)
{
	struct kho_cpu_registers registers = { .cpu = (guint)g_ascii_strtoull(part, NULL, 10) };
	guint64 number = 0;

	registers.have_rip = find_either(part, length, "RIP", "PC", &registers.rip);
	find_either(part, length, "RSP", "SP", &registers.rsp);
	find_either(part, length, "RBP", "X29", &registers.rbp);
	find_either(part, length, "RFL", "PSTATE", &registers.rflags);
	find(part, length, "CR2", &registers.cr2);
	find(part, length, "CR3", &registers.cr3);
	find(part, length, "CR4", &registers.cr4);
	if (find(part, length, "CPL", &number))
		registers.cpl = number & 3;
	else if (g_strstr_len(part, length, " EL0"))
		registers.cpl = 3;
	registers.halted = find(part, length, "HLT", &number) && number == 1;
	return registers;
}

GArray *kho_registers_parse(const char *text)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct kho_cpu_registers));
	const char *at = text ? strstr(text, CPU_START) : NULL;

	while (at && all->len < MAX_CPUS) {
		const char *part = at + strlen(CPU_START), *next = strstr(part, CPU_START);
		struct kho_cpu_registers registers = parse_cpu(part, next ? (gsize)(next - part) : strlen(part));

		g_array_append_val(all, registers);
		at = next;
	}
	return all;
}
