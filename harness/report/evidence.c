// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/evidence.h"

#include <string.h>

#include "harness/model/plain_file.h"
#include "harness/report/text.h"

#define FILE_MOST (64UL << 20) /* bytes */

/* --- texts of several lines --- */

static void add_lines(GString *out, const char *text, gsize length)
{
	while (length) {
		const char *end = memchr(text, '\n', length);
		gsize taken = end ? (gsize)(end - text) : length;
		g_autofree char *line = g_strndup(text, taken);
		g_autofree char *clean = kho_text_clean(g_strchomp(line));

		g_string_append(out, clean);
		g_string_append_c(out, '\n');
		taken += end != NULL;
		text += taken;
		length -= taken;
	}
}

static guint count_lines(const char *text, gsize length)
{
	guint count = 0;

	for (gsize i = 0; i < length; i++)
		count += text[i] == '\n';
	return count;
}

/* Where a line begins at or behind @at. */
static gsize line_behind(const char *text, gsize length, gsize at)
{
	const char *end = at < length ? memchr(text + at, '\n', length - at) : NULL;

	return end ? (gsize)(end - text) + 1 : length;
}

char *kho_evidence_shorten(const char *text, gsize length, gsize most, guint *cut)
{
	GString *out = g_string_new(NULL);
	gsize head, tail;

	*cut = 0;
	if (length <= most) {
		add_lines(out, text, length);
		return g_string_free(out, FALSE);
	}
	head = line_behind(text, length, most / 3);
	tail = MAX(head, line_behind(text, length, length - most / 3 * 2));
	*cut = count_lines(text + head, tail - head);
	add_lines(out, text, head);
	g_string_append_printf(out, "... %u lines left out ...\n", *cut);
	add_lines(out, text + tail, length - tail);
	return g_string_free(out, FALSE);
}

/* --- of a cell --- */

static char *read_file(const char *base, const struct kho_result *result, const char *name, gsize *length)
{
	g_autofree char *absolute = g_canonicalize_filename(base, NULL);
	g_autofree char *directory = g_canonicalize_filename(result->directory, absolute);
	g_autofree char *path = g_build_filename(directory, name, NULL);

	return kho_plain_file_read(path, FILE_MOST, length, NULL);
}

/* Of the dead in its autopsy, of a survivor in a file of their own. */
static struct kho_read_autopsy *load_tables(const char *base, const struct kho_result *result)
{
	const char *name = result->outcome.autopsied ? "autopsy.json" : "memblock.json";
	gsize length;
	g_autofree char *text = read_file(base, result, name, &length);

	if (!text)
		return NULL;
	return result->outcome.autopsied ? kho_read_autopsy(name, text, length, NULL)
					 : kho_read_tables(name, text, length, NULL);
}

struct kho_evidence *kho_evidence_load(const char *base, const struct kho_result *result, gsize most)
{
	struct kho_evidence *evidence = g_new0(struct kho_evidence, 1);
	g_autofree char *console = NULL, *autopsy = NULL;
	gsize length;
	guint cut;

	if (!base || !result->directory)
		return evidence;
	console = read_file(base, result, "console.log", &length);
	if (console)
		evidence->console = kho_evidence_shorten(console, length, most, &evidence->console_cut);
	if (result->outcome.autopsied)
		autopsy = read_file(base, result, "autopsy.txt", &length);
	if (autopsy)
		evidence->autopsy = kho_evidence_shorten(autopsy, length, most, &cut);
	evidence->tables = load_tables(base, result);
	return evidence;
}

void kho_evidence_free(struct kho_evidence *evidence)
{
	if (!evidence)
		return;
	g_free(evidence->console);
	g_free(evidence->autopsy);
	kho_read_autopsy_free(evidence->tables);
	g_free(evidence);
}
