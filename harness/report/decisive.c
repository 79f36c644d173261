// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/decisive.h"

static const struct {
	const char *words;
	enum kho_decisive kind;
} signs[] = {
	{ "] Linux version ", KHO_DECISIVE_BOOT },
	{ "] Booting Linux on physical CPU", KHO_DECISIVE_BOOT },
	{ "KHO: ", KHO_DECISIVE_SCRATCH },
	{ "kexec_core: Starting new kernel", KHO_DECISIVE_KEXEC },
	{ "memory map backing failed", KHO_DECISIVE_REFUSED },
	{ "Failed to allocate ", KHO_DECISIVE_REFUSED },
	{ "bounce buffer size adjusted", KHO_DECISIVE_REFUSED },
	{ "Kernel panic - not syncing", KHO_DECISIVE_DEATH },
	{ "BUG: ", KHO_DECISIVE_DEATH },
	{ "Oops: ", KHO_DECISIVE_DEATH },
	{ "Unable to handle kernel ", KHO_DECISIVE_DEATH },
	{ "Internal error: ", KHO_DECISIVE_DEATH },
	{ "general protection fault", KHO_DECISIVE_DEATH },
	{ "reason: ", KHO_DECISIVE_DEATH }, /* of an autopsy */
};

enum kho_decisive kho_decisive_line(const char *line, gsize length)
{
	for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
		if (g_strstr_len(line, (gssize)length, signs[i].words))
			return signs[i].kind;
	return KHO_DECISIVE_NOT;
}

const char *kho_decisive_text(enum kho_decisive kind)
{
	switch (kind) {
	case KHO_DECISIVE_NOT:
		return "not";
	case KHO_DECISIVE_BOOT:
		return "boot";
	case KHO_DECISIVE_SCRATCH:
		return "scratch";
	case KHO_DECISIVE_KEXEC:
		return "kexec";
	case KHO_DECISIVE_REFUSED:
		return "refused";
	case KHO_DECISIVE_DEATH:
		return "death";
	case KHO_NR_DECISIVE:
		break;
	}
	return NULL;
}
