// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/trace_file.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/early_trace.h"
#include "harness/model/error.h"

#define HEAD	    "kho-trace 1"
#define NAME_DIGITS 16

/* What the words of a line are, in order. */
enum field { BASE, SIZE, ALIGN, FROM, TO, NID, EXACT, TRACED, FLAGS, CALLER, END };

static const struct {
	const char *name;
	enum field fields[11];
} forms[KHO_NR_EARLY_KINDS] = {
	[KHO_EARLY_FOUND] = { "found", { BASE, SIZE, FLAGS, END } },
	[KHO_EARLY_INITRD] = { "initrd", { BASE, SIZE, END } },
	[KHO_EARLY_ALLOC] = { "alloc", { BASE, SIZE, ALIGN, FROM, TO, NID, EXACT, TRACED, FLAGS, CALLER, END } },
	[KHO_EARLY_RESERVE] = { "reserve", { BASE, SIZE, NID, FLAGS, CALLER, END } },
	[KHO_EARLY_FREE] = { "free", { BASE, SIZE, CALLER, END } },
	[KHO_EARLY_ADD] = { "add", { BASE, SIZE, NID, END } },
	[KHO_EARLY_REMOVE] = { "remove", { BASE, SIZE, CALLER, END } },
	[KHO_EARLY_DOUBLE] = { "double", { BASE, SIZE, END } },
};

/* --- writing --- */

static void add_field(GString *text, enum field field, const struct kho_early_event *event)
{
	switch (field) {
	case BASE:
		g_string_append_printf(text, " %" PRIx64, event->base);
		return;
	case SIZE:
		g_string_append_printf(text, " %" PRIx64, event->size);
		return;
	case ALIGN:
		g_string_append_printf(text, " %" PRIx64, event->align);
		return;
	case FROM:
		g_string_append_printf(text, " %" PRIx64, event->from);
		return;
	case TO:
		g_string_append_printf(text, " %" PRIx64, event->to);
		return;
	case NID:
		g_string_append_printf(text, " %d", event->nid);
		return;
	case EXACT:
		g_string_append(text, event->exact ? " exact" : " any");
		return;
	case TRACED:
		g_string_append(text, event->traced ? " traced" : " untraced");
		return;
	case FLAGS:
		g_string_append_printf(text, " %x", event->flags);
		return;
	case CALLER:
		g_string_append_printf(text, " %s", *event->caller ? event->caller : "-");
		return;
	case END:
		return;
	}
}

static void add_line(GString *text, const struct kho_early_event *event)
{
	g_string_append(text, forms[event->kind].name);
	for (const enum field *field = forms[event->kind].fields; *field != END; field++)
		add_field(text, *field, event);
	g_string_append_c(text, '\n');
}

char *kho_trace_format(const GArray *events)
{
	GString *text = g_string_new(HEAD "\n");

	for (guint i = 0; i < events->len; i++)
		add_line(text, &g_array_index(events, struct kho_early_event, i));
	return g_string_free(text, FALSE);
}

/* --- reading --- */

static bool take_hex(const char *word, uint64_t most, uint64_t *number)
{
	return g_ascii_string_to_unsigned(word, 16, 0, most, number, NULL);
}

/* One of two words. */
static bool take_choice(const char *word, const char *yes, const char *no, bool *choice)
{
	*choice = g_str_equal(word, yes);
	return *choice || g_str_equal(word, no);
}

static bool take_nid(const char *word, int *nid)
{
	gint64 number;

	if (!g_ascii_string_to_signed(word, 10, KHO_ANY_NODE, KHO_EARLY_NODES_MAX - 1, &number, NULL))
		return false;
	*nid = (int)number;
	return true;
}

static bool take_caller(const char *word, char *caller)
{
	if (strlen(word) >= KHO_CALLER_MAX)
		return false;
	for (const char *at = word; *at; at++)
		if (!g_ascii_isgraph(*at))
			return false;
	if (!g_str_equal(word, "-"))
		strcpy(caller, word);
	return true;
}

static bool take_field(const char *word, enum field field, struct kho_early_event *event)
{
	uint64_t flags;

	switch (field) {
	case BASE:
		return take_hex(word, UINT64_MAX, &event->base);
	case SIZE:
		return take_hex(word, UINT64_MAX, &event->size);
	case ALIGN:
		return take_hex(word, UINT64_MAX, &event->align);
	case FROM:
		return take_hex(word, UINT64_MAX, &event->from);
	case TO:
		return take_hex(word, UINT64_MAX, &event->to);
	case NID:
		return take_nid(word, &event->nid);
	case EXACT:
		return take_choice(word, "exact", "any", &event->exact);
	case TRACED:
		return take_choice(word, "traced", "untraced", &event->traced);
	case FLAGS:
		if (!take_hex(word, UINT32_MAX, &flags))
			return false;
		event->flags = (unsigned int)flags;
		return true;
	case CALLER:
		return take_caller(word, event->caller);
	case END:
		break;
	}
	return false;
}

static bool take_line(const char *line, struct kho_early_event *event)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);

	for (int kind = 0; kind < KHO_NR_EARLY_KINDS; kind++) {
		guint at = 1;

		if (g_strcmp0(words[0], forms[kind].name) != 0)
			continue;
		*event = (struct kho_early_event){ .kind = kind, .nid = KHO_ANY_NODE };
		for (const enum field *field = forms[kind].fields; *field != END; field++, at++)
			if (!words[at] || !take_field(words[at], *field, event))
				return false;
		return !words[at] && kho_early_event_valid(event);
	}
	return false;
}

/* There is one way to write an event, so that equal traces are equal files. */
static bool is_written_so(const char *line, const struct kho_early_event *event)
{
	g_autoptr(GString) text = g_string_new(NULL);

	add_line(text, event);
	g_string_truncate(text, text->len - 1);
	return g_str_equal(text->str, line);
}

static GArray *wrong(GError **error, const char *path, guint line, const char *what)
{
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s:%u: %s", path, line, what);
	return NULL;
}

GArray *kho_trace_parse(const char *path, const char *text, GError **error)
{
	g_autoptr(GArray) events = g_array_new(FALSE, TRUE, sizeof(struct kho_early_event));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	if (g_strcmp0(lines[0], HEAD) != 0)
		return wrong(error, path, 1, "not a trace of early boot: it does not begin with '" HEAD "'");
	for (guint i = 1;; i++) {
		struct kho_early_event event;

		if (!lines[i])
			return wrong(error, path, i, "cut off: a trace ends with a newline");
		if (!*lines[i] && !lines[i + 1])
			return g_steal_pointer(&events);
		if (events->len == KHO_EARLY_EVENTS_MAX)
			return wrong(error, path, i + 1, "too many events");
		if (!take_line(lines[i], &event) || !is_written_so(lines[i], &event))
			return wrong(error, path, i + 1, "not an event of early boot");
		g_array_append_val(events, event);
	}
}

char *kho_trace_name(const char *text)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	return g_strdup_printf("traces/%.*s.trace", NAME_DIGITS, sum);
}

bool kho_trace_name_valid(const char *name)
{
	const char *digits = name + strlen("traces/");

	return g_str_has_prefix(name, "traces/") && strspn(digits, "0123456789abcdef") == NAME_DIGITS &&
	       g_str_equal(digits + NAME_DIGITS, ".trace");
}
