// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/console.h"

#include <string.h>

#define LINE_MAX_BYTES 1024

/* A kernel's lines have a time or begin with this; those of arch/x86/boot/compressed/ do not. */
#define BANNER "Linux version "

#define ENTERED	  "kexec_core: Starting new kernel" /* kernel_kexec(), 6.18 to 7.3 */
#define PANIC	  "Kernel panic - not syncing: "    /* vpanic() */
#define PANIC_END "---[ end Kernel panic"

/* A log that says no more than this many different lines, again and again. */
#define MOST_DIFFERENT 4

/* What announces trouble before anything dies: mm/sparse.c, mm/memblock.c, mm/percpu.c, mm/page_alloc.c. */
static const char *const causes[] = {
	"memory map backing failed",
	"usemap allocation failed",
	"Failed to allocate",
	"failed to allocate",
	"Out of memory",
	"Cannot allocate",
	"cannot allocate",
	"Could not find",
	"BUG: ",
};

/* What sounds like it, but is survived: swiotlb gives up its bounce buffer when scratch cannot hold 64 MiB in one
 * piece. A lockup that the kernel itself reports is not the cause of it, and comes or comes not. */
static const char *const harmless[] = { "software IO TLB: ", "watchdog: BUG: ", "BUG: workqueue lockup" };

/* How an oops begins: x86's and arm64's fault handlers, lib/bug.c. Any other "BUG: " (of bad pages, KASAN) the
 * kernel survives: it is a cause. */
static const char *const oopses[] = {
	"BUG: kernel NULL pointer dereference",
	"BUG: unable to handle ",
	"Unable to handle kernel ",
	"kernel BUG at ",
	"Oops: ",
	"Internal error: ",
	"PANIC: early exception ",
};

/* How the place of an oops begins: x86, arm64. */
static const char *const places[] = { "RIP: 0010:", "pc : " };

void kho_console_init(struct kho_console *console)
{
	*console = (struct kho_console){ .line = g_string_new(NULL), .trace = kho_early_trace_new() };
	kho_kexec_segments_init(&console->segments);
}

static void forget(struct kho_console *console)
{
	g_clear_pointer(&console->cause, g_free);
	g_clear_pointer(&console->oops, g_free);
	g_clear_pointer(&console->oops_place, g_free);
	g_clear_pointer(&console->panic, g_free);
	g_clear_pointer(&console->last, g_free);
	console->panic_over = false;
	console->lines = 0;
	console->trace_lines = 0;
	console->kernel = false;
}

void kho_console_clear(struct kho_console *console)
{
	forget(console);
	if (console->line)
		g_string_free(console->line, TRUE);
	console->line = NULL;
	g_clear_pointer(&console->trace, kho_early_trace_free);
	kho_kexec_segments_clear(&console->segments);
}

/* Behind all leading "[    0.000000] " and "[    T0] ". */
static const char *without_time(const char *line)
{
	while (*line == '[') {
		const char *end = strstr(line, "] ");

		if (!end)
			break;
		line = end + 2;
	}
	return line;
}

static const char *starts_with_any(const char *text, const char *const *prefixes, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (g_str_has_prefix(text, prefixes[i]))
			return text + strlen(prefixes[i]);
	return NULL;
}

static bool contains_any(const char *text, const char *const *parts, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (strstr(text, parts[i]))
			return true;
	return false;
}

static void keep_first(char **place, const char *text, gsize length)
{
	if (!*place)
		*place = g_strndup(text, length);
}

/* Digits are what differs between the rounds of a loop. */
char *kho_console_mask(const char *line)
{
	GString *masked = g_string_new(NULL);

	for (; *line; line++) {
		if (!g_ascii_isdigit(*line))
			g_string_append_c(masked, *line);
		else if (!masked->len || masked->str[masked->len - 1] != '#')
			g_string_append_c(masked, '#');
	}
	return g_string_free(masked, FALSE);
}

static void remember(struct kho_console *console, const char *text)
{
	g_autofree char *masked = kho_console_mask(text);

	console->recent[console->lines % KHO_CONSOLE_RECENT] = g_str_hash(masked);
}

bool kho_console_repeats(const struct kho_console *console)
{
	guint different = 0;

	if (console->lines < KHO_CONSOLE_RECENT)
		return false;
	for (guint i = 0; i < KHO_CONSOLE_RECENT; i++) {
		guint before = 0;

		while (before < i && console->recent[before] != console->recent[i])
			before++;
		different += before == i;
	}
	return different <= MOST_DIFFERENT;
}

static void take_line(struct kho_console *console, const char *line)
{
	const char *text = without_time(line), *place;

	console->lines++;
	console->kernel |= text != line || g_str_has_prefix(text, BANNER);
	remember(console, text);
	g_free(console->last);
	console->last = g_strdup(text);
	if (!console->entered) {
		console->trace_lines += kho_early_trace_owns(line);
		kho_early_trace_take(console->trace, line);
		kho_kexec_segments_take(&console->segments, line);
	}
	if (!console->entered && g_str_has_prefix(text, ENTERED)) {
		forget(console);
		console->entered = true;
	} else if (g_str_has_prefix(text, PANIC)) {
		keep_first(&console->panic, text + strlen(PANIC), strlen(text));
	} else if (g_str_has_prefix(text, PANIC_END)) {
		console->panic_over = console->panic != NULL;
	} else if (starts_with_any(text, oopses, G_N_ELEMENTS(oopses))) {
		keep_first(&console->oops, text, strcspn(text, "\n"));
	} else if (contains_any(text, causes, G_N_ELEMENTS(causes)) &&
		   !starts_with_any(text, harmless, G_N_ELEMENTS(harmless))) {
		keep_first(&console->cause, text, strlen(text));
	}
	place = console->oops ? starts_with_any(text, places, G_N_ELEMENTS(places)) : NULL;
	if (place)
		keep_first(&console->oops_place, place, strcspn(place, "+ "));
}

static void end_line(struct kho_console *console)
{
	g_autofree char *line = g_utf8_make_valid(console->line->str, console->line->len);

	g_strchomp(line);
	if (*line)
		take_line(console, line);
	g_string_truncate(console->line, 0);
	console->cut = false;
}

void kho_console_take(struct kho_console *console, const char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\n')
			end_line(console);
		else if (console->line->len < LINE_MAX_BYTES)
			g_string_append_c(console->line, bytes[i] ?: ' ');
		else
			console->cut = true;
	}
}

void kho_console_take_log(struct kho_console *console, const char *log)
{
	console->entered = true;
	kho_console_take(console, log, strlen(log));
}
