// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/cmdline.h"

#include <string.h>

#include "guest/protocol.h"
#include "harness/model/error.h"
#include "harness/model/pc_layout.h"
#include "harness/model/size.h"

/* The first kernel tells its console what it asks of memblock: the replay of the successor begins with it. */
#define EARLY_TRACE " memblock=debug"

/* panic=-1: a late panic resets the machine at once, which ends QEMU; an early one loops for ever all the same. */
#define COMMON " liveupdate=on"

/* test_kho fills its folios with random bytes, which is slow under emulation: a little proves as much as a lot. */
#define A_LITTLE (64 * 1024) /* bytes */

static void append_reserved(GString *line, const GArray *ranges)
{
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_range *range = &g_array_index(ranges, struct kho_range, i);
		g_autofree char *size = kho_size_format(range->end - range->start);
		g_autofree char *start = kho_size_format(range->start);

		g_string_append_printf(line, " memmap=%s$%s", size, start);
	}
}

/* Of a machine that is placed, QEMU has memory where the topology has a hole. */
static void append_holes(GString *line, const struct kho_topology *topology)
{
	g_autoptr(GArray) holes = g_array_new(FALSE, FALSE, sizeof(struct kho_range));

	if (topology->placed)
		g_free(kho_pc_cover(topology, NULL, holes));
	append_reserved(line, holes);
	append_reserved(line, topology->reserved);
}

char *kho_cmdline_memory_words(const struct kho_topology *topology)
{
	GString *line = g_string_new(NULL);

	append_holes(line, topology);
	return g_string_free(line, FALSE);
}

static void append_test_kho(GString *line, const struct kho_cmdline_config *config)
{
	uint64_t keep = kho_cell_keeps_folios(config->cell) ? kho_cell_payload(config->cell).keep : 0;

	if (config->no_folios)
		g_string_append(line, " " KHO_CMDLINE_NO_FOLIOS);
	else
		g_string_append_printf(line, " test_kho.max_mem=%" G_GUINT64_FORMAT, MAX(A_LITTLE, keep));
}

static void append_common(GString *line, const struct kho_cmdline_config *config, const char *stage, const char *extra)
{
	bool off = config->cell->control == KHO_CONTROL_KHO_OFF;
	const struct kho_arch *arch = kho_arch_of(config->cell->kernel);

	g_string_append_printf(line, "console=%s panic=-1%s" COMMON, arch->console, arch->words);
	append_test_kho(line, config);
	g_string_append_printf(line, " kho=%s kho_scratch=%s " KHO_WORD_RUN "%s " KHO_WORD_STAGE "%s",
			       off ? "off" : "on", config->cell->scratch->text, config->run, stage);
	append_holes(line, config->cell->topology);
	if (extra && *extra)
		g_string_append_printf(line, " %s", extra);
}

static void append_encoded(GString *line, const char *text)
{
	for (; *text; text++) {
		if (g_ascii_isalnum(*text) || strchr("=,._-/:", *text))
			g_string_append_c(line, *text);
		else
			g_string_append_printf(line, "%%%02X", (unsigned char)*text);
	}
}

static void append_early_console(GString *line, const struct kho_cell *cell)
{
	g_string_append_printf(line, " %s", kho_arch_of(cell->kernel)->early_console);
}

/* What the first kernel is to do about it. */
static void append_payload(GString *line, const struct kho_payload *payload)
{
	static const char *const scatters[] = {
		[KHO_SCATTER_BLOCK] = KHO_KEEP_BLOCK,
		[KHO_SCATTER_EACH_GIB] = KHO_KEEP_EACH_GIB,
		[KHO_SCATTER_RANDOM] = KHO_KEEP_RANDOM,
	};

	if (payload->keep)
		g_string_append_printf(line, " " KHO_WORD_KEEP "%" G_GUINT64_FORMAT ":%s:%u:%d", payload->keep,
				       scatters[payload->scatter], payload->seed, payload->node);
	if (payload->initrd)
		g_string_append_printf(line, " " KHO_WORD_INITRD "%" G_GUINT64_FORMAT, payload->initrd);
}

char *kho_cmdline_successor(const struct kho_cmdline_config *config)
{
	struct kho_payload payload = kho_cell_payload(config->cell);
	g_autofree char *words = kho_payload_words(&payload);
	GString *line = g_string_new(NULL);

	append_common(line, config, KHO_STAGE_SUCCESSOR, config->successor_extra);
	if (payload.early_console)
		append_early_console(line, config->cell);
	g_string_append(line, words);
	return g_string_free(line, FALSE);
}

char *kho_cmdline_first(const struct kho_cmdline_config *config, GError **error)
{
	g_autofree char *successor = kho_cmdline_successor(config);
	g_autoptr(GString) line = g_string_new(NULL);
	struct kho_payload payload = kho_cell_payload(config->cell);

	append_common(line, config, KHO_STAGE_FIRST, config->first_extra);
	if (config->cell->control == KHO_CONTROL_KHO_OFF)
		g_string_append(line, " " KHO_WORD_CONTROL KHO_CONTROL_WORD_OFF);
	else
		g_string_append(line, EARLY_TRACE);
	append_payload(line, &payload);
	append_early_console(line, config->cell);
	g_string_append(line, " " KHO_WORD_SUCCESSOR);
	append_encoded(line, successor);
	if (line->len >= KHO_CMDLINE_MAX) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: the command line has %zu bytes, the kernel takes %d: pass fewer extra words",
			    config->cell->id, line->len, KHO_CMDLINE_MAX - 1);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&line), FALSE);
}
